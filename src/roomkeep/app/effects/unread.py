"""The unread count and the last message of each room."""

import asyncio
from collections.abc import Collection

from reaktiv import batch

from roomkeep.app.changes import records_by_key
from roomkeep.app.channel_ref import LAST_READ, ChannelRef, setting_key
from roomkeep.app.channels import channels_of, is_text
from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.state import AccountState
from roomkeep.app.unread import count_told, counts_alike, has_new, is_number, read_until
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


class Work:
    """The rooms of one account to count.

    Attributes:
        told: changes that may tell enough, so that nothing is to be read, with their rooms.
        rooms: the ids of the rooms that are to be counted in the database.
        counting: the ids of those that are being counted now.
    """

    def __init__(self) -> None:
        self.told: list[tuple[str, Change]] = []
        self.rooms: dict[str, None] = {}
        self.counting: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.told or self.rooms)

    def note(self, room_id: str, change: Change) -> None:
        """Add a change of messages."""
        # What is being counted now may have it already, or not.
        if room_id in self.counting:
            self.rooms[room_id] = None
        else:
            self.told.append((room_id, change))


class UnreadEffects(EffectGroup):
    """Counts unread messages, and keeps the read markers."""

    def __init__(self, context: Context, writer: SettingWriter) -> None:
        super().__init__(context)
        self._writer = writer
        writer.follow(LAST_READ, self._show_mark)
        self._batcher = Batcher(
            context, "failed.count_unread", Work, self._count_batch, gather=GATHER, rest=REST
        )
        context.follow(self._on_change, "messages", "rooms")

    def look(self, account: AccountState, room_ids: Collection[str] | None = None) -> None:
        """Count some rooms, or all of them, in the background."""
        # The ones that were used last are the first that one looks at.
        recent = [room_id for room_id, _ in account.recent()]
        known = [room.id for room in account.rooms() or ()] if room_ids is None else room_ids
        self._count_again(account, [*(r for r in recent if r in known), *known])

    def reader_mark(self, account: AccountState, ref: ChannelRef) -> int:
        """Return the read marker of a channel, in ms."""
        room = account.find_room(ref[0])
        return read_until(account.last_read(), ref, room, account.user())

    def reach_end(self) -> None:
        """Mark the open channel as read, once its end is in view."""
        account = self.account
        ref, timeline = account.channel_ref, account.timeline()
        if ref is None or timeline is None:
            return
        # What is being sent is read when it is sent.
        sent = [one for one in timeline.messages[-2:] if one.id not in account.unsent]
        if timeline.is_at_latest and sent:
            self.read(account, ref, sent[-1].timestamp)

    def fall_behind(self) -> None:
        """Note where new messages begin, when some arrive out of view."""
        account = self.account
        ref, timeline = account.channel_ref, account.timeline()
        if ref is None or timeline is None:
            return
        mark = self.reader_mark(account, ref)
        before = account.new_after()
        # Where one has read on since, what is new begins anew.
        is_later = before is None or mark > before
        if is_later and has_new(timeline.messages, mark, account.user_id):
            with batch():
                account.new_after.set(mark)
                account.new_count.set(0)

    def read(self, account: AccountState, ref: ChannelRef, until: int) -> None:
        """Move the read marker of a channel to a time in ms."""
        marks = account.last_read()
        if until <= marks.get(ref, until - 1):
            return
        with batch():
            account.last_read.set({**marks, ref: until})
            _set_unread(account, {ref: 0})
        key = setting_key(LAST_READ, ref)
        self._writer.note(account, key, lambda: account.last_read().get(ref))

    def take_over(self, account: AccountState, ref: ChannelRef, to: ChannelRef) -> None:
        """Move the read marker of a channel that takes over another's messages.

        Where either has unread messages, these stay so.
        """
        if not {ref, to} & account.unread().keys():
            self.read(account, to, self.reader_mark(account, ref))

    @effect("failed.mark_as_read")
    async def read_room(self, room_id: str) -> None:
        """Mark a whole room as read."""
        account = self.account
        room = account.find_room(room_id)
        if room is None:
            return
        latest = account.previews().get(room_id) or await self._latest(account, room_id)
        until = max(self.context.now(), 0 if latest is None else latest.timestamp)
        for channel in channels_of(room):
            if channel.type == "text":
                self.read(account, (room_id, channel.id), until)
        if account.room_id() == room_id:
            account.new_after.set(None)

    @effect("failed.mark_as_read")
    async def read_channel(self) -> None:
        """Mark the open channel as read."""
        account = self.account
        ref = account.channel_ref
        if ref is None:
            return
        latest = await self.context.database(account).get_latest_messages(ref[0], 1, None, ref[1])
        self.read(account, ref, max([self.context.now(), *(m.timestamp for m in latest)]))
        if account.channel_ref == ref:
            account.new_after.set(None)

    def forget(self, account: AccountState, room_id: str) -> None:
        """Forget a room that is gone."""
        previews, unread = account.previews(), account.unread()
        if room_id in previews or any(ref[0] == room_id for ref in unread):
            with batch():
                account.previews.set({key: p for key, p in previews.items() if key != room_id})
                account.unread.set({p: n for p, n in unread.items() if p[0] != room_id})

    def _on_change(self, account: AccountState, change: Change) -> None:
        room_id = change.room_id
        if room_id is None:
            if change.action == "clear":
                self.look(account)
        elif change.store == "rooms":
            changed = (records_by_key(change) or {}).get(room_id)
            if not counts_alike(account.find_room(room_id), changed, account.user_id):
                self._count_again(account, [room_id])
        else:
            self._batcher.add(account, lambda work: work.note(room_id, change))

    def _add_told(self, account: AccountState, room_id: str, change: Change) -> bool:
        """Count the messages of a change; return false if the room must be counted instead."""
        records = records_by_key(change)
        room = account.find_room(room_id)
        if records is None or room is None or room_id not in account.previews():
            return False
        timeline = account.timeline()
        told = count_told(
            account.previews()[room_id],
            records.values(),
            () if timeline is None else timeline.messages,
            is_unread=lambda one: (
                one.timestamp > self.reader_mark(account, (room_id, one.channel_id))
                and is_text(room, one.channel_id)
            ),
        )
        if told is None:
            return False
        latest, new = told
        unread = account.unread()
        with batch():
            account.previews.set({**account.previews(), room_id: latest})
            _set_unread(account, {key: unread.get(key, 0) + count for key, count in new.items()})
        return True

    def _show_mark(self, account: AccountState, ref: ChannelRef, mark: object) -> None:
        """Apply a read marker from this or another tab, if it is later."""
        marks = account.last_read()
        if not isinstance(mark, int | float) or not is_number(mark):
            return
        if int(mark) <= marks.get(ref, int(mark) - 1):
            return
        latest = account.previews().get(ref[0])
        with batch():
            account.last_read.set({**marks, ref: int(mark)})
            if latest is not None and latest.timestamp <= mark:
                _set_unread(account, {ref: 0})
        if latest is None or latest.timestamp > mark:
            self._count_again(account, [ref[0]])

    def _count_again(self, account: AccountState, room_ids: Collection[str]) -> None:
        """Count the unread messages of rooms soon, in the background."""
        rooms = dict.fromkeys(room_ids)
        self._batcher.add(account, lambda work: work.rooms.update(rooms))

    async def _count_batch(self, account: AccountState, work: Work) -> None:
        told, work.told = work.told, []
        for room_id, change in told:
            if room_id not in work.rooms and not self._add_told(account, room_id, change):
                work.rooms[room_id] = None
        work.counting, work.rooms = list(work.rooms), {}
        await self._look_at(account, work.counting)
        work.counting = []

    async def _look_at(self, account: AccountState, room_ids: list[str]) -> None:
        size = max(TOGETHER, len(room_ids) // MOST_REDRAWS)
        for start in range(0, len(room_ids), size):
            previews: dict[str, Message | None] = {}
            unread: dict[ChannelRef, int] = {}
            for room_id in room_ids[start : start + size]:
                room = account.find_room(room_id)
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

    async def _count(self, account: AccountState, room: Room) -> dict[ChannelRef, int]:
        """Count the unread messages of a room's channels; mostly one count says that none are."""
        places = [(room.id, channel.id) for channel in channels_of(room) if channel.type == "text"]
        marks = {ref: self.reader_mark(account, ref) for ref in places}
        first = min(marks.values())
        counts = dict.fromkeys(places, 0)
        in_room = await self.context.database(account).count_messages(room.id, first)
        if in_room and len(places) == 1:
            counts[places[0]] = in_room
        elif in_room:
            for ref, mark in marks.items():
                counts[ref] = await self.context.database(account).count_messages(
                    room.id, mark, ref[1]
                )
        # Channels that are gone count no more.
        gone = (ref for ref in account.unread() if ref[0] == room.id and ref not in marks)
        # One may have read on while this was counted.
        return dict.fromkeys(gone, 0) | {
            ref: count
            for ref, count in counts.items()
            if marks[ref] == self.reader_mark(account, ref)
        }


def _set_unread(account: AccountState, counts: dict[ChannelRef, int]) -> None:
    """Update unread counts; only channels with unread messages are kept."""
    together = {**account.unread(), **counts}
    account.unread.set({ref: count for ref, count in together.items() if count})
