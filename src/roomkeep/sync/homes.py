"""Which room each channel belongs to."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from roomkeep.storage.remote import SyncedRoom
from roomkeep.sync.mapping.room import SPACE_TYPE
from roomkeep.sync.wire.types import Event

__all__ = ["Homes", "Kind", "read_kind"]


class Kind(Struct, frozen=True, kw_only=True):
    """What a Matrix room is.

    Attributes:
        is_space: whether it is a space, and so a room with channels.
        parents: the spaces that it says it belongs to.
    """

    is_space: bool
    parents: tuple[str, ...] = ()


def read_kind(state: Iterable[Event]) -> Kind | None:
    """Return what a room is by its state; None if the state is not the whole.

    A room that is just being made says last who may join it, together with what it belongs to.
    """
    is_space: bool | None = None
    is_whole = False
    parents: dict[str, bool] = {}
    for event in state:
        if event.type == "m.room.create" and event.state_key == "":
            is_space = event.content.get("type") == SPACE_TYPE
        elif event.type == "m.room.join_rules":
            is_whole = True
        elif event.type == "m.space.parent" and event.state_key and event.content.get("via"):
            parents[event.state_key] = event.content.get("canonical") is True
    if is_space is None or not is_whole:
        return None
    ordered = sorted(parents, key=lambda parent: (not parents[parent], parent))
    return Kind(is_space=is_space, parents=tuple(ordered))


class Homes:
    """The rooms that are known, and whose channels are whose.

    A channel that several rooms list belongs to the oldest of them.
    """

    def __init__(self, rooms: Iterable[SyncedRoom] = ()) -> None:
        self.rooms: dict[str, SyncedRoom] = {}
        self.kinds: dict[str, Kind] = {}
        self._home: dict[str, str] = {}
        self.update(rooms)

    def copy(self) -> "Homes":
        """Return the same knowledge, to add to without changing this."""
        made = Homes(self.rooms.values())
        made.kinds = dict(self.kinds)
        return made

    def update(self, rooms: Iterable[SyncedRoom]) -> None:
        """Learn the state of some rooms."""
        for one in rooms:
            known = self.rooms.get(one.room.id)
            if known is None or known.revision <= one.revision:
                self.rooms[one.room.id] = one
        self._find()

    def forget(self, room_ids: Iterable[str]) -> None:
        """Forget rooms that the user has left."""
        for room_id in room_ids:
            self.rooms.pop(room_id, None)
            self.kinds.pop(room_id, None)
        self._find()

    def room_of(self, channel_id: str) -> str | None:
        """Return the room that a channel belongs to; None if none is known."""
        if channel_id in self._home:
            return self._home[channel_id]
        # Not listed yet, or not any more.
        kind = self.kinds.get(channel_id)
        parents = () if kind is None or kind.is_space else kind.parents
        return next((parent for parent in parents if parent in self.rooms), None)

    def own(self, synced: SyncedRoom) -> SyncedRoom:
        """Return a room without the channels that belong to others."""
        room = synced.room
        channels = [one for one in room.channels if self._home.get(one.id, room.id) == room.id]
        if len(channels) == len(room.channels):
            return synced
        moved = (replace(one, position=place) for place, one in enumerate(channels))
        return replace(synced, room=replace(room, channels=tuple(moved)))

    def channels_of(self, room_id: str) -> list[str]:
        """Return a room's channels, but for the room itself."""
        synced = self.rooms.get(room_id)
        channels = () if synced is None else synced.room.channels
        return [channel.id for channel in channels if channel.id != room_id]

    def names_in(self, room_id: str) -> dict[str, str]:
        """Return the names of a room's members by their IDs."""
        synced = self.rooms.get(room_id)
        members = () if synced is None else synced.room.members
        return {member.oder_id: member.display_name for member in members}

    def _find(self) -> None:
        oldest_last = sorted(
            self.rooms.values(), key=lambda one: (one.room.created_at, one.room.id), reverse=True
        )
        self._home = {
            channel.id: one.room.id for one in oldest_last for channel in one.room.channels
        }
