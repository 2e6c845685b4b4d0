"""Messages read in their order: slices of a room, pages both ways from a place in it, counts."""

from typing import Any

from msgspec import Struct

from roomkeep.arguments import Limit
from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.idb import Direction, Key, KeyRange
from roomkeep.models import DEFAULT_CHANNEL_ID, Id, Message, Milliseconds
from roomkeep.persistence.keys import order
from roomkeep.persistence.operation import reads
from roomkeep.persistence.schema import BY_CHANNEL_AND_TIME, BY_ROOM_AND_TIME
from roomkeep.persistence.transaction import Transaction
from roomkeep.tombstones import as_read


class _Edge(Struct, frozen=True):
    """The place at which a page begins: a message, or all those of a time where `id` is None."""

    timestamp: int
    id: str | None = None


@reads("messages")
async def get_messages(
    tx: Transaction, room_id: Id, limit: Limit = 100, offset: Limit = 0
) -> list[Message]:
    """Return a slice of a room's messages, ascending by (timestamp, id)."""
    if tx.has_index("messages", BY_ROOM_AND_TIME):
        found = await tx.get_all(
            "messages",
            Message,
            index=BY_ROOM_AND_TIME,
            query=KeyRange.starting_with(room_id),
            count=offset + limit,
        )
    else:
        found = await _sorted_room(tx, room_id)
    return [as_read(message) for message in found[offset : offset + limit]]


@reads("messages")
async def get_latest_messages(
    tx: Transaction,
    room_id: Id,
    limit: Limit = 50,
    before: Id | None = None,
    channel_id: Id | None = None,
) -> list[Message]:
    """Return the newest messages before the message `before`, ascending."""
    edge = None if before is None else await _edge_at(tx, room_id, before, "before")
    found = await _walk(tx, room_id, channel_id, limit, edge, "prev")
    return [as_read(message) for message in reversed(found)]


@reads("messages")
async def get_messages_after(
    tx: Transaction,
    room_id: Id,
    after: Id | Milliseconds,
    limit: Limit = 50,
    channel_id: Id | None = None,
) -> list[Message]:
    """Return the oldest messages after the message or the time `after`, ascending."""
    if isinstance(after, str):
        edge = await _edge_at(tx, room_id, after, "after")
    else:
        edge = _Edge(after)
    found = await _walk(tx, room_id, channel_id, limit, edge, "next")
    return [as_read(message) for message in found]


@reads("messages")
async def count_messages(
    tx: Transaction,
    room_id: Id,
    after: Milliseconds | None = None,
    channel_id: Id | None = None,
) -> int:
    """Count the messages of a room, or of one of its channels, that are later than `after`."""
    edge = None if after is None else _Edge(after)
    if _has_indexes(tx) and channel_id is None:
        query = _beyond((room_id,), edge, "next")
        return await tx.count("messages", index=BY_ROOM_AND_TIME, query=query)
    if channel_id is not None and await _is_complete(tx, room_id, channel_id):
        query = _beyond((room_id, channel_id), edge, "next")
        return await tx.count("messages", index=BY_CHANNEL_AND_TIME, query=query)
    return sum(
        (after is None or message.timestamp > after)
        and (channel_id is None or message.channel_id == channel_id)
        for message in await _sorted_room(tx, room_id)
    )


async def keys_of_channel(tx: Transaction, room_id: str, channel_id: str) -> list[str]:
    """Return the ids of all messages of a channel."""
    if await _is_complete(tx, room_id, channel_id):
        query = KeyRange.starting_with(room_id, channel_id)
        return await tx.get_all_keys("messages", index=BY_CHANNEL_AND_TIME, query=query)
    in_room = await _sorted_room(tx, room_id)
    return [message.id for message in in_room if message.channel_id == channel_id]


def message_order(message: Message) -> tuple[int, Any]:
    """Return what compares as messages are ordered: by timestamp, then by id as IndexedDB does."""
    return (message.timestamp, order(message.id))


async def _edge_at(tx: Transaction, room_id: str, message_id: str, field: str) -> _Edge:
    message = await tx.get("messages", message_id, Message)
    if message is None:
        raise RecordNotFound("messages", message_id)
    if message.room_id != room_id:
        msg = f"the message is of the room {message.room_id!r}"
        raise InvalidRecord(msg, field=field)
    return _Edge(message.timestamp, message.id)


