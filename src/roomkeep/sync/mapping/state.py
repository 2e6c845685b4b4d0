"""The state of a room."""

from collections.abc import Iterable
from typing import Any, Final

from roomkeep.sync.mapping.texts import person_name
from roomkeep.sync.wire.types import Event, JoinedRoom, RoomSummary

__all__ = ["RoomState", "name_of_people"]

_MOST_NAMES: Final = 3


class RoomState:
    """The state events of a room, the latest of each kind.

    Attributes:
        member_count: the number of members.
        has_members: whether all of them are among the events.
    """

    def __init__(self, found: Iterable[Event], *, member_count: int | None = None) -> None:
        """Read events.

        Args:
            found: the events, oldest first.
            member_count: the number of members; None if all of them are among the events.
        """
        self._events = {
            (one.type, one.state_key): one for one in found if one.state_key is not None
        }
        self.has_members = member_count is None
        self.member_count = member_count or sum(
            one.content.get("membership") == "join" for one in self.all_of("m.room.member")
        )

    @classmethod
    def of_joined(cls, said: JoinedRoom) -> "RoomState":
        """Read what a sync from the beginning tells of a room."""
        return cls((*said.state, *said.timeline), member_count=said.members or 0)

    def with_members(self, found: Iterable[Event]) -> "RoomState":
        """Return the state with all members."""
        return RoomState((*self._events.values(), *found))

    def event(self, type_: str, key: str = "") -> Event | None:
        """Return the event of a type, and of a key where there are several."""
        return self._events.get((type_, key))

    def content(self, type_: str) -> dict[str, Any]:
        """Return its content; empty where there is none."""
        event = self.event(type_)
        return {} if event is None else event.content

    def all_of(self, type_: str) -> list[Event]:
        """Return all events of a type."""
        return [event for (kind, _), event in self._events.items() if kind == type_]

    def summary(self, room_id: str) -> RoomSummary:
        """Return what a list of rooms would tell of it."""

        def text(type_: str, name: str) -> str | None:
            said = self.content(type_).get(name)
            return said if isinstance(said, str) else None

        return RoomSummary(
            room_id=room_id,
            name=text("m.room.name", "name"),
            topic=text("m.room.topic", "topic"),
            avatar_url=text("m.room.avatar", "url"),
            canonical_alias=text("m.room.canonical_alias", "alias"),
            join_rule=text("m.room.join_rules", "join_rule"),
            room_type=text("m.room.create", "type"),
            num_joined_members=self.member_count,
        )


def name_of_people(members: Iterable[Event], user_id: str) -> str | None:
    """Return a name for a room that has none: those of the others in it."""
    others = {
        event.state_key: person_name(event.content.get("displayname"), event.state_key)
        for event in members
        if event.state_key
        and event.state_key != user_id
        and event.content.get("membership") in ("join", "invite")
    }
    return ", ".join(sorted(others.values())[:_MOST_NAMES]) or None
