"""The outbox: what was written here and is not yet on the server, in the order of writing."""

import uuid
from collections.abc import Iterable, Sequence

from indexeddb.keys import KeyRange
from roomkeep.models import Id
from roomkeep.storage.changes import OUTBOX as OUTBOX_STORE
from roomkeep.storage.changes import Change
from roomkeep.storage.operation import reads
from roomkeep.storage.operations.sync_records import OUTBOX, read, read_all, write_many
from roomkeep.storage.remote import (
    AddReaction,
    BanUser,
    ChangeRoom,
    DeleteMessage,
    EditMessage,
    MarkRead,
    OrderChannels,
    OutboxEntry,
    RemoveReaction,
    RenameChannel,
    Request,
    SendMessage,
    UnbanUser,
)
from roomkeep.storage.schema import MetaRecord
from roomkeep.storage.transaction import Transaction

_ABOUT_MESSAGE = (SendMessage, EditMessage, DeleteMessage, AddReaction, RemoveReaction, MarkRead)
_LASTING = (EditMessage, MarkRead, RenameChannel, OrderChannels, ChangeRoom)
"""The requests that say how something is to be, whatever it was before."""
_DIGITS = 12


@reads("meta")
async def get_outbox(tx: Transaction, room_id: Id | None = None) -> list[OutboxEntry]:
    """Return what waits to be sent, in the order of writing.

    Args:
        tx: the transaction.
        room_id: of this room only.
    """
    entries = await read_all(tx, OUTBOX, OutboxEntry)
    return [entry for entry in entries.values() if room_id in (None, entry.room_id)]


async def find_entry(tx: Transaction, entry_id: str) -> OutboxEntry | None:
    """Return an entry; None where there is none any more."""
    return await read(tx, OUTBOX + entry_id, OutboxEntry)


async def queue(
    tx: Transaction, room_id: str, requests: Iterable[tuple[str | None, Request]]
) -> None:
    """Add requests to the outbox, each with the channel that it is about.

    One that makes an earlier one pointless takes its place.
    """
    requests = tuple(requests)
    if any(isinstance(request, _LASTING) for _, request in requests):
        outdated = [
            entry
            for entry in await get_outbox(tx, room_id)
            if is_pending(entry) and any(_replaces(one, entry) for one in requests)
        ]
        if outdated:
            drop_entries(tx, outdated)
    last = await tx.get_all(
        "meta", MetaRecord, query=KeyRange.prefix(OUTBOX), direction="prev", count=1
    )
    number = int(last[0].key.removeprefix(OUTBOX)[:_DIGITS]) if last else 0
    entries = []
    for channel_id, request in requests:
        number += 1
        # No number is used again for what a server may have seen: the rest of the id is unique.
        transaction_id = uuid.uuid4().hex
        entries.append(
            OutboxEntry(
                id=f"{number:0{_DIGITS}}-{transaction_id}",
                room_id=room_id,
                channel_id=channel_id,
                transaction_id=transaction_id,
                request=request,
            )
        )
    put_entries(tx, entries)


def put_entries(tx: Transaction, entries: Sequence[OutboxEntry]) -> None:
    """Write entries in place of those with their ids."""
    write_many(tx, OUTBOX, {entry.id: entry for entry in entries})
    _tell(tx, "put", entries)


def drop_entries(tx: Transaction, entries: Sequence[OutboxEntry]) -> None:
    """Delete entries."""
    write_many(tx, OUTBOX, {entry.id: None for entry in entries})
    _tell(tx, "delete", entries)


def message_of(entry: OutboxEntry) -> str | None:
    """Return the message that an entry is about; None where it is about none."""
    request = entry.request
    return request.message_id if isinstance(request, _ABOUT_MESSAGE) else None


def is_pending(entry: OutboxEntry) -> bool:
    """Tell whether the server has not taken an entry yet."""
    return entry.event_id is None


def _replaces(added: tuple[str | None, Request], entry: OutboxEntry) -> bool:
    (channel_id, new), old = added, entry.request
    match new, old:
        case EditMessage(), EditMessage():
            return new.message_id == old.message_id
        case MarkRead(), MarkRead():
            return channel_id == entry.channel_id
        case RenameChannel(), RenameChannel():
            return new.channel_id == old.channel_id
        case OrderChannels(), OrderChannels():
            return True
        case ChangeRoom(), ChangeRoom():
            is_named = new.name is not None or old.name is None
            return is_named and (new.topic is not None or old.topic is None)
    return False


def _tell(tx: Transaction, action: str, entries: Sequence[OutboxEntry]) -> None:
    by_room: dict[str, dict[str, None]] = {}
    for entry in entries:
        by_room.setdefault(entry.room_id, {}).update(dict.fromkeys(_concerned(entry)))
    for room_id, keys in by_room.items():
        tx.changes.append(
            Change(
                store=OUTBOX_STORE,
                action="put" if action == "put" else "delete",
                keys=tuple(keys),
                room_id=room_id,
            )
        )


def _concerned(entry: OutboxEntry) -> tuple[str, ...]:
    request = entry.request
    if isinstance(request, _ABOUT_MESSAGE):
        return (request.message_id,)
    if isinstance(request, BanUser | UnbanUser):
        return (request.user_id,)
    if isinstance(request, OrderChannels):
        return request.channel_ids
    return (entry.room_id,) if isinstance(request, ChangeRoom) else (request.channel_id,)
