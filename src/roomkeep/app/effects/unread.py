"""What is unread in each room, and what was said there last."""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import TypeVar

from reaktiv import batch

from roomkeep.app.channels import channels_of
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.places import DRAFT, LAST_READ, Place, place_of, setting_key
from roomkeep.app.state import AccountState
from roomkeep.app.unread import has_new, is_number, read_until
from roomkeep.errors import RoomkeepError, ScopeChanged
from roomkeep.models import Message, Room
from roomkeep.persistence import Change

__all__ = ["UnreadEffects"]

GATHER = 0.15
"""How long changes are gathered before rooms are looked at again, in seconds."""
REST = 0.5
"""The same after that was done."""
TOGETHER = 8
"""At least so many rooms are shown together: each time the list is drawn again."""
MOST_REDRAWS = 10
"""So many times at most, about, however many rooms there are."""

K = TypeVar("K")

logger = logging.getLogger(__name__)


class Work:
    """What is to be looked at again for one account.

    Attributes:
        rooms: the ids of rooms.
        marks: places of which another tab may have read more.
        drafts: places in which another tab may have written.
    """

    def __init__(self) -> None:
        self.rooms: dict[str, None] = {}
        self.marks: dict[Place, None] = {}
        self.drafts: dict[Place, None] = {}

    def __bool__(self) -> bool:
        return bool(self.rooms or self.marks or self.drafts)