async def _walk(
    tx: Transaction,
    room_id: str,
    channel_id: str | None,
    limit: int,
    edge: _Edge | None,
    direction: Direction,
) -> list[Message]:
    """Return the nearest `limit` messages beyond the edge, the nearest first."""
    if limit == 0:
        return []
    if not _has_indexes(tx):
        in_room = await _sorted_room(tx, room_id)
        found = [
            message
            for message in (in_room if direction == "next" else reversed(in_room))
            if channel_id in (None, message.channel_id) and _is_beyond(message, edge, direction)
        ]
        return found[:limit]
    if channel_id is None:
        return await _page(tx, (room_id,), limit, edge, direction)
    if channel_id == DEFAULT_CHANNEL_ID:
        return await _walk_default_channel(tx, room_id, limit, edge, direction)
    return await _page(tx, (room_id, channel_id), limit, edge, direction)


async def _walk_default_channel(
    tx: Transaction, room_id: str, limit: int, edge: _Edge | None, direction: Direction
) -> list[Message]:
    # Records without a channel belong here, but the channel's index does not hold them. Mostly this
    # channel has most of the room's messages, so a page of the room, or a few, holds enough.
    size = limit
    found: list[Message] = []
    while True:
        page = await _page(tx, (room_id,), size, edge, direction)
        found += [message for message in page if message.channel_id == DEFAULT_CHANNEL_ID]
        if len(found) >= limit or len(page) < size:
            return found[:limit]
        edge = _Edge(page[-1].timestamp, page[-1].id)
        if size == limit and await _is_complete(tx, room_id, DEFAULT_CHANNEL_ID):
            rest = limit - len(found)
            return found + await _page(tx, (room_id, DEFAULT_CHANNEL_ID), rest, edge, direction)
        size *= 2


async def _page(
    tx: Transaction,
    prefix: tuple[str, ...],
    limit: int,
    edge: _Edge | None,
    direction: Direction,
) -> list[Message]:
    """Return the nearest `limit` messages beyond the edge of a room, or of one of its channels."""
    index = BY_ROOM_AND_TIME if len(prefix) == 1 else BY_CHANNEL_AND_TIME
    beyond = tx.get_all(
        "messages",
        Message,
        index=index,
        query=_beyond(prefix, edge, direction),
        direction=direction,
        count=limit,
    )
    if edge is None or edge.id is None:
        return await beyond
    # An index range cannot part messages of one timestamp; they are in the order of their ids.
    moment = KeyRange.only((*prefix, edge.timestamp))
    together = await tx.get_all("messages", Message, index=index, query=moment, direction=direction)
    ties = [message for message in together if _is_beyond(message, edge, direction)]
    return (ties + await beyond)[:limit]


def _beyond(prefix: tuple[str, ...], edge: _Edge | None, direction: Direction) -> KeyRange:
    """Return the range of an index's keys that begin with `prefix` and whose time is beyond."""
    everything = KeyRange.starting_with(*prefix)
    if edge is None:
        return everything
    moment: Key = (*prefix, edge.timestamp)
    if direction == "next":
        return KeyRange(moment, everything.upper, lower_open=True)
    return KeyRange(everything.lower, moment, upper_open=True)


def _is_beyond(message: Message, edge: _Edge | None, direction: Direction) -> bool:
    if edge is None:
        return True
    here: Key = message.timestamp
    there: Key = edge.timestamp
    if edge.id is not None and here == there:
        here, there = message.id, edge.id
    return order(here) > order(there) if direction == "next" else order(here) < order(there)


def _has_indexes(tx: Transaction) -> bool:
    return tx.has_index("messages", BY_ROOM_AND_TIME) and tx.has_index(
        "messages", BY_CHANNEL_AND_TIME
    )


async def _is_complete(tx: Transaction, room_id: str, channel_id: str) -> bool:
    """Tell whether the channels' index holds all messages of a channel."""
    if not _has_indexes(tx):
        return False
    if channel_id != DEFAULT_CHANNEL_ID:
        return True
    room = KeyRange.starting_with(room_id)
    in_room = tx.count("messages", index=BY_ROOM_AND_TIME, query=room)
    in_channels = tx.count("messages", index=BY_CHANNEL_AND_TIME, query=room)
    return await in_room == await in_channels


async def _sorted_room(tx: Transaction, room_id: str) -> list[Message]:
    found = await tx.get_all("messages", Message, index="roomId", query=KeyRange.only(room_id))
    return sorted(found, key=message_order)
