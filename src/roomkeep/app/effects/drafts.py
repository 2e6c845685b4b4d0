"""What was written and not sent yet: kept for each channel, also over a reload."""

import asyncio

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.places import DRAFT, Place, place_of, setting_key
from roomkeep.app.state import AccountState

__all__ = ["DraftEffects", "read_drafts"]

PAUSE = 0.3
"""How long nothing is saved after something was, in seconds."""


class DraftEffects(EffectGroup):
    """Keeps drafts. What is in the state leads; the database follows."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # What the database does not have yet, by account: a switch leaves the whole behind.
        self._unsaved: dict[AccountState, dict[Place, None]] = {}
        self._saving: dict[AccountState, asyncio.Task[None]] = {}

    def write(self, account: AccountState, place: Place, text: str) -> None:
        """Keep what is written in a channel."""
        if account.drafts().get(place, "") == text:
            return
        _set(account, place, text)
        self._unsaved.setdefault(account, {})[place] = None
        if account not in self._saving:
            self._saving[account] = self._save(account)

    def is_unsaved(self, account: AccountState, place: Place) -> bool:
        """Tell whether the database does not have yet what is written in a channel."""
        return place in self._unsaved.get(account, {})

    async def flush(self, account: AccountState) -> None:
        """Save all at once, before the account is left."""
        unsaved = self._unsaved.get(account, {})
        for place in list(unsaved):
            text = account.drafts().get(place, "")
            await self.context.database(account).save_setting(
                setting_key(DRAFT, place), text or None
            )
            if account.drafts().get(place, "") == text:
                unsaved.pop(place, None)

    async def follow(self, account: AccountState, place: Place) -> None:
        """Show what was written in another tab, but never in place of what is written here."""
        kept = await self.context.database(account).get_setting(setting_key(DRAFT, place))
        if not self.is_unsaved(account, place):
            _set(account, place, kept if isinstance(kept, str) else "")

    @effect("keep what is written")
    async def _save(self, account: AccountState) -> None:
        try:
            while self._unsaved.get(account):
                await asyncio.sleep(PAUSE)
                await self.flush(account)
        finally:
            del self._saving[account]
            self._unsaved.pop(account, None)


def read_drafts(settings: dict[str, object]) -> dict[Place, str]:
    """Return the drafts among an account's settings."""
    found = ((place_of(DRAFT, key), text) for key, text in settings.items())
    return {
        place: text for place, text in found if place is not None and isinstance(text, str) and text
    }


def _set(account: AccountState, place: Place, text: str) -> None:
    others = {key: draft for key, draft in account.drafts().items() if key != place}
    account.drafts.set({**others, place: text} if text else others)
