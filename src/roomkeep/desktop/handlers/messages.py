"""Messages: saved, edited, moved, deleted to a tombstone."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update

from roomkeep import arguments
from roomkeep.desktop.handlers import attachments, reactions
from roomkeep.desktop.handlers.stored_messages import find_message
from roomkeep.desktop.rows import MESSAGES, sort_id
from roomkeep.desktop.tables import CHANNEL, messages
from roomkeep.desktop.transaction import Transaction
from roomkeep.errors import RecordNotFound
from roomkeep.models import Message
from roomkeep.protocol.commands import (
    ClearRoomMessages,
    DeleteMessage,
    MoveMessages,
    SaveMessage,
    SaveMessages,
    UpdateMessage,
)
from roomkeep.protocol.queries import GetMessageById
from roomkeep.reports import Change, saved_messages
from roomkeep.tombstones import as_read, tombstone

_IN_ROOM = messages.c.room_id == bindparam("in_room")
_DELETE = delete(messages).where(messages.c.id == bindparam("message_id"))
_DELETE_ROOM = delete(messages).where(_IN_ROOM)
_IDS_OF_CHANNEL = (
    select(messages.c.id)
    .where(_IN_ROOM, bindparam("channel") == CHANNEL)
    .order_by(messages.c.timestamp, messages.c.sort_id)
)
_MOVE = (
    update(messages)
    .where(_IN_ROOM, bindparam("channel") == CHANNEL)
    .values(channel_id=bindparam("to_channel"))
)


def save_message(tx: Transaction, request: SaveMessage) -> None:
    """Write a message in place of the one with its id, and its reactions with it."""
    save(tx, [request.message])


def save_messages(tx: Transaction, request: SaveMessages) -> None:
    """Write many messages; of two with one id, the later."""
    save(tx, list({message.id: message for message in request.messages}.values()))


def get_message_by_id(tx: Transaction, request: GetMessageById) -> Message | None:
    """Return a message; None where there is none."""
    message = find_message(tx, request.message_id)
    return None if message is None else as_read(message)


def update_message(tx: Transaction, request: UpdateMessage) -> None:
    """Change some fields of a message."""
    stored = find_message(tx, request.message_id)
    if stored is None:
        raise RecordNotFound("messages", request.message_id)
    merged = arguments.merge(stored, request.changes)
    if merged.is_deleted:
        save(tx, [merged])
        return
    changed = arguments.given(request.changes)
    if "reactions" in changed:
        reactions.settle(tx, [merged])
    columns = {name: getattr(merged, name) for name in changed if name in messages.c}
    if columns:
        tx.execute(update(messages).where(messages.c.id == merged.id).values(columns))
    tx.changes.append(
        Change(store="messages", action="put", keys=(merged.id,), room_id=merged.room_id)
    )


def delete_message(tx: Transaction, request: DeleteMessage) -> None:
    """Leave a tombstone; content, reactions and attachments go."""
    message = find_message(tx, request.message_id)
    if message is not None:
        save(tx, [tombstone(message)])
        return
    # Nothing there, or nothing that could be made a tombstone of.
    tx.execute(_DELETE, {"message_id": request.message_id})
    reactions.delete_rows(tx, request.message_id)
    attachments.delete_rows(tx, request.message_id)
    tx.changes.append(Change(store="messages", action="delete", keys=(request.message_id,)))


def clear_room_messages(tx: Transaction, request: ClearRoomMessages) -> None:
    """Delete all messages of a room, with their reactions and attachments; leave no tombstones."""
    clear_room(tx, request.room_id)


def move_messages(tx: Transaction, request: MoveMessages) -> int:
    """Move all messages of a channel to another channel of the room."""
    if request.channel_id == request.to_channel_id:
        return 0
    place = {"in_room": request.room_id, "channel": request.channel_id}
    ids = tuple(id_ for (id_,) in tx.all(_IDS_OF_CHANNEL, place))
    if ids:
        tx.execute(_MOVE, place | {"to_channel": request.to_channel_id})
        tx.changes.append(Change(store="messages", action="put", keys=ids, room_id=request.room_id))
    return len(ids)


def clear_room(tx: Transaction, room_id: str) -> None:
    """Delete all messages of a room, as a part of a larger transaction."""
    reactions.delete_of_room(tx, room_id)
    attachments.delete_of_room(tx, room_id)
    tx.execute(_DELETE_ROOM, {"in_room": room_id})
    tx.changes.append(Change(store="messages", action="clear", room_id=room_id))


def save(tx: Transaction, many: Sequence[Message]) -> None:
    """Write messages of different ids, with their reactions."""
    saved = [tombstone(message) if message.is_deleted else message for message in many]
    for message in saved:
        if message.is_deleted:
            attachments.delete_rows(tx, message.id)
    reactions.settle(tx, saved)
    tx.write(MESSAGES, [MESSAGES.values(message, sort_id(message.id)) for message in saved])
    tx.changes += saved_messages(saved)
