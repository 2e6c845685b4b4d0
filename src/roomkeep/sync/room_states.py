"""Asking for the state of rooms."""

from collections.abc import Mapping, Sequence
from typing import Final

from roomkeep.sync.errors import BadResponse, NoRight, ResponseTooLarge
from roomkeep.sync.mapping.state import RoomState
from roomkeep.sync.parallel import all_of
from roomkeep.sync.wire import Wire, events, rooms
from roomkeep.sync.wire.types import Event, JoinedRoom, RoomSummary, events_of

__all__ = ["RoomStates"]

_MOST_BYTES: Final = 2 * 1024 * 1024
"""The largest state that is asked for as a whole."""
_MANY_MEMBERS: Final = 2_000
"""Above this number, the members of a room are not asked for."""
_MOST_PEOPLE: Final = 50_000
"""The most members and bans that a room may have whose server says that they are few."""
_MOST_CHANNELS: Final = 50
"""The most channels that are asked for one by one."""
_AT_ONCE: Final = 4
_CREATE: Final = "m.room.create"
_PARTS: Final = (
    _CREATE,
    "m.room.avatar",
    "m.room.canonical_alias",
    "m.room.join_rules",
    "m.room.name",
    "m.room.power_levels",
    "m.room.topic",
)


class RoomStates:
    """The states of the rooms that the user has joined.

    Two other ways are worse. A sync of only some rooms costs a server as much as one of all, and
    tells the state at the end of one branch of a room's history: of two events made at the same
    time, it may lack the one. The list of a space's rooms has all, but servers slow down those who
    ask for it often.
    """

    def __init__(self, wire: Wire, user_id: str) -> None:
        self._wire = wire
        self._user_id = user_id
        self._is_large: dict[str, bool] = {}
        # These events never change.
        self._created: dict[str, Event] = {}

    async def ask(self, room_id: str, known: Mapping[str, JoinedRoom] | None = None) -> RoomState:
        """Return the state of a room: with all members and bans, unless there are very many.

        Args:
            room_id: the room.
            known: what a sync from the beginning has told of all joined rooms; None to ask.

        Raises:
            NoRight: the user has not joined it.
        """
        if known is not None:
            return await self._told(room_id, known)
        state = await self._whole(room_id) or await self._parts(room_id)
        mine = state.event("m.room.member", self._user_id)
        # Who has left a room is still told what it was like then.
        if mine is None or mine.content.get("membership") != "join":
            raise _not_joined()
        return state

    def note_size(self, room_id: str, *, is_large: bool) -> None:
        """Note whether a room has very many members, so that it need not be asked."""
        self._is_large[room_id] = is_large

    async def ask_event(self, room_id: str, type_: str) -> Event | None:
        """Return the event of a type of which there is one; None where it was never set."""
        event = self._created.get(room_id) if type_ == _CREATE else None
        if event is None:
            event = await events.get_state_event(self._wire, room_id, type_)
        if event is not None and type_ == _CREATE:
            self._created[room_id] = event
        return event

    async def ask_channels(
        self,
        space_id: str,
        channel_ids: Sequence[str],
        known: Mapping[str, JoinedRoom] | None = None,
    ) -> tuple[dict[str, RoomSummary], frozenset[str]]:
        """Return what is told of a space's channels, and which of them the user has joined.

        Args:
            space_id: the space.
            channel_ids: its channels.
            known: what a sync from the beginning has told of all joined rooms; None to ask.
        """
        found: dict[str, RoomSummary] = {}
        if known is not None:
            joined = frozenset(known).intersection(channel_ids)
            found = {one: RoomState.of_joined(known[one]).summary(one) for one in joined}
        else:
            joined = (await rooms.get_joined_rooms(self._wire)).intersection(channel_ids)
            if len(joined) <= _MOST_CHANNELS:
                told = await all_of(map(self._channel, sorted(joined)), at_once=_AT_ONCE)
                found = {one.room_id: one for one in told if one is not None}
        if not found.keys() >= set(channel_ids):
            hierarchy = await rooms.get_hierarchy(self._wire, space_id)
            found = {room.room_id: room for room in hierarchy.rooms} | found
        return found, joined

    async def _told(self, room_id: str, known: Mapping[str, JoinedRoom]) -> RoomState:
        """Return what is told already of a room, and its members."""
        if room_id not in known:
            raise _not_joined()
        state = RoomState.of_joined(known[room_id])
        if state.member_count > _MANY_MEMBERS:
            return state
        people = await rooms.get_members(self._wire, room_id, besides="leave")
        if len(people) > _MOST_PEOPLE:
            raise BadResponse("the homeserver tells of far more members than it says there are")
        return state.with_members(people)

    async def _whole(self, room_id: str) -> RoomState | None:
        """Return the whole state of a room; None if it is too large."""
        if room_id not in self._is_large:
            listed = await self._listed(room_id)
            count = 0 if listed is None else listed.num_joined_members
            self._is_large[room_id] = count > _MANY_MEMBERS
        if self._is_large[room_id]:
            return None
        try:
            found = await events.get_state(self._wire, room_id, max_bytes=_MOST_BYTES)
        except ResponseTooLarge:
            self._is_large[room_id] = True
            return None
        return RoomState(found)

    async def _parts(self, room_id: str) -> RoomState:
        """Return the state of a very large room, with no member but the user."""
        asked = (self.ask_event(room_id, type_) for type_ in _PARTS)
        found = await all_of(asked, at_once=_AT_ONCE)
        mine = await events.get_state_event(self._wire, room_id, "m.room.member", self._user_id)
        listed = await self._listed(room_id)
        children: tuple[Event, ...] = ()
        if listed is not None:
            children = events_of(listed.children_state)
        told = (event for event in (*found, mine) if event is not None)
        count = 0 if listed is None else listed.num_joined_members
        return RoomState((*told, *children), member_count=count)

    async def _listed(self, room_id: str) -> RoomSummary | None:
        """Return what the list of a space's rooms tells of itself."""
        hierarchy = await rooms.get_hierarchy(self._wire, room_id, most=1)
        return next((one for one in hierarchy.rooms if one.room_id == room_id), None)

    async def _channel(self, channel_id: str) -> RoomSummary | None:
        """Return what a channel shows; None where the user has just left it."""
        try:
            create = await self.ask_event(channel_id, _CREATE)
            name = await self.ask_event(channel_id, "m.room.name")
            if name is None:
                name = await self.ask_event(channel_id, "m.room.canonical_alias")
        except NoRight:
            return None
        return RoomState(one for one in (create, name) if one is not None).summary(channel_id)


def _not_joined() -> NoRight:
    return NoRight(403, "M_FORBIDDEN", "you are not in this room")
