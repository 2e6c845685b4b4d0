"""Asking for the state of rooms."""

import contextlib
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from roomkeep.sync.errors import NoRight
from roomkeep.sync.mapping.state import SHOWN_TYPES, RoomState
from roomkeep.sync.parallel import all_of
from roomkeep.sync.wire import Wire, events
from roomkeep.sync.wire.types import Event, JoinedRoom

__all__ = ["RoomStates"]

_MOST_ROOMS: Final = 100
"""The most rooms that one request names: its address must not become too long."""
_AT_ONCE: Final = 4
_BRANCHING_S: Final = 60.0
"""For so long, in seconds, an event may still come that was made at the same time as another."""
_MOST_DOUBTED: Final = 50
"""The most state events of a room that are asked for one by one."""


class RoomStates:
    """The states of the rooms that the user has joined, but for their members.

    A sync from the beginning, of only some rooms, tells their whole state in one response. The list
    of a space's rooms would tell the same, but servers slow down those who ask for it often.

    Two events that are made at the same time begin two branches of a room's history, until a later
    event joins them. Such a sync tells the state at the end of one branch, which may lack what
    changed on the other one. So state that changed a short while ago is also asked for by itself,
    for which the server combines the branches.
    """

    def __init__(self, wire: Wire, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Create it.

        Args:
            wire: the homeserver, signed in.
            clock: returns the time in seconds.
        """
        self._wire = wire
        self._clock = clock
        self._created: dict[str, Event] = {}
        # State that changed, by room: its type and key, and when that was told.
        self._doubted: dict[str, dict[tuple[str, str], float]] = {}

    def note_changes(self, joined: Mapping[str, JoinedRoom]) -> None:
        """Note what has changed, as a sync from where the last one ended tells."""
        now = self._clock()
        for room_id, said in joined.items():
            changed = {
                (one.type, one.state_key): now
                for one in said.timeline
                if one.state_key is not None and one.type in SHOWN_TYPES
            }
            if changed:
                doubted = [*{**self._doubted.get(room_id, {}), **changed}.items()]
                self._doubted[room_id] = dict(doubted[-_MOST_DOUBTED:])

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
        if known is None:
            await self._ask_doubted(states)
        # Synapse 1.163 leaves this event out where a filter names rooms of version 12, whose ID it
        # makes. The event never changes.
        lacking = [one for one, state in states.items() if state.event("m.room.create") is None]
        await all_of(map(self._ask_created, lacking), at_once=_AT_ONCE)
        for room_id in lacking:
            if room_id in self._created:
                states[room_id].add(self._created[room_id])
        return states

    async def _ask_doubted(self, states: Mapping[str, RoomState]) -> None:
        async def ask(room_id: str, type_: str, key: str, told_at: float) -> None:
            event = None
            # Of a room that was left meanwhile, the next sync tells.
            with contextlib.suppress(NoRight):
                event = await events.get_state_event(self._wire, room_id, type_, key)
            state, doubted = states[room_id], self._doubted[room_id]
            seen = state.event(type_, key)
            if event is None:
                return
            is_joined = seen is not None and seen.event_id == event.event_id
            state.add(event)
            if is_joined and now - told_at > _BRANCHING_S:
                doubted.pop((type_, key), None)

        now = self._clock()
        await all_of(
            [
                ask(room_id, *kind, told_at)
                for room_id in states
                for kind, told_at in self._doubted.get(room_id, {}).items()
            ],
            at_once=_AT_ONCE,
        )

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
