"""Spaces and their children as rooms and channels."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from roomkeep.models import Channel
from roomkeep.sync.mapping.texts import line
from roomkeep.sync.wire.types import Event, RoomSummary

__all__ = [
    "SPACE_TYPE",
    "VOICE_TYPE",
    "child_content",
    "is_private",
    "order_after",
    "order_of",
    "ordered_children",
    "orders_for",
    "read_channels",
    "servers_of_child",
]

SPACE_TYPE: Final = "m.space"
VOICE_TYPE: Final = "org.matrix.msc3417.call"
_VOICE_TYPES: Final = frozenset((VOICE_TYPE, "m.call"))
_MAX_ORDER: Final = 50
_MAX_SERVER: Final = 255
_MOST_SERVERS: Final = 5
_DIGITS: Final = 6


def is_private(join_rule: object) -> bool:
    """Tell whether a room is invite-only; an unknown rule counts as such."""
    return join_rule not in ("public", "knock", "restricted", "knock_restricted")


def ordered_children(events: Iterable[Event]) -> list[str]:
    """Return the IDs of a space's children, sorted.

    Matrix sorts by `order` (children without one come last), then by time, then by ID.
    """
    places: dict[str, tuple[bool, str, int, str]] = {}
    for event in events:
        if event.type != "m.space.child" or not event.state_key:
            continue
        # A child without `via` was removed.
        if not servers_of_child(event):
            places.pop(event.state_key, None)
            continue
        order = _order(event.content)
        place = (order is None, order or "", event.origin_server_ts, event.state_key)
        places[event.state_key] = place
    return sorted(places, key=places.__getitem__)


def servers_of_child(event: Event) -> tuple[str, ...]:
    """Return the servers that know a space's child, by the event that names it; a few suffice."""
    via = event.content.get("via")
    names = via if isinstance(via, list) else ()
    found = [name for name in names if isinstance(name, str) and 0 < len(name) <= _MAX_SERVER]
    return tuple(found[:_MOST_SERVERS])


def read_channels(
    children: Sequence[str], summaries: Mapping[str, RoomSummary]
) -> tuple[Channel, ...]:
    """Return a room's channels in order: the children that are not spaces themselves.

    Args:
        children: their ids, in order.
        summaries: the server's summaries of them; children the user may not see have none.
    """
    found: list[Channel] = []
    for room_id in children:
        child = summaries.get(room_id)
        if child is None or child.room_type == SPACE_TYPE:
            continue
        name = line(child.name) or line(child.canonical_alias) or "unnamed"
        found.append(
            Channel(
                id=room_id,
                name=name,
                type="voice" if child.room_type in _VOICE_TYPES else "text",
                position=len(found),
            )
        )
    return tuple(found)


def child_content(order: str, via: Sequence[str]) -> dict[str, Any]:
    """Return the content of an `m.space.child` event."""
    return {"via": list(via), "order": order}


def order_of(place: int) -> str:
    """Return the `order` for a position, from 0."""
    return f"{place:0{_DIGITS}}"


def order_after(events: Iterable[Event]) -> str:
    """Return an `order` after those of all existing children."""
    last = max((_order(event.content) or "" for event in events), default="")
    if not last:
        return order_of(0)
    if last.isdecimal() and len(last) == _DIGITS and last != "9" * _DIGITS:
        return order_of(int(last) + 1)
    # Set by another client; a longer text with the same prefix sorts after it.
    return f"{last}0" if len(last) < _MAX_ORDER else last


def orders_for(ids: Sequence[str], events: Iterable[Event]) -> dict[str, str]:
    """Return the new `order` of each child that must change to get this order."""
    now = {event.state_key: _order(event.content) for event in events}
    wanted = {room_id: order_of(place) for place, room_id in enumerate(ids)}
    return {room_id: order for room_id, order in wanted.items() if now.get(room_id) != order}


def _order(content: Mapping[str, Any]) -> str | None:
    order = content.get("order")
    is_one = isinstance(order, str) and 0 < len(order) <= _MAX_ORDER
    return order if is_one and all(" " <= sign <= "~" for sign in str(order)) else None
