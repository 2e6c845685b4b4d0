"""Power levels, and the roles and permissions that follow from them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from roomkeep.models import Role
from roomkeep.storage.remote import Rights
from roomkeep.sync.wire.types import Event

__all__ = ["Power", "level_of_role", "read_power", "with_role"]

_LEVELS: Final[Mapping[Role, int]] = {"host": 100, "admin": 75, "moderator": 50, "member": 0}
_CREATOR: Final = 2**53
"""Higher than any level in an event."""
_CREATORS_RULE: Final = 12
"""The first room version in which the creators rank above all power levels."""


class Power(Struct, frozen=True, kw_only=True):
    """A room's power levels.

    Attributes:
        users: levels by user id.
        default: everyone else's level.
        creators: the room's creators, if its version ranks them above all.
        content: the event's content, to send a changed one.
    """

    users: Mapping[str, int]
    default: int
    creators: frozenset[str]
    needed: Mapping[str, int]
    events: Mapping[str, int]
    state_default: int
    content: Mapping[str, Any]

    def level(self, user_id: str) -> int:
        """Return a person's power level."""
        return _CREATOR if user_id in self.creators else self.users.get(user_id, self.default)

    def role(self, user_id: str) -> Role:
        """Return a person's role."""
        level = self.level(user_id)
        return next((role for role, least in _LEVELS.items() if level >= least), "member")

    def may_set(self, user_id: str, type_: str) -> bool:
        """Tell whether a person may set this type of state."""
        return self.level(user_id) >= self.events.get(type_, self.state_default)

    def rights(self, user_id: str) -> Rights:
        """Return what a member may do."""
        level = self.level(user_id)
        return Rights(
            invite=level >= self.needed["invite"],
            kick=level >= self.needed["kick"],
            ban=level >= self.needed["ban"],
            delete_messages=level >= self.needed["redact"],
            change_room=self.may_set(user_id, "m.room.name"),
            change_channels=self.may_set(user_id, "m.space.child"),
            change_roles=self.may_set(user_id, "m.room.power_levels"),
        )


def read_power(create: Event | None, levels: Mapping[str, Any] | None) -> Power:
    """Return a room's power levels.

    Args:
        create: the `m.room.create` event.
        levels: the content of its `m.room.power_levels`; None where there is none.
    """
    makers = _creators(create)
    said = levels or {}
    users = _levels(said.get("users"))
    if levels is None and create is not None and not makers:
        users = {create.sender: 100}
    return Power(
        users=users,
        default=_level(said.get("users_default"), 0),
        creators=makers,
        needed={
            name: _level(said.get(name), usual)
            for name, usual in (("invite", 0), ("kick", 50), ("ban", 50), ("redact", 50))
        },
        events=_levels(said.get("events")),
        # Without the event, everyone in the room may change its state.
        state_default=_level(said.get("state_default"), 0 if levels is None else 50),
        content=said,
    )


def level_of_role(role: Role) -> int:
    """Return the power level of a role."""
    return _LEVELS[role]


def with_role(power: Power, user_id: str, role: Role) -> dict[str, Any]:
    """Return the content of `m.room.power_levels` with a person's role changed."""
    users = {**power.users, user_id: level_of_role(role)}
    if users[user_id] == power.default:
        del users[user_id]
    return {**power.content, "users": users}


def _creators(create: Event | None) -> frozenset[str]:
    version = "" if create is None else create.content.get("room_version", "1")
    if create is None or not isinstance(version, str) or not version.isdecimal():
        return frozenset()
    if int(version[:9]) < _CREATORS_RULE:
        return frozenset()
    more = create.content.get("additional_creators")
    others: Iterable[Any] = more if isinstance(more, list) else ()
    return frozenset((create.sender, *(user for user in others if isinstance(user, str))))


def _levels(said: object) -> dict[str, int]:
    items = said.items() if isinstance(said, dict) else ()
    return {name: level for name, value in items if (level := _level(value, None)) is not None}


def _level(value: object, usual: Any) -> Any:
    """Return a level; in old rooms, levels may be text."""
    if isinstance(value, str):
        try:
            value = int(value.strip()) if len(value) <= 20 else None  # noqa: PLR2004 - digits.
        except ValueError:
            value = None
    is_level = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _CREATOR
    return value if is_level else usual
