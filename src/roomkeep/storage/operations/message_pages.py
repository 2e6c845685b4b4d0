"""Messages read in order: slices of a room, pages both ways from a message or a time, counts."""

from typing import Any

from msgspec import Struct

from indexeddb.keys import Key, KeyRange, sort_key
from roomkeep.errors import InvalidRecord
from roomkeep.models import Id, Message, Milliseconds
from roomkeep.storage.arguments import Limit
from roomkeep.storage.operation import reads
from roomkeep.storage.operations.gap_edges import (
    Place,
    gap_after,
    gap_before,
    gaps_of,
    newer_than,
    older_than,
)
from roomkeep.storage.operations.shared import require
from roomkeep.storage.operations.tombstones import redact_deleted
from roomkeep.storage.schema import BY_CHANNEL_AND_TIME, BY_ROOM_AND_TIME
from roomkeep.storage.transaction import Direction, Transaction


class PageEdge(Struct, frozen=True):
    """Where a page begins: beside a message, or beside all those of a time where `id` is None."""

    timestamp: int
    id: str | None = None

    @property
    def place(self) -> Place:
        """The place among the messages."""
        return (self.timestamp, None if self.id is None else sort_key(self.id))


@reads("messages")
async def get_messages(
    tx: Transaction, room_id: Id, limit: Limit = 100, offset: Limit = 0
) -> list[Message]:
    """Return a room's messages from `offset` on, ascending by (timestamp, id).

    Ids compare by UTF-16 code unit, which is IndexedDB's order of strings.
    """
    if limit == 0:
        return []
    query = KeyRange.starting_with(room_id)
    unreadable = await _unreadable_messages(tx) if offset else set()
    if unreadable:
        count = offset + limit + len(unreadable)
        keys = await tx.get_all_keys("messages", index=BY_ROOM_AND_TIME, query=query, count=count)
        readable = [key for key in keys if key not in unreadable]
        found = await tx.get_many("messages", readable[offset : offset + limit], Message)
    else:
        found = await tx.get_all(
            "messages", Message, index=BY_ROOM_AND_TIME, query=query, count=limit, offset=offset
        )
    return [redact_deleted(message) for message in found]


async def _unreadable_messages(tx: Transaction) -> set[Key]:
    """Return the keys of the messages that are known to be unreadable, and still are."""
    suspects = tx.suspects("messages")
    readable = await tx.get_many("messages", suspects, Message)
    existing = await tx.existing("messages", suspects)
    return existing - {message.id for message in readable}


@reads("messages", "meta")
async def get_latest_messages(
    tx: Transaction,
    room_id: Id,
    limit: Limit = 50,
    before: Id | None = None,
    channel_id: Id | None = None,
) -> list[Message]:
    """Return the newest messages, ascending: a page of a chat view.

    A channel's page does not go beyond a gap. What it costs does not grow with the room.

    Args:
        tx: the transaction.
        room_id: the room.
        limit: how many, at most.
        before: the id of the message that comes right after the page; None for the room's end.
        channel_id: of this channel only.

    Raises:
        RecordNotFound: there is no message `before`.
    """
    gaps = None if channel_id is None else gaps_of(tx, room_id, channel_id)
    edge = None
    if before is None:
        found = await read_page(tx, room_id, channel_id, limit, None, "prev")
    else:
        edge, found = await _read_beside(tx, room_id, channel_id, limit, before, "before", "prev")
    if gaps is not None:
        place = None if edge is None else edge.place
        found = newer_than(gap_before(await gaps, place), found)
    return [redact_deleted(message) for message in reversed(found)]


@reads("messages", "meta")
async def get_messages_after(
    tx: Transaction,
    room_id: Id,
    after: Id | Milliseconds,
    limit: Limit = 50,
    channel_id: Id | None = None,
) -> list[Message]:
    """Return the oldest messages after a message or a time, ascending: the next page down.

    A channel's page does not go beyond a gap. What it costs does not grow with the room.

    Args:
        tx: the transaction.
        room_id: the room.
        after: the id of the message that comes right before the page; or a time in ms, for later
            messages, such as the unread ones.
        limit: how many, at most.
        channel_id: of this channel only.

    Raises:
        RecordNotFound: there is no message `after`.
    """
    gaps = None if channel_id is None else gaps_of(tx, room_id, channel_id)
    if isinstance(after, str):
        edge, found = await _read_beside(tx, room_id, channel_id, limit, after, "after", "next")
    else:
        edge = PageEdge(after)
        found = await read_page(tx, room_id, channel_id, limit, edge, "next")
    if gaps is not None:
        found = older_than(gap_after(await gaps, edge.place), found)
    return [redact_deleted(message) for message in found]


