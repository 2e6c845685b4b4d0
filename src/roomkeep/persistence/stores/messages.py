"""Messages: saved, paged through, edited, deleted to a tombstone."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.idb import Key, KeyRange
from roomkeep.models import DEFAULT_CHANNEL_ID, DELETED_MESSAGE_CONTENT, Id, Message, Milliseconds
from roomkeep.persistence import records
from roomkeep.persistence.changes import Change
from roomkeep.persistence.keys import order
from roomkeep.persistence.operation import Changes, Limit, reads, writes
from roomkeep.persistence.schema import BY_CHANNEL_AND_TIME, BY_ROOM_AND_TIME
from roomkeep.persistence.stores import attachments, reactions
from roomkeep.persistence.transaction import Transaction

WITH_DEPENDENTS = ("messages", "reactions", "attachments")


@writes(*WITH_DEPENDENTS)
async def save_message(tx: Transaction, message: Message) -> None:
    """Write a message in place of the one with its id, and its reactions with it."""
    await _save(tx, [message])


@writes(*WITH_DEPENDENTS)
async def save_messages(tx: Transaction, messages: Sequence[Message]) -> None:
    """Write many messages; of two with one id, the later."""
    await _save(tx, list({message.id: message for message in messages}.values()))


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
    return [_as_read(message) for message in found[offset : offset + limit]]


@reads("messages")
async def get_latest_messages(
    tx: Transaction,
    room_id: Id,
    limit: Limit = 50,
    before: Id | None = None,
    channel_id: Id | None = None,
) -> list[Message]:
    """Return the newest messages before the message `before`, ascending."""
    edge: Message | None = None
    if before is not None:
        edge = await tx.get("messages", before, Message)
        if edge is None:
            raise RecordNotFound("messages", before)
        if edge.room_id != room_id:
            msg = f"the message is of the room {edge.room_id!r}"
            raise InvalidRecord(msg, field="before")
    return [_as_read(message) for message in await _latest(tx, room_id, limit, edge, channel_id)]


@reads("messages")
async def count_messages(
    tx: Transaction,
    room_id: Id,
    after: Milliseconds | None = None,
    channel_id: Id | None = None,
) -> int:
    """Count the messages of a room, or of one of its channels, that are later than `after`."""
    fast = tx.has_index("messages", BY_ROOM_AND_TIME) and tx.has_index(
        "messages", BY_CHANNEL_AND_TIME
    )
    if fast and channel_id is None:
        query = _later((room_id,), after)
        return await tx.count("messages", index=BY_ROOM_AND_TIME, query=query)
    if fast and channel_id is not None:
        complete = channel_id != DEFAULT_CHANNEL_ID or await _all_name_a_channel(tx, room_id)
        if complete:
            query = _later((room_id, channel_id), after)
            return await tx.count("messages", index=BY_CHANNEL_AND_TIME, query=query)
    return sum(
        (after is None or message.timestamp > after)
        and (channel_id is None or message.channel_id == channel_id)
        for message in await _sorted_room(tx, room_id)
    )


@reads("messages")
async def get_message_by_id(tx: Transaction, message_id: Id) -> Message | None:
    """Return a message; None where there is none."""
    message = await tx.get("messages", message_id, Message)
    return None if message is None else _as_read(message)


@writes(*WITH_DEPENDENTS)
async def update_message(tx: Transaction, message_id: Id, changes: Changes) -> None:
    """Change some fields of a message."""
    stored = await tx.get("messages", message_id, Message)
    if stored is None:
        raise RecordNotFound("messages", message_id)
    merged = records.merge(stored, changes, keys=("id",))
    if merged.is_deleted:
        await _save(tx, [merged])
        return
    if "reactions" in changes:
        (merged,) = await reactions.settle(tx, [merged])
    await tx.patch("messages", message_id, records.stored_fields(merged, changes))
    tx.changes.append(
        Change(store="messages", action="put", keys=(merged.id,), room_id=merged.room_id)
    )


@writes(*WITH_DEPENDENTS)
async def delete_message(tx: Transaction, message_id: Id) -> None:
    """Leave a tombstone; content, reactions and attachments go."""
    message = await tx.get("messages", message_id, Message)
    if message is not None:
        await _save(tx, [structs.replace(message, is_deleted=True)])
        return
    # Nothing there, or nothing that could be made a tombstone of.
    await tx.delete("messages", message_id)
    await reactions.delete_rows(tx, message_id)
    await attachments.delete_rows(tx, message_id)
    tx.changes.append(Change(store="messages", action="delete", keys=(message_id,)))


@writes(*WITH_DEPENDENTS)
async def clear_room_messages(tx: Transaction, room_id: Id) -> None:
    """Delete all messages of a room, with their reactions and attachments; leave no tombstones."""
    ids = await tx.get_all_keys("messages", index="roomId", query=KeyRange.only(room_id))
    tx.delete_many("messages", ids)
    await reactions.delete_of_messages(tx, set(ids), room_id)
    await attachments.delete_of_messages(tx, set(ids), room_id)
    tx.changes.append(Change(store="messages", action="clear", room_id=room_id))


async def _save(tx: Transaction, messages: list[Message]) -> None:
    saved = [_tombstone(message) if message.is_deleted else message for message in messages]
    for message in saved:
        if message.is_deleted:
            await attachments.delete_rows(tx, message.id)
    saved = await reactions.settle(tx, saved)
    tx.put_many("messages", saved)
    by_room: dict[str, list[str]] = {}
    for message in saved:
        by_room.setdefault(message.room_id, []).append(message.id)
    for room_id, ids in by_room.items():
        tx.changes.append(Change(store="messages", action="put", keys=tuple(ids), room_id=room_id))


def _tombstone(message: Message) -> Message:
    return structs.replace(message, is_deleted=True, content="", reactions=())


def _as_read(message: Message) -> Message:
    if not message.is_deleted:
        return message
    return structs.replace(message, content=DELETED_MESSAGE_CONTENT)


async def _latest(
    tx: Transaction, room_id: str, limit: int, edge: Message | None, channel_id: str | None
) -> list[Message]:
    if limit == 0:
        return []
    if not (
        tx.has_index("messages", BY_ROOM_AND_TIME) and tx.has_index("messages", BY_CHANNEL_AND_TIME)
    ):
        found = [
            message
            for message in await _sorted_room(tx, room_id)
            if (channel_id is None or message.channel_id == channel_id)
            and (edge is None or message_order(message) < message_order(edge))
        ]
        return found[-limit:]
    if channel_id is None:
        return await _page(tx, BY_ROOM_AND_TIME, (room_id,), limit, edge)
    if channel_id == DEFAULT_CHANNEL_ID:
        return await _default_channel(tx, room_id, limit, edge)
    return await _page(tx, BY_CHANNEL_AND_TIME, (room_id, channel_id), limit, edge)


async def _default_channel(
    tx: Transaction, room_id: str, limit: int, edge: Message | None
) -> list[Message]:
    # Records without a channel belong here, but the channel's index does not hold them. Mostly this
    # channel has most of the room's messages, so a page of the room, or a few, holds enough.
    size = limit
    found: list[Message] = []
    while True:
        page = await _page(tx, BY_ROOM_AND_TIME, (room_id,), size, edge)
        found[:0] = [message for message in page if message.channel_id == DEFAULT_CHANNEL_ID]
        if len(found) >= limit or len(page) < size:
            return found[-limit:]
        if size == limit and await _all_name_a_channel(tx, room_id):
            return (
                await _page(
                    tx,
                    BY_CHANNEL_AND_TIME,
                    (room_id, DEFAULT_CHANNEL_ID),
                    limit - len(found),
                    page[0],
                )
                + found
            )
        edge, size = page[0], size * 2


async def _all_name_a_channel(tx: Transaction, room_id: str) -> bool:
    room = KeyRange.starting_with(room_id)
    in_room = tx.count("messages", index=BY_ROOM_AND_TIME, query=room)
    in_channels = tx.count("messages", index=BY_CHANNEL_AND_TIME, query=room)
    return await in_room == await in_channels


def _later(prefix: tuple[str, ...], after: int | None) -> KeyRange:
    everything = KeyRange.starting_with(*prefix)
    if after is None:
        return everything
    return KeyRange((*prefix, after), everything.upper, lower_open=True)


async def _page(
    tx: Transaction, index: str, prefix: tuple[str, ...], limit: int, edge: Message | None
) -> list[Message]:
    """Return the newest messages before `edge` among those whose index key begins with `prefix`."""
    everything = KeyRange.starting_with(*prefix)
    if edge is None:
        found = await tx.get_all(
            "messages", Message, index=index, query=everything, direction="prev", count=limit
        )
        return found[::-1]
    # An index range cannot part messages of one timestamp; they are in the order of their ids.
    moment: Key = (*prefix, edge.timestamp)
    ties = tx.get_all("messages", Message, index=index, query=KeyRange.only(moment))
    older = tx.get_all(
        "messages",
        Message,
        index=index,
        query=KeyRange(everything.lower, moment, upper_open=True),
        direction="prev",
        count=limit,
    )
    newer = [tie for tie in await ties if order(tie.id) < order(edge.id)]
    return ((await older)[::-1] + newer)[-limit:]


async def _sorted_room(tx: Transaction, room_id: str) -> list[Message]:
    found = await tx.get_all("messages", Message, index="roomId", query=KeyRange.only(room_id))
    return sorted(found, key=message_order)


def message_order(message: Message) -> tuple[int, Any]:
    """Return what compares as messages are ordered: by timestamp, then by id as IndexedDB does."""
    return (message.timestamp, order(message.id))


def check_message(message: Message) -> None:
    """Make sure that a message can be kept, without keeping it.

    Raises:
        InvalidRecord: it cannot; it names the field.
    """
    records.check(message, Message, "message")
