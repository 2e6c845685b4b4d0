"""The state of a room, as a sync tells it."""

from collections.abc import Iterable
from typing import Any, Final

from roomkeep.sync.mapping.texts import person_name
from roomkeep.sync.wire.types import Event, JoinedRoom, RoomSummary

__all__ = ["SHOWN_TYPES", "RoomState", "name_of_people"]

SHOWN_TYPES: Final = frozenset(
    (
        "m.room.avatar",
        "m.room.canonical_alias",
        "m.room.create",
        "m.room.join_rules",
        "m.room.name",
        "m.room.power_levels",
        "m.room.topic",
        "m.space.child",
    )
)
"""The types of state that a view of a room shows, beside its members."""

_MOST_NAMES: Final = 3


class RoomState:
    """The state events of a room, the latest of each kind.

    Attributes:
        member_count: the number of members.
    """

    def __init__(self, said: JoinedRoom) -> None:
        """Read what a sync from the beginning tells of a room."""
        found = (*said.state, *said.timeline)
        self._events = {
            (one.type, one.state_key): one for one in found if one.state_key is not None
        }
        self.member_count = said.members or 0

    def add(self, event: Event) -> None:
        """Add an event that the sync did not tell, or in place of one that it did."""
        self._events[event.type, event.state_key or ""] = event

    def event(self, type_: str, key: str = "") -> Event | None:
        """Return the event of a type and a state key; None where there is none."""
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