@reads("messages")
async def count_messages(
    tx: Transaction,
    room_id: Id,
    after: Milliseconds | None = None,
    channel_id: Id | None = None,
) -> int:
    """Count a room's messages, such as the unread ones, without reading them.

    Args:
        tx: the transaction.
        room_id: the room.
        after: only those later than this time, in ms.
        channel_id: of this channel only.
    """
    edge = None if after is None else PageEdge(after)
    index, prefix = _index(room_id, channel_id)
    return await tx.count("messages", index=index, query=_beyond(prefix, edge, "next"))


def message_order(message: Message) -> tuple[int, Any]:
    """Return what messages are sorted by: the timestamp, then the id as IndexedDB orders it."""
    return (message.timestamp, sort_key(message.id))


async def edge_at(tx: Transaction, room_id: str, message_id: str, field: str) -> PageEdge:
    """Return the edge at a message of a room.

    Raises:
        RecordNotFound: there is no such message.
        InvalidRecord: it is in another room; it names `field`.
    """
    message = await require(tx, "messages", message_id, Message)
    if message.room_id != room_id:
        msg = f"the message is in the room {message.room_id!r}"
        raise InvalidRecord(msg, field=field)
    return PageEdge(message.timestamp, message.id)


async def _read_beside(
    tx: Transaction,
    room_id: str,
    channel_id: str | None,
    limit: int,
    message_id: str,
    field: str,
    direction: Direction,
) -> tuple[PageEdge, list[Message]]:
    """Return the edge at a message, and the `limit` messages nearest to it, the nearest first.

    Raises:
        RecordNotFound: there is no such message.
        InvalidRecord: it is in another room; it names `field`.
    """
    index, prefix = _index(room_id, channel_id)
    found = await tx.get_all(
        "messages",
        Message,
        index=index,
        query=KeyRange.starting_with(*prefix),
        direction=direction,
        count=limit + 1,
        start=message_id,
    )
    if found and found[0].id == message_id:
        return PageEdge(found[0].timestamp, message_id), found[1:]
    # It is not there, or in another room or channel.
    edge = await edge_at(tx, room_id, message_id, field)
    return edge, await read_page(tx, room_id, channel_id, limit, edge, direction)


async def read_page(
    tx: Transaction,
    room_id: str,
    channel_id: str | None,
    limit: int,
    edge: PageEdge | None,
    direction: Direction,
) -> list[Message]:
    """Return the `limit` messages nearest to the edge, the nearest first."""
    if limit == 0:
        return []
    index, prefix = _index(room_id, channel_id)
    query = _beyond(prefix, edge, direction)
    # A range of the index cannot part messages of one time; they are in the order of their ids. So
    # read from the edge's time on, and leave out those on this side of it: the message itself, and
    # others of its time.
    count = limit if edge is None or edge.id is None else limit + 1
    while True:
        found = await tx.get_all(
            "messages", Message, index=index, query=query, direction=direction, count=count
        )
        page = [message for message in found if _is_beyond(message, edge, direction)]
        if len(page) >= limit or len(found) < count:
            return page[:limit]
        count *= 4


def _index(room_id: str, channel_id: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the index that lists a room or a channel, and how its keys begin there."""
    if channel_id is None:
        return BY_ROOM_AND_TIME, (room_id,)
    return BY_CHANNEL_AND_TIME, (room_id, channel_id)


def _beyond(prefix: tuple[str, ...], edge: PageEdge | None, direction: Direction) -> KeyRange:
    """Return the range of an index's keys that begin with `prefix` and whose time is beyond.

    Where the edge is a message, its own time belongs to the range.
    """
    everything = KeyRange.starting_with(*prefix)
    if edge is None:
        return everything
    moment: Key = (*prefix, edge.timestamp)
    is_open = edge.id is None
    if direction == "next":
        return KeyRange(moment, everything.upper, lower_open=is_open)
    return KeyRange(everything.lower, moment, upper_open=is_open)


def _is_beyond(message: Message, edge: PageEdge | None, direction: Direction) -> bool:
    if edge is None or edge.id is None or message.timestamp != edge.timestamp:
        return True
    here, there = sort_key(message.id), sort_key(edge.id)
    return here > there if direction == "next" else here < there
