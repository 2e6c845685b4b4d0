"""What changes in the database, here or in another tab, shows on the page."""

import asyncio
import time
from collections.abc import Callable

from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.state import AccountState
from roomkeep.persistence import Change

__all__ = ["LiveEffects"]

FEW = 30
"""Up to so many messages are loaded one by one; for more, the window is loaded anew."""
PAUSE = 0.1
"""How long changes are gathered after some were shown, in seconds, at least."""
REST = 10
"""And at least so many times as long as showing them took: an import leaves time for the rest."""


class Pending:
    """Changes of one account that do not show yet."""

    def __init__(self) -> None:
        self.all_rooms = False
        self.rooms: dict[str, None] = {}
        self.user = False
        self.timeline = False
        self.messages: dict[str, None] = {}

    def __bool__(self) -> bool:
        return (
            self.all_rooms or self.user or self.timeline or bool(self.rooms) or bool(self.messages)
        )

    def add(self, change: Change, account: AccountState) -> None:
        """Take in a change, if it concerns what is on the page."""
        match change.store:
            case "rooms":
                self.all_rooms |= change.action == "clear"
                self.rooms |= {key: None for key in change.keys if isinstance(key, str)}
            case "users":
                self.user |= change.action == "clear" or account.user_id in change.keys
            case "messages":
                self._add_messages(change, account)
            case _:
                pass  # Reactions come with their messages; the rest is not on the page.

    def _add_messages(self, change: Change, account: AccountState) -> None:
        timeline = account.timeline()
        here = change.room_id in (None, account.room_id())
        # While the room is being loaded, what is read may be older than the change.
        if change.action == "clear" or timeline is None:
            self.timeline |= here
        shown = {message.id for message in (() if timeline is None else timeline.messages)}
        # What others answer, and what one answers oneself, may be in another room.
        shown |= account.originals().keys()
        shown |= {message.id for message in account.replies().values()}
        new = here and timeline is not None and change.action == "put"
        self.messages |= {
            key: None for key in change.keys if isinstance(key, str) and (new or key in shown)
        }
        if len(self.messages) > FEW:
            self.timeline = True
            self.messages.clear()


class LiveEffects(EffectGroup):
    """Follows the database."""

    def __init__(self, context: Context, rooms: RoomEffects, messages: MessageEffects) -> None:
        super().__init__(context)
        self._rooms = rooms
        self._messages = messages
        self._pending: dict[AccountState, Pending] = {}
        self._stop: Callable[[], None] | None = None

    def begin(self) -> None:
        """Follow the database from now on."""
        if self._stop is None:
            self._stop = self.context.device.subscribe(self._take)

    def _take(self, change: Change) -> None:
        account = self.page.account()
        if account is None:
            return
        pending = self._pending.get(account)
        if pending is not None:
            pending.add(change, account)
            return
        pending = Pending()
        pending.add(change, account)
        if pending:
            self._pending[account] = pending
            self.context.start(self._show(account, pending), "show what has changed")

    async def _show(self, account: AccountState, pending: Pending) -> None:
        try:
            while pending:
                began = time.monotonic()
                all_rooms, pending.all_rooms = pending.all_rooms, False
                rooms, pending.rooms = pending.rooms, {}
                user, pending.user = pending.user, False
                timeline, pending.timeline = pending.timeline, False
                ids, pending.messages = list(pending.messages), {}
                if user:
                    profile = await self.context.database(account).get_current_user()
                    if profile is not None:
                        account.user.set(profile)
                if all_rooms or rooms:
                    await self._rooms.load(account, None if all_rooms else rooms)
                if timeline:
                    await self._reload(account)
                if ids:
                    await self._messages.refresh(account, ids)
                await asyncio.sleep(max(PAUSE, REST * (time.monotonic() - began)))
        finally:
            del self._pending[account]

    async def _reload(self, account: AccountState) -> None:
        account.originals.set({})
        timeline = account.timeline()
        if timeline is None or timeline.is_at_latest:
            await self._messages.load_latest(account)
        else:
            await self._messages.refresh(account, [m.id for m in timeline.messages])
        await self._messages.refresh(account, [m.id for m in account.replies().values()])
