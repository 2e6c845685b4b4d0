"""Shows changes in the database, made here or in another tab."""

import time

from roomkeep.app.changes import records_by_key
from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.state import AccountState
from roomkeep.app.timeline import MOST
from roomkeep.models import Message, Room, User
from roomkeep.persistence import Change

__all__ = ["ChangeRefreshEffects"]

PAUSE = 0.1
"""How long changes are gathered after some were shown, in seconds, at least."""
REST = 10
"""And at least so many times as long as showing them took: an import leaves time for the rest."""
SAME_TIME = 2.0
"""Two tabs that change one record within so many seconds may hear of it in either order."""


class Pending:
    """Changes of one account that are not shown yet.

    Attributes:
        rooms: rooms as they are now; None for those that are gone.
        all_rooms: any room may have changed, so they are to be read.
        user: the profile of who is signed in.
        read_user: it has changed, and is to be read.
        messages: messages as they are now; None for those that are gone.
        read_messages: messages that have changed, and are to be read.
        read_timeline: any message of the open channel may have changed, likewise.
    """

    def __init__(self) -> None:
        self.rooms: dict[str, Room | None] = {}
        self.all_rooms = False
        self.user: User | None = None
        self.read_user = False
        self.messages: dict[str, Message | None] = {}
        self.read_messages: dict[str, None] = {}
        self.read_timeline = False

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def take(self) -> "Pending":
        """Return everything that is pending, and clear it."""
        taken = Pending()
        vars(taken).update(vars(self))
        vars(self).update(vars(Pending()))
        return taken

    def add(self, change: Change, account: AccountState, own: dict[str, float]) -> None:
        """Add a change, if it concerns what is on the page.

        Args:
            change: the change.
            account: the account.
            own: the messages that were changed here just now.
        """
        records = records_by_key(change)
        match change.store:
            case "rooms":
                self.all_rooms |= records is None
                self.rooms |= records or {}
            case "users":
                found = None if records is None else records.get(account.user_id)
                self.user = found or self.user
                is_me = change.action == "clear" or account.user_id in change.keys
                self.read_user |= records is None and is_me
            case _:  # Reactions come with their messages; the rest is not on the page.
                self._add_messages(change, records, account, own)

    def _add_messages(
        self,
        change: Change,
        records: dict[str, Message | None] | None,
        account: AccountState,
        own: dict[str, float],
    ) -> None:
        timeline = account.timeline()
        here = change.room_id in (None, account.room_id())
        shown = {message.id for message in (() if timeline is None else timeline.messages)}
        # What others answer, and what one answers oneself, may be in another room.
        shown |= account.originals().keys()
        shown |= {message.id for message in account.replies().values()}
        if records is None:
            self.read_timeline |= here
            if not here:
                self.read_messages |= {str(key): None for key in change.keys if key in shown}
            return
        is_new = here and timeline is not None and change.action == "put"
        known = {key: one for key, one in records.items() if is_new or key in shown}
        self.read_messages |= {key: None for key in known if key in own}
        self.messages |= {key: one for key, one in known.items() if key not in own}
        if len(self.messages) > MOST:
            self.read_timeline = True
            self.messages.clear()


class ChangeRefreshEffects(EffectGroup):
    """Keeps what the page shows up to date with the database."""

    def __init__(self, context: Context, rooms: RoomEffects, messages: MessageEffects) -> None:
        super().__init__(context)
        self._rooms = rooms
        self._messages = messages
        self._batcher = Batcher(
            context, "failed.refresh", Pending, self._show, rest=PAUSE, rest_share=REST
        )
        self._own: dict[str, float] = {}
        context.follow(self._on_change, "rooms", "users", "messages")

    def _on_change(self, account: AccountState, change: Change) -> None:
        is_own = change.store == "messages" and change.origin == "local"
        if is_own and self._show_own(account, change):
            return
        own = self._recent_own()
        self._batcher.add(account, lambda pending: pending.add(change, account, own))

    def _show_own(self, account: AccountState, change: Change) -> bool:
        """Show a change made here at once; return false if it does not carry its records."""
        records = records_by_key(change)
        if records is None:
            return False
        self._own = self._recent_own() | dict.fromkeys(records, time.monotonic())
        pending = self._batcher.work(account)
        pending.messages = {k: one for k, one in pending.messages.items() if k not in records}
        self._messages.show_changed(account, records)
        return True

    def _recent_own(self) -> dict[str, float]:
        since = time.monotonic() - SAME_TIME
        return {key: when for key, when in self._own.items() if when > since}

    async def _show(self, account: AccountState, pending: Pending) -> None:
        work = pending.take()
        await self._show_user(account, work)
        if work.all_rooms or work.rooms:
            await self._rooms.load(account, None if work.all_rooms else work.rooms)
        self._messages.show_changed(account, work.messages)
        if work.read_timeline:
            await self._reload(account)
        if work.read_messages:
            await self._messages.refresh(account, work.read_messages)

    async def _show_user(self, account: AccountState, work: Pending) -> None:
        user = work.user
        if work.read_user:
            user = await self.context.database(account).get_current_user()
        if user is not None and self.page.account() is account:
            account.user.set(user)

    async def _reload(self, account: AccountState) -> None:
        account.originals.set({})
        timeline = account.timeline()
        if timeline is None or timeline.is_at_latest:
            await self._messages.load_latest(account, anew=True)
        else:
            await self._messages.refresh(account, [m.id for m in timeline.messages])
        await self._messages.refresh(account, [m.id for m in account.replies().values()])