class UnreadEffects(EffectGroup):
    """Counts, and remembers up to where one has read."""

    def __init__(self, context: Context, drafts: DraftEffects) -> None:
        super().__init__(context)
        self._drafts = drafts
        self._work: dict[AccountState, Work] = {}
        self._stop: Callable[[], None] | None = None

    def begin(self) -> None:
        """Follow the database from now on."""
        if self._stop is None:
            self._stop = self.context.device.subscribe(self._take)

    def look(self, account: AccountState, room_ids: Collection[str] | None = None) -> None:
        """Look at some rooms, or at all. It is not waited for: the rooms are on the page before."""
        # The ones that were used last are the first that one looks at.
        recent = [room_id for room_id, _ in account.recent()]
        known = [room.id for room in account.rooms() or ()] if room_ids is None else room_ids
        rooms = dict.fromkeys([*(r for r in recent if r in known), *known])
        self._add(account, lambda work: work.rooms.update(rooms))

    def reader_mark(self, account: AccountState, place: Place) -> int:
        """Return the time in ms up to which a channel was read."""
        room = _find(account, place[0])
        return read_until(account.last_read(), place, room, account.user())

    def reach_end(self) -> None:
        """All of the open channel is read."""
        account = self.page.account()
        place = None if account is None else account.place
        timeline = None if account is None else account.timeline()
        if account is None or place is None or timeline is None or not timeline.is_at_latest:
            return
        if timeline.messages:
            self.read(account, place, timeline.messages[-1].timestamp)

    def fall_behind(self) -> None:
        """Something came while one was reading further up, or looked elsewhere."""
        account = self.page.account()
        place = None if account is None else account.place
        timeline = None if account is None else account.timeline()
        if account is None or place is None or timeline is None:
            return
        mark = self.reader_mark(account, place)
        before = account.new_after()
        # Where one has read on since, what is new begins anew.
        is_later = before is None or mark > before
        if is_later and has_new(timeline.messages, mark, account.user_id):
            with batch():
                account.new_after.set(mark)
                account.new_count.set(0)

    def read(self, account: AccountState, place: Place, until: int) -> None:
        """Remember that a channel was read up to a time in ms."""
        marks = account.last_read()
        if until <= marks.get(place, until - 1):
            return
        with batch():
            account.last_read.set({**marks, place: until})
            _set_unread(account, {place: 0})
        self._save_mark(account, place)

    def take_over(self, account: AccountState, place: Place, to: Place) -> None:
        """Have a channel that takes over the messages of another one read as far as that was.

        Where either has unread messages, these stay so.
        """
        unread = account.unread()
        if place not in unread and to not in unread:
            self.read(account, to, self.reader_mark(account, place))

    @effect("mark the room as read")
    async def read_room(self, room_id: str) -> None:
        """Mark all that there is in a room as read."""
        account = self.account
        room = _find(account, room_id)
        if room is None:
            return
        latest = await self._latest(account, room_id)
        until = max(self.context.now(), 0 if latest is None else latest.timestamp)
        for channel in channels_of(room):
            if channel.type == "text":
                self.read(account, (room_id, channel.id), until)
        if account.room_id() == room_id:
            account.new_after.set(None)

    @effect("mark the channel as read")
    async def read_channel(self) -> None:
        """Mark all that there is in the open channel as read."""
        account = self.account
        place = account.place
        if place is None:
            return
        latest = await self.context.database(account).get_latest_messages(
            place[0], 1, None, place[1]
        )
        until = max([self.context.now(), *(message.timestamp for message in latest)])
        self.read(account, place, until)
        if account.place == place:
            account.new_after.set(None)

    def forget(self, account: AccountState, room_id: str) -> None:
        """Leave a room out that is gone."""
        previews, unread = account.previews(), account.unread()
        if room_id in previews or any(place[0] == room_id for place in unread):
            with batch():
                account.previews.set({key: p for key, p in previews.items() if key != room_id})
                account.unread.set({p: n for p, n in unread.items() if p[0] != room_id})

    @effect("remember what you have read")
    async def _save_mark(self, account: AccountState, place: Place) -> None:
        mark = account.last_read().get(place)
        try:
            await self.context.database(account).save_setting(setting_key(LAST_READ, place), mark)
        except ScopeChanged:
            raise
        except RoomkeepError as error:
            # It shows as read all the same; only after a reload it may be new once more.
            logger.warning("could not keep what was read: %s", error)

    def _take(self, change: Change) -> None:
        account = self.page.account()
        if account is None:
            return
        if change.store in ("messages", "rooms"):
            if change.room_id is not None:
                self._add(account, lambda work: work.rooms.setdefault(change.room_id or ""))
            elif change.action == "clear":
                self.look(account)
        elif change.store == "meta":
            for key in change.keys:
                self._take_setting(account, str(key))

    def _take_setting(self, account: AccountState, key: str) -> None:
        read, draft = place_of(LAST_READ, key), place_of(DRAFT, key)
        if read is not None:
            self._add(account, lambda work: work.marks.setdefault(read))
        elif draft is not None and not self._drafts.is_unsaved(account, draft):
            self._add(account, lambda work: work.drafts.setdefault(draft))

    def _add(self, account: AccountState, put: Callable[[Work], object]) -> None:
        work = self._work.get(account)
        if work is not None:
            put(work)
            return
        work = Work()
        put(work)
        if work:
            self._work[account] = work
            self._look(account, work)

    @effect("count what is unread")
    async def _look(self, account: AccountState, work: Work) -> None:
        try:
            await asyncio.sleep(GATHER)
            while work:
                for place in _drain(work.drafts):
                    await self._drafts.follow(account, place)
                for place in _drain(work.marks):
                    if await self._follow_mark(account, place):
                        work.rooms.setdefault(place[0])
                await self._look_at(account, _drain(work.rooms))
                await asyncio.sleep(REST)
        finally:
            del self._work[account]

    async def _look_at(self, account: AccountState, room_ids: list[str]) -> None:
        size = max(TOGETHER, len(room_ids) // MOST_REDRAWS)
        for start in range(0, len(room_ids), size):
            previews: dict[str, Message | None] = {}
            unread: dict[Place, int] = {}
            for room_id in room_ids[start : start + size]:
                room = _find(account, room_id)
                if room is None:
                    self.forget(account, room_id)
                    continue
                previews[room_id] = await self._latest(account, room_id)
                unread |= await self._count(account, room)
            with batch():
                account.previews.set({**account.previews(), **previews})
                _set_unread(account, unread)
            await asyncio.sleep(0)

    async def _latest(self, account: AccountState, room_id: str) -> Message | None:
        latest = await self.context.database(account).get_latest_messages(room_id, 1)
        return latest[0] if latest else None

    async def _count(self, account: AccountState, room: Room) -> dict[Place, int]:
        """Count what is unread in a room's channels. Mostly nothing is, which one count tells."""
        places = [(room.id, channel.id) for channel in channels_of(room) if channel.type == "text"]
        marks = {place: self.reader_mark(account, place) for place in places}
        first = min(marks.values())
        counts = dict.fromkeys(places, 0)
        in_room = await self.context.database(account).count_messages(room.id, first)
        if in_room and len(places) == 1:
            counts[places[0]] = in_room
        elif in_room:
            for place, mark in marks.items():
                counts[place] = await self.context.database(account).count_messages(
                    room.id, mark, place[1]
                )
        # Channels that are gone count no more.
        gone = (place for place in account.unread() if place[0] == room.id and place not in marks)
        # One may have read on while this was counted.
        return dict.fromkeys(gone, 0) | {
            place: count
            for place, count in counts.items()
            if marks[place] == self.reader_mark(account, place)
        }

    async def _follow_mark(self, account: AccountState, place: Place) -> bool:
        """Take over what was read in another tab; tell whether that was more."""
        mark = await self.context.database(account).get_setting(setting_key(LAST_READ, place))
        marks = account.last_read()
        if not isinstance(mark, int | float) or not is_number(mark):
            return False
        if int(mark) <= marks.get(place, int(mark) - 1):
            return False
        account.last_read.set({**marks, place: int(mark)})
        return True


def _find(account: AccountState, room_id: str) -> Room | None:
    return next((room for room in account.rooms() or () if room.id == room_id), None)


def _drain(waiting: dict[K, None]) -> list[K]:
    items = list(waiting)
    waiting.clear()
    return items


def _set_unread(account: AccountState, counts: dict[Place, int]) -> None:
    """Change counts; only those of places that have unread messages are kept."""
    together = {**account.unread(), **counts}
    account.unread.set({place: count for place, count in together.items() if count})
