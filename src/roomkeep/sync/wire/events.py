"""Events: sync, history, sending, receipts, typing and state."""

from typing import Annotated, Any, Final, TypeVar

from msgspec import Meta, Raw, Struct

from roomkeep.sync.errors import BadResponse, NotFound
from roomkeep.sync.wire.addresses import path
from roomkeep.sync.wire.call import Wire, decode
from roomkeep.sync.wire.types import (
    MAX_EVENTS,
    MAX_ID,
    Event,
    JoinedRoom,
    LeftRoom,
    Messages,
    Number,
    PageToken,
    Skipped,
    StrippedRoom,
    SyncResponse,
)

__all__ = [
    "create_filter",
    "get_event",
    "get_messages",
    "get_state",
    "get_state_content",
    "get_state_event",
    "put_state",
    "redact",
    "send",
    "send_receipt",
    "set_read_markers",
    "set_typing",
    "sync",
]

R = TypeVar("R", bound=JoinedRoom)

_V3: Final = "/_matrix/client/v3"
_MAX_ROOMS: Final = 10_000
_SYNC_BYTES: Final = 64 * 1024 * 1024
_STATE_BYTES: Final = 32 * 1024 * 1024
_SMALL: Final = 65_536
_MORE_S: Final = 30
"""The timeout, in addition to the time the server is asked to wait."""


_Timed = Annotated[list[Raw], Meta(max_length=MAX_EVENTS)]


class _EventId(Struct, frozen=True):
    event_id: str


class _Events(Struct, frozen=True):
    events: list[Raw] = []


class _Timeline(Struct, frozen=True):
    events: _Timed = []
    limited: bool = False
    prev_batch: PageToken | None = None


class _Summary(Struct, frozen=True, rename={"members": "m.joined_member_count"}):
    members: Number | None = None


class _Room(Struct, frozen=True):
    timeline: _Timeline = _Timeline()
    state: _Events = _Events()
    ephemeral: _Events = _Events()
    account_data: _Events = _Events()
    summary: _Summary = _Summary()


class _MadeFilter(Struct, frozen=True):
    filter_id: str


async def create_filter(wire: Wire, user_id: str, chosen: dict[str, Any]) -> str:
    """Store a filter on the server and return its ID, for `sync`."""
    made = await wire.ask(_MadeFilter, "POST", f"{_V3}/user{path(user_id)}/filter", chosen)
    return made.filter_id


_Rooms = Annotated[dict[str, Raw], Meta(max_length=_MAX_ROOMS)]


class _SyncedRooms(Struct, frozen=True):
    join: _Rooms = {}
    leave: _Rooms = {}
    invite: _Rooms = {}
    knock: _Rooms = {}


class _Synced(Struct, frozen=True):
    next_batch: PageToken
    rooms: _SyncedRooms = _SyncedRooms()
    account_data: _Events = _Events()


async def sync(
    wire: Wire,
    since: str | None = None,
    *,
    chosen: str | None = None,
    wait_ms: int = 0,
    is_online: bool = False,
) -> SyncResponse:
    """Return new events.

    Args:
        wire: the homeserver.
        since: the previous `next_batch`; None for an initial sync.
        chosen: a filter's ID, or a filter as JSON.
        wait_ms: how long the server waits for new events.
        is_online: whether to show the user as online.
    """
    query = {
        "since": since,
        "filter": chosen,
        "timeout": wait_ms,
        "set_presence": "online" if is_online else "offline",
    }
    said = await wire.ask(
        _Synced,
        "GET",
        f"{_V3}/sync",
        query=query,
        max_bytes=_SYNC_BYTES,
        timeout_s=wait_ms / 1000 + _MORE_S,
    )
    skipped = Skipped()
    return SyncResponse(
        next_batch=said.next_batch,
        joined=_rooms(said.rooms.join, JoinedRoom, skipped),
        left=_rooms(said.rooms.leave, LeftRoom, skipped),
        invited=_stripped_rooms(said.rooms.invite, "invite_state", skipped),
        knocked=_stripped_rooms(said.rooms.knock, "knock_state", skipped),
        account_data=skipped.events(said.account_data.events),
        skipped=skipped.count,
    )


class _Page(Struct, frozen=True):
    chunk: _Timed = []
    state: list[Raw] = []
    end: PageToken | None = None


async def get_messages(
    wire: Wire,
    room_id: str,
    start: str | None = None,
    *,
    end: str | None = None,
    limit: int = 100,
    backwards: bool = True,
) -> Messages:
    """Return a page of a room's timeline.

    Args:
        wire: the homeserver.
        room_id: the room.
        start: the token to start from; None for the newest or oldest event.
        end: the token to stop at, if any.
        limit: the maximum number of events.
        backwards: from newest to oldest.
    """
    query = {
        "from": start,
        "to": end,
        "dir": "b" if backwards else "f",
        "limit": limit,
        "filter": '{"lazy_load_members":true}',
    }
    where = f"{_V3}/rooms{path(room_id)}/messages"
    said = await wire.ask(_Page, "GET", where, query=query, max_bytes=_STATE_BYTES)
    skipped = Skipped()
    return Messages(
        events=skipped.events(said.chunk),
        state=skipped.events(said.state),
        # The same token again would lead to an endless loop.
        end=None if said.end == start else said.end,
        skipped=skipped.count,
    )


