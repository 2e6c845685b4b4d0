"""Messages read in their order: slices of a room, pages both ways from a place in it, counts."""

import functools
from typing import Any, Literal

from sqlalchemy import Integer, Select, bindparam, func, select, tuple_

from roomkeep.desktop.handlers.stored_messages import FOUND, find_message, take
from roomkeep.desktop.rows import sort_id
from roomkeep.desktop.tables import CHANNEL, messages
from roomkeep.desktop.transaction import LIMIT, Transaction
from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import Message
from roomkeep.protocol.queries import (
    CountMessages,
    GetLatestMessages,
    GetMessages,
    GetMessagesAfter,
)
from roomkeep.tombstones import as_read

Edge = Literal["message", "time"]

_PLACE = (messages.c.timestamp, messages.c.sort_id)
_EDGE = tuple_(bindparam("timestamp"), bindparam("sort_id"))
_IN_ROOM = messages.c.room_id == bindparam("room_id")
_IN_CHANNEL = bindparam("channel") == CHANNEL
_LATER = messages.c.timestamp > bindparam("timestamp")
_COUNT = select(func.count()).select_from(messages).where(_IN_ROOM)


def get_messages(tx: Transaction, request: GetMessages) -> list[Message]:
    """Return a slice of a room's messages, ascending by (timestamp, id)."""
    if not request.limit:
        return []
    wanted = request.offset + request.limit
    statement = _page(newest_first=False, edge=None, of_channel=False)
    found = take(tx, statement, {"room_id": request.room_id}, wanted)
    return [as_read(message) for message in found[request.offset :]]


def get_latest_messages(tx: Transaction, request: GetLatestMessages) -> list[Message]:
    """Return the newest messages before the message `before`, ascending."""
    place = {"room_id": request.room_id, "channel": request.channel_id}
    edge: Edge | None = None
    if request.before is not None:
        place |= _edge_at(tx, request.room_id, request.before, "before")
        edge = "message"
    statement = _page(newest_first=True, edge=edge, of_channel=request.channel_id is not None)
    found = take(tx, statement, place, request.limit) if request.limit else []
    return [as_read(message) for message in reversed(found)]


def get_messages_after(tx: Transaction, request: GetMessagesAfter) -> list[Message]:
    """Return the oldest messages after the message or the time `after`, ascending."""
    place: dict[str, Any] = {"room_id": request.room_id, "channel": request.channel_id}
    edge: Edge
    if isinstance(request.after, str):
        place |= _edge_at(tx, request.room_id, request.after, "after")
        edge = "message"
    else:
        place["timestamp"] = request.after
        edge = "time"
    statement = _page(newest_first=False, edge=edge, of_channel=request.channel_id is not None)
    found = take(tx, statement, place, request.limit) if request.limit else []
    return [as_read(message) for message in found]


def count_messages(tx: Transaction, request: CountMessages) -> int:
    """Count the messages of a room, or of one of its channels, that are later than `after`."""
    statement = _counting(
        later=request.after is not None, of_channel=request.channel_id is not None
    )
    place = {
        "room_id": request.room_id,
        "channel": request.channel_id,
        "timestamp": request.after,
    }
    count: int = tx.all(statement, place)[0][0]
    return count


def _edge_at(tx: Transaction, room_id: str, message_id: str, field: str) -> dict[str, Any]:
    message = find_message(tx, message_id)
    if message is None:
        raise RecordNotFound("messages", message_id)
    if message.room_id != room_id:
        raise InvalidRecord(f"the message is of the room {message.room_id!r}", field=field)
    return {"timestamp": message.timestamp, "sort_id": sort_id(message.id)}


@functools.cache
def _page(*, newest_first: bool, edge: Edge | None, of_channel: bool) -> Select[Any]:
    statement = FOUND.where(_IN_ROOM)
    if of_channel:
        statement = statement.where(_IN_CHANNEL)
    if edge == "time":
        statement = statement.where(_LATER)
    elif edge == "message":
        place = tuple_(*_PLACE)
        statement = statement.where(place < _EDGE if newest_first else place > _EDGE)
    order = [column.desc() if newest_first else column.asc() for column in _PLACE]
    return statement.order_by(*order).limit(bindparam(LIMIT, type_=Integer()))


@functools.cache
def _counting(*, later: bool, of_channel: bool) -> Select[Any]:
    statement = _COUNT.where(_IN_CHANNEL) if of_channel else _COUNT
    return statement.where(_LATER) if later else statement
