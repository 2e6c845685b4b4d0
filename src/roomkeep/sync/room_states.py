"""Asking for the state of rooms."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from roomkeep.sync.mapping.state import RoomState
from roomkeep.sync.parallel import all_of
from roomkeep.sync.wire import Wire, events
from roomkeep.sync.wire.types import Event, JoinedRoom

__all__ = ["RoomStates"]

_MOST_ROOMS: Final = 100
"""The most rooms that one request names: its address must not become too long."""
_AT_ONCE: Final = 4


class RoomStates:
    """The states of the rooms that the user has joined, but for their members.

    A sync from the beginning, of only some rooms, tells their whole state in one response. The list
    of a space's rooms would tell the same, but servers slow down those who ask for it often.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._created: dict[str, Event] = {}

    async def ask(
        self, room_ids: Sequence[str], known: Mapping[str, JoinedRoom] | None = None
    ) -> dict[str, RoomState]:
        """Return the states of those rooms that the user has joined.

        Args:
            room_ids: the rooms.
            known: what a sync from the beginning has told of all joined rooms; None to ask.
        """
        found = dict(known or {})
        if known is None:
            for start in range(0, len(room_ids), _MOST_ROOMS):
                asked = room_ids[start : start + _MOST_ROOMS]
                found |= (await events.sync(self._wire, chosen=_only(asked))).joined
        states = {room_id: RoomState(found[room_id]) for room_id in room_ids if room_id in found}
        # Synapse 1.163 leaves this event out where a filter names rooms of version 12, whose ID it
        # makes. The event never changes.
        lacking = [one for one, state in states.items() if state.event("m.room.create") is None]
        await all_of(map(self._ask_created, lacking), at_once=_AT_ONCE)
        for room_id in lacking:
            if room_id in self._created:
                states[room_id].add(self._created[room_id])
        return states

    async def _ask_created(self, room_id: str) -> None:
        if room_id not in self._created:
            created = await events.get_state_event(self._wire, room_id, "m.room.create")
            if created is not None:
                self._created[room_id] = created


def _only(room_ids: Sequence[str]) -> str:
    """Return a sync filter for the state of some rooms."""
    nothing: dict[str, list[str]] = {"types": []}
    # A homeserver may answer the same question from its cache, so no two are the same.
    timeline = {"limit": 1, "not_types": [uuid.uuid4().hex]}
    state = {"lazy_load_members": True}
    room = {"rooms": list(room_ids), "timeline": timeline, "state": state}
    chosen = {
        "room": {**room, "ephemeral": nothing, "account_data": nothing},
        "presence": nothing,
        "account_data": nothing,
    }
    return msgspec.json.encode(chosen).decode()