async def get_event(wire: Wire, room_id: str, event_id: str) -> Event:
    """Return one event."""
    where = f"{_V3}/rooms{path(room_id)}/event{path(event_id)}"
    return await wire.ask(Event, "GET", where)


async def send(wire: Wire, room_id: str, type_: str, transaction: str, content: Any) -> str:
    """Send an event and return its ID. Repeating a transaction ID sends nothing new."""
    where = f"{_V3}/rooms{path(room_id)}/send{path(type_, transaction)}"
    sent = await wire.ask(_EventId, "PUT", where, content, max_bytes=_SMALL)
    return sent.event_id


async def redact(
    wire: Wire, room_id: str, event_id: str, transaction: str, reason: str | None = None
) -> str:
    """Redact an event and return the redaction's ID."""
    where = f"{_V3}/rooms{path(room_id)}/redact{path(event_id, transaction)}"
    body = {} if reason is None else {"reason": reason}
    sent = await wire.ask(_EventId, "PUT", where, body, max_bytes=_SMALL)
    return sent.event_id


async def put_state(wire: Wire, room_id: str, type_: str, key: str, content: Any) -> str:
    """Set a room's state and return the event's ID."""
    where = _state_path(room_id, type_, key)
    sent = await wire.ask(_EventId, "PUT", where, content, max_bytes=_SMALL)
    return sent.event_id


async def get_state(wire: Wire, room_id: str) -> tuple[Event, ...]:
    """Return the whole state of a room, including its members."""
    where = f"{_V3}/rooms{path(room_id)}/state"
    return Skipped().events(await wire.ask(list[Raw], "GET", where, max_bytes=_STATE_BYTES))


async def get_state_content(
    wire: Wire, room_id: str, type_: str, key: str = ""
) -> dict[str, Any] | None:
    """Return the content of a state event; None if there is none."""
    try:
        return await wire.ask(dict[str, Any], "GET", _state_path(room_id, type_, key))
    except NotFound:
        return None


async def get_state_event(wire: Wire, room_id: str, type_: str, key: str = "") -> Event | None:
    """Return a state event; None if there is none."""
    where = _state_path(room_id, type_, key)
    try:
        said = await wire.ask(Raw, "GET", where, query={"format": "event"})
    except NotFound:
        return None
    try:
        event = decode(said, Event)
    except BadResponse:
        event = None
    if event is not None and event.sender and event.type == type_:
        return event
    # Some servers always return only the content.
    state = await get_state(wire, room_id)
    return next((one for one in state if (one.type, one.state_key) == (type_, key)), None)


async def send_receipt(wire: Wire, room_id: str, event_id: str, *, is_private: bool) -> None:
    """Send a read receipt, to everyone or only to the user's own devices."""
    kind = "m.read.private" if is_private else "m.read"
    where = f"{_V3}/rooms{path(room_id)}/receipt/{kind}{path(event_id)}"
    await wire.ask(dict, "POST", where, {})


async def set_read_markers(wire: Wire, room_id: str, event_id: str, *, is_private: bool) -> None:
    """Set both the fully-read marker and the receipt to an event."""
    kind = "m.read.private" if is_private else "m.read"
    where = f"{_V3}/rooms{path(room_id)}/read_markers"
    await wire.ask(dict, "POST", where, {"m.fully_read": event_id, kind: event_id})


async def set_typing(wire: Wire, room_id: str, user_id: str, *, for_ms: int) -> None:
    """Send a typing notice for some time; 0 ends it."""
    where = f"{_V3}/rooms{path(room_id)}/typing{path(user_id)}"
    body = {"typing": True, "timeout": for_ms} if for_ms else {"typing": False}
    await wire.ask(dict, "PUT", where, body)


def _rooms(rooms: dict[str, Raw], kind: type[R], skipped: Skipped) -> dict[str, R]:
    found: dict[str, R] = {}
    for room_id, raw in rooms.items():
        try:
            _check_id(room_id)
            room = decode(raw, _Room)
        except BadResponse:
            skipped.count += 1
            continue
        found[room_id] = kind(
            timeline=skipped.events(room.timeline.events),
            limited=room.timeline.limited,
            prev_batch=room.timeline.prev_batch,
            state=skipped.events(room.state.events),
            ephemeral=skipped.events(room.ephemeral.events),
            account_data=skipped.events(room.account_data.events),
            members=room.summary.members,
        )
    return found


def _stripped_rooms(rooms: dict[str, Raw], part: str, skipped: Skipped) -> dict[str, StrippedRoom]:
    found: dict[str, StrippedRoom] = {}
    for room_id, raw in rooms.items():
        try:
            _check_id(room_id)
            shown = decode(raw, dict[str, Raw]).get(part)
            events = _Events() if shown is None else decode(shown, _Events)
        except BadResponse:
            skipped.count += 1
            continue
        found[room_id] = StrippedRoom(state=skipped.events(events.events))
    return found


def _check_id(room_id: str) -> None:
    """Check the key of a room, which the decoder does not.

    Raises:
        BadResponse: no request can name such a room.
    """
    if not 0 < len(room_id) <= MAX_ID or room_id in (".", ".."):
        raise BadResponse("a room has an id that is none")


def _state_path(room_id: str, type_: str, key: str) -> str:
    return f"{_V3}/rooms{path(room_id)}/state{path(type_)}{path(key) if key else '/'}"
