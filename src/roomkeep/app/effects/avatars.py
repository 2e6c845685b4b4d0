"""The pictures of people and rooms that are on the homeserver: downloaded as they are shown."""

import asyncio
import base64
import logging
from typing import Final

from reaktiv import Effect, untracked

from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.people import PICTURES
from roomkeep.app.state import AccountState
from roomkeep.errors import InvalidRecord
from roomkeep.sync.errors import HomeserverError, NotReachable, RateLimited, UnknownToken

__all__ = ["AvatarEffects"]

SIDE: Final = 96
"""The width and height of the pictures that are asked for, in pixels."""
AT_ONCE: Final = 4
"""How many are downloaded at a time."""
MOST_IN_MEMORY: Final = 1000
"""The most pictures that are held for views to come."""
LONGEST_WAIT_S: Final = 30.0
"""The longest wait that a server may ask for, in seconds."""

logger = logging.getLogger(__name__)

Asked = dict[str, None]
"""Addresses, the latest last."""


class AvatarEffects(EffectGroup):
    """Gets the pictures that are shown from the device, or else from the homeserver."""

    def __init__(self, context: Context, homeserver: HomeserverEffects) -> None:
        super().__init__(context)
        self._homeserver = homeserver
        self._asked: Batcher[Asked] = Batcher(
            context, "failed.load_pictures", dict, self._look, rest=0.0
        )
        self._of: AccountState | None = None
        self._missing: Asked = {}
        self._failed: set[str] = set()
        self._downloads = 0
        self._follow = Effect(self._follow_connection)

    def ask(self, account: AccountState, address: str) -> None:
        """Get a picture, because it is shown; `SyncState.avatars` has it when it is there.

        One that cannot be downloaded is not tried again until the account is opened again.

        Args:
            account: the account.
            address: the picture's `mxc://` address.
        """
        if self._of is not account:
            self._of, self._missing, self._failed = account, {}, set()
        if address not in self._failed:
            self._asked.add(account, lambda asked: asked.update({address: None}))

    def _follow_connection(self) -> None:
        account = self.page.account()
        if account is not None and account.sync.connection() == "online":
            with untracked():
                self._download_missing(account)

    async def _look(self, account: AccountState, asked: Asked) -> None:
        """Get from the device what is there."""
        addresses = list(asked)
        asked.clear()
        kept = await self.context.database(account).get_avatars(addresses)
        self._show(account, kept)
        for address in addresses:
            if address not in kept:
                # What was asked for last is in view.
                self._missing.pop(address, None)
                self._missing[address] = None
        self._download_missing(account)

    def _download_missing(self, account: AccountState) -> None:
        """Download what is not on the device, a few at a time."""
        if self._of is not account or account.sync.connection() != "online":
            return
        # Where there is no session, a download fails before it has begun, and is put back.
        for address in list(reversed(self._missing))[:AT_ONCE]:
            if self._downloads >= AT_ONCE or address not in self._missing:
                return
            del self._missing[address]
            self._downloads += 1
            self.context.start(self._download(account, address), "failed.load_pictures")

    async def _download(self, account: AccountState, address: str) -> None:
        goes_on = False
        try:
            goes_on = await self._get(account, address)
        finally:
            self._downloads -= 1
        if goes_on:
            self._download_missing(account)

    async def _get(self, account: AccountState, address: str) -> bool:
        """Download a picture and keep it; return false where there is no use in going on now."""
        try:
            data, mime = await self._homeserver.get_client().get_picture(address, SIDE)
        except (NotReachable, UnknownToken):
            self._put_back(account, address)
            return False
        except RateLimited as error:
            await asyncio.sleep(min(error.retry_after_ms / 1000, LONGEST_WAIT_S))
            self._put_back(account, address)
            return True
        except HomeserverError as error:
            self._give_up(address, str(error))
            return True
        head = f"data:{mime};base64,"
        if head not in PICTURES:
            self._give_up(address, mime)
            return True
        picture = head + base64.b64encode(data).decode()
        try:
            await self.context.database(account).save_avatar(address, picture)
        except InvalidRecord as error:
            self._give_up(address, str(error))
            return True
        self._show(account, {address: picture})
        return True

    def _give_up(self, address: str, reason: str) -> None:
        logger.info("the picture %s is not shown: %s", address, reason)
        self._failed.add(address)

    def _put_back(self, account: AccountState, address: str) -> None:
        if self._of is account:
            self._missing = {address: None, **self._missing}

    def _show(self, account: AccountState, found: dict[str, str]) -> None:
        if found:
            avatars = {**account.sync.avatars(), **found}
            account.sync.avatars.set(dict(list(avatars.items())[-MOST_IN_MEMORY:]))
