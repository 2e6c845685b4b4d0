"""What writes in a room on a server add to the outbox, and which of them a server would not hear.

Each is a part of the transaction that writes here.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from roomkeep.errors import InvalidRecord
from roomkeep.models import Ban, Channel, Message, Reaction, Room
from roomkeep.storage.operations.meta import get_owner
from roomkeep.storage.operations.outbox import (
    drop_entries,
    get_outbox,
    is_pending,
    message_of,
    queue,
)
from roomkeep.storage.operations.sync_records import (
    CHANNEL,
    EDITS,
    EVENT,
    ROOM,
    Edits,
    RoomState,
    channel_prefix,
    read,
    write_many,
)
from roomkeep.storage.remote import (
    AddChannel,
    AddReaction,
    BanUser,
    ChangeRoom,
    DeleteMessage,
    EditMessage,
    MarkRead,
    OrderChannels,
    RemoveChannel,
    RemoveReaction,
    RenameChannel,
    Request,
    SendMessage,
    UnbanUser,
)
from roomkeep.storage.transaction import Transaction

_MESSAGE_STAYS = (
    "room_id",
    "channel_id",
    "sender_id",
    "sender_name",
    "timestamp",
    "reply_to_id",
)
_ROOM_STAYS = ("icon", "host_id", "is_private", "created_at", "members")


async def queue_message(
    tx: Transaction,
    message: Message,
    stored: Message | None,
    attachment_ids: Sequence[str] = (),
) -> Message:
    """Queue a message that is written, new or changed; return it as it is to be.

    Args:
        tx: the transaction.
        message: the message.
        stored: what was stored of it before; None where it is new.
        attachment_ids: its files.

    Raises:
        InvalidRecord: it is someone else's, or changes what cannot be changed on a server, or has
            several files.
    """
    created = await read(tx, channel_prefix(CHANNEL, message.room_id, message.channel_id), str)
    if created is not None:
        # The channel has the server's id by now.
        message = structs.replace(message, channel_id=created)
    if stored is not None:
        await queue_changes(tx, stored, message)
        return message
    await _check_own(tx, message.sender_id, "sender_id")
    if message.reactions:
        raise InvalidRecord("are saved by themselves in a room on a server", field="reactions")
    if len(attachment_ids) > 1:
        msg = "a message in a room on a server has one file at most"
        raise InvalidRecord(msg, field="attachment_ids")
    if not message.is_deleted:
        request = SendMessage(
            message_id=message.id,
            content=message.content,
            reply_to_id=message.reply_to_id,
            attachment_id=next(iter(attachment_ids), None),
        )
        await queue(tx, message.room_id, [(message.channel_id, request)])
        write_many(tx, EVENT, {message.id: ""})
    return message


async def queue_changes(tx: Transaction, stored: Message, message: Message) -> None:
    """Queue what changes in a message: what it says, or that it is deleted.

    Raises:
        InvalidRecord: something else does, or the message is someone else's.
    """
    _check_same(stored, message, _MESSAGE_STAYS)
    if stored.is_deleted and not message.is_deleted:
        raise InvalidRecord("a deletion cannot be undone on a server", field="is_deleted")
    if message.is_deleted:
        await queue_deletion(tx, stored)
        return
    _check_same(stored, message, ("reactions",))
    if message.content != stored.content:
        await _check_own(tx, stored.sender_id, "sender_id")
        if await read(tx, EDITS + stored.id, Edits) is None:
            write_many(tx, EDITS, {stored.id: Edits(original=stored.content)})
        request = EditMessage(message_id=stored.id, content=message.content)
        await queue(tx, stored.room_id, [(stored.channel_id, request)])


async def queue_deletion(tx: Transaction, message: Message) -> None:
    """Queue the deletion of a message; what else waits for it is no longer sent.

    Raises:
        InvalidRecord: it is someone else's, and one may not delete it.
    """
    if message.is_deleted:
        return
    if message.sender_id != await get_owner(tx):
        state = await read(tx, ROOM + message.room_id, RoomState)
        if state is None or not state.rights.delete_messages:
            raise InvalidRecord("you may only delete your own messages", field="message_id")
    entries = [one for one in await get_outbox(tx, message.room_id) if is_pending(one)]
    about = [one for one in entries if message_of(one) == message.id]
    unsent = [one for one in about if isinstance(one.request, SendMessage)]
    # What is under way cannot be held back: the deletion follows it.
    is_on_server = not unsent or any(one.state == "waiting" for one in unsent)
    kept = (SendMessage, MarkRead) if is_on_server else ()
    drop_entries(tx, [one for one in about if not isinstance(one.request, kept)])
    write_many(tx, EDITS, {message.id: None})
    if is_on_server:
        request = DeleteMessage(message_id=message.id)
        await queue(tx, message.room_id, [(message.channel_id, request)])


async def queue_reaction(tx: Transaction, reaction: Reaction, message: Message) -> None:
    """Queue a reaction, unless it is there.

    Raises:
        InvalidRecord: it is someone else's.
    """
    await _check_own(tx, reaction.oder_id, "oder_id")
    if any(_is_same(reaction, one) for one in message.reactions):
        return
    request = AddReaction(message_id=message.id, emoji=reaction.emoji)
    await queue(tx, message.room_id, [(message.channel_id, request)])


async def queue_removal(tx: Transaction, oder_id: str, emoji: str, message: Message) -> None:
    """Queue that a reaction is taken back; one that the server refused is forgotten.

    Raises:
        InvalidRecord: it is someone else's.
    """
    await _check_own(tx, oder_id, "oder_id")
    refused = [
        entry
        for entry in await get_outbox(tx, message.room_id)
        if entry.state == "failed"
        and isinstance(entry.request, AddReaction)
        and (entry.request.message_id, entry.request.emoji) == (message.id, emoji)
    ]
    if refused:
        drop_entries(tx, refused)
        return
    request = RemoveReaction(message_id=message.id, emoji=emoji)
    await queue(tx, message.room_id, [(message.channel_id, request)])


async def queue_room(tx: Transaction, stored: Room, room: Room) -> None:
    """Queue what changes in a room: its name, its topic, its channels.

    Raises:
        InvalidRecord: something else does.
    """
    _check_same(stored, room, _ROOM_STAYS)
    requests: list[tuple[str | None, Request]] = []
    name = room.name if room.name != stored.name else None
    topic = (room.topic or "") if room.topic != stored.topic else None
    if name is not None or topic is not None:
        requests.append((None, ChangeRoom(name=name, topic=topic)))
    requests += ((None, one) for one in _channel_changes(stored.channels, room.channels))
    if requests:
        await queue(tx, room.id, requests)


async def queue_ban(tx: Transaction, ban: Ban) -> None:
    """Queue a ban."""
    await queue(tx, ban.room_id, [(None, BanUser(user_id=ban.user_id, reason=ban.reason))])


async def queue_unban(tx: Transaction, ban: Ban) -> None:
    """Queue that a ban is lifted."""
    await queue(tx, ban.room_id, [(None, UnbanUser(user_id=ban.user_id))])


def _channel_changes(before: Sequence[Channel], after: Sequence[Channel]) -> Iterable[Request]:
    known = {channel.id: channel for channel in before}
    kept = {channel.id for channel in after}
    order = [channel.id for channel in before if channel.id in kept]
    for channel in after:
        old = known.get(channel.id)
        if old is None:
            order.append(channel.id)
            yield AddChannel(channel_id=channel.id, name=channel.name, type=channel.type)
            continue
        if old.type != channel.type:
            raise InvalidRecord("cannot change on a server", field="channels")
        if old.name != channel.name:
            yield RenameChannel(channel_id=channel.id, name=channel.name)
    for channel in before:
        if channel.id not in kept:
            yield RemoveChannel(channel_id=channel.id)
    wanted = [channel.id for channel in sorted(after, key=lambda one: one.position)]
    if wanted != order:
        yield OrderChannels(channel_ids=tuple(wanted))


async def _check_own(tx: Transaction, user_id: str, field: str) -> None:
    if user_id != await get_owner(tx):
        raise InvalidRecord("is not who is signed in, in a room on a server", field=field)


def _check_same(stored: Struct, record: Struct, fields: Iterable[str]) -> None:
    for field in fields:
        if getattr(stored, field) != getattr(record, field):
            raise InvalidRecord("cannot change in a room on a server", field=field)


def _is_same(one: Reaction, other: Reaction) -> bool:
    return (one.oder_id, one.emoji) == (other.oder_id, other.emoji)
