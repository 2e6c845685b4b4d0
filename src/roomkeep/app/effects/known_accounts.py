"""The names and pictures of this device's accounts, for the lists to choose from."""

import logging

from reaktiv import Effect, untracked

from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.errors import RoomkeepError
from roomkeep.models import User
from roomkeep.persistence import KnownAccount

__all__ = ["KnownAccountEffects"]

logger = logging.getLogger(__name__)


class KnownAccountEffects(EffectGroup):
    """Remembers the signed-in account's name and picture for when it is not open."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._follow = Effect(self._remember)

    async def load(self) -> None:
        """Load the accounts of this device, with their names and pictures."""
        try:
            ids = await self.context.device.get_account_ids()
        except RoomkeepError as error:
            # Some browsers cannot list their databases. Who gives a name gets there all the same.
            logger.warning("could not list the accounts: %s", error)
            ids = []
        account = untracked(self.page.account)
        if account is not None and account.user_id not in ids:
            ids.append(account.user_id)
        resume = self.context.resume
        self.page.accounts.set(
            {
                user_id: resume.load_known_account(user_id) or KnownAccount(display_name=user_id)
                for user_id in ids
            }
        )

    def _remember(self) -> None:
        account = self.page.account()
        if account is None:
            return
        user = account.user()
        # Without the account, there is no homeserver to ask for the picture.
        picture = account.sync.avatars().get(user.avatar_url or "", user.avatar_url)
        with untracked():
            known = KnownAccount(display_name=user.display_name, avatar_url=picture)
            if self.page.accounts().get(user.oder_id) != known:
                self.page.accounts.set({**self.page.accounts(), user.oder_id: known})
            self._save(user, known)

    def _save(self, user: User, known: KnownAccount) -> None:
        resume = self.context.resume
        if resume.load_known_account(user.oder_id) == known:
            return
        try:
            resume.save_known_account(user.oder_id, known)
        except RoomkeepError as error:
            # The list then shows the account by its id, which is enough to choose it.
            logger.info("an account is listed without its name and picture: %s", error)
