"""Imports of archives that can be undone: each transaction notes in `meta` what it adds.

| key | what it holds |
|---|---|
| `import/ID` | `ArchiveImport` |
| `imported/ID/KIND/KEY` | what one transaction added: `Added` |

A note is written in the transaction that adds, so it is never wrong, also after a kill. Undoing
goes note by note, and deletes each in the transaction that takes back what it names.
"""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from msgspec import structs

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import Attachment, Id, Message, Milliseconds, Record, Room, User
from roomkeep.storage.arguments import Data, Ids, check_size
from roomkeep.storage.changes import records_saved
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.imports import ImportedIds, write_imported
from roomkeep.storage.operations.rooms import add_room
from roomkeep.storage.operations.shared import (
    WITH_DEPENDENTS,
    not_stored,
)
from roomkeep.storage.operations.sync_records import (
    check_rooms,
    read,
    read_all,
    synced_rooms,
    write_many,
)
from roomkeep.storage.operations.users import put_users
from roomkeep.storage.together import together
from roomkeep.storage.transaction import Transaction

IMPORT = "import/"
ADDED = "imported/"


class ArchiveImport(Record, frozen=True, kw_only=True):
    """An import of an archive.

    Attributes:
        format: the archive's format, such as `"whatsapp"`.
        file_name: the name of its file.
        started_at: when it began, in ms.
        finished_at: when it ended, in ms; None where it was interrupted.
        messages: how many messages it added.
        files: how many files it added.
        is_undone: whether undoing it has begun. From then on it adds nothing.
    """

    id: Id
    format: str
    file_name: str
    started_at: Milliseconds
    finished_at: Milliseconds | None = None
    messages: int = 0
    files: int = 0
    is_undone: bool = False


class Added(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What one transaction added.

    Attributes:
        keys: the keys of the records that it added, of the note's kind.
        room_id: a room that was there, and got channels or members.
        channels: channels that it added to that room.
        members: members that it added to that room.
        is_only_data: the record of the file was there, and only its bytes were added.
    """

    keys: tuple[str, ...] = ()
    room_id: str | None = None
    channels: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    is_only_data: bool = False


@writes("meta")
async def begin_import(
    tx: Transaction,
    import_id: Id,
    archive_format: str,
    file_name: str,
    started_at: Milliseconds,
) -> None:
    """Note that an import begins.

    Raises:
        InvalidRecord: another import has this id.
    """
    if await tx.existing("meta", [IMPORT + import_id]):
        raise InvalidRecord("is the id of another import", field="import_id")
    made = ArchiveImport(
        id=import_id, format=archive_format, file_name=file_name, started_at=started_at
    )
    put_import(tx, made)


@writes("meta")
async def finish_import(tx: Transaction, import_id: Id, finished_at: Milliseconds) -> None:
    """Note that an import has ended.

    Raises:
        RecordNotFound: there is no such import, or it was undone.
    """
    found = await _require(tx, import_id)
    put_import(tx, structs.replace(found, finished_at=finished_at))


@reads("meta")
async def get_imports(tx: Transaction) -> list[ArchiveImport]:
    """Return the imports that can be undone, the newest first."""
    found = (await read_all(tx, IMPORT, ArchiveImport)).values()
    return sorted(found, key=lambda one: (-one.started_at, one.id))


@writes("rooms", "meta")
async def import_room(tx: Transaction, import_id: Id, room: Room) -> None:
    """Write a room of an archive, as `add_room` would, and note what that adds.

    Raises:
        RecordNotFound: there is no such import, or it was undone.
    """
    await _require(tx, import_id)
    stored = await tx.get("rooms", room.id, Room)
    await add_room(tx, room)
    added = Added(keys=(room.id,))
    if stored is not None:
        channels = {channel.id for channel in stored.channels}
        members = {member.oder_id for member in stored.members}
        added = Added(
            room_id=room.id,
            channels=tuple(one.id for one in room.channels if one.id not in channels),
            members=tuple(one.oder_id for one in room.members if one.oder_id not in members),
        )
    if added.keys or added.channels or added.members:
        await _note(tx, import_id, "rooms", room.id, added)


@writes("rooms", "users", *WITH_DEPENDENTS, "meta")
async def import_into(
    tx: Transaction,
    import_id: Id,
    messages: Sequence[Message],
    shared_ids: Ids = (),
    users: Sequence[User] = (),
) -> int:
    """Write messages and users of an archive who are not there yet, and note which these are.

    Messages are written as `import_messages` would. Those of rooms that are not there, such as one
    that was deleted since the import began, are left out.

    Args:
        tx: the transaction.
        import_id: the import.
        messages: the messages. Their ids need to be unique only in their room.
        shared_ids: ids that the archive uses in several rooms.
        users: the users.

    Returns:
        how many messages were written.

    Raises:
        InvalidRecord: a message is of a room on a server.
        RecordNotFound: there is no such import, or it was undone.
    """
    found, (rooms, on_server), new_users, ids = await together(
        _require(tx, import_id),
        together(
            tx.existing("rooms", list({message.room_id for message in messages})),
            synced_rooms(tx),
        ),
        not_stored(tx, "users", {user.oder_id: user for user in users}),
        ImportedIds.load(tx, messages, shared_ids),
    )
    wanted = [message for message in messages if message.room_id in rooms]
    check_rooms(on_server, (message.room_id for message in wanted), "room_id")
    added, _ = await together(
        write_imported(tx, wanted, ids), _write_users(tx, import_id, new_users)
    )
    if added:
        # The number of messages before is another one in each transaction that adds some.
        note = Added(keys=tuple(added))
        write_many(tx, note_prefix(import_id, "messages"), {str(found.messages): note})
        count = found.messages + len(added)
        put_import(tx, structs.replace(found, messages=count))
    return len(added)


@writes("messages", "attachments", "meta")
async def import_attachment(
    tx: Transaction, import_id: Id, attachment: Attachment, data: Data = None
) -> bool:
    """Write a file of an archive, or its bytes where those are missing, and note it.

    Returns:
        whether anything was written: not where the message is deleted, or not there.

    Raises:
        RecordNotFound: there is no such import, or it was undone.
    """
    check_size(attachment.size, data)
    found = await _require(tx, import_id)
    message = await tx.get("messages", attachment.message_id, Message)
    if message is None or message.is_deleted:
        return False
    is_there = bool(await tx.existing("attachments", [attachment.id]))
    if is_there:
        has_data = await tx.get_blob("attachments", attachment.id) is not None
        if data is None or has_data:
            return False
    tx.put("attachments", [attachment], blob=data)
    tx.changes.append(
        records_saved("attachments", {attachment.id: attachment}, room_id=message.room_id)
    )
    added = Added(keys=(attachment.id,), is_only_data=is_there)
    await _note(tx, import_id, "files", attachment.id, added)
    if data is not None:
        put_import(tx, structs.replace(found, files=found.files + 1))
    return True


async def _write_users(tx: Transaction, import_id: str, users: Mapping[str, User]) -> None:
    if users:
        await _note(tx, import_id, "users", next(iter(users)), Added(keys=tuple(users)))
        put_users(tx, users)


async def _require(tx: Transaction, import_id: str) -> ArchiveImport:
    found = await read(tx, IMPORT + import_id, ArchiveImport)
    if found is None or found.is_undone:
        raise RecordNotFound("meta", IMPORT + import_id)
    return found


def put_import(tx: Transaction, made: ArchiveImport) -> None:
    """Write what is known of an import."""
    write_many(tx, IMPORT, {made.id: made})


async def _note(tx: Transaction, import_id: str, kind: str, key: str, added: Added) -> None:
    prefix = note_prefix(import_id, kind)
    before = await read(tx, prefix + key, Added)
    # The same record may be added again, after it was deleted.
    write_many(tx, prefix, {key: added if before is None else _joined(before, added)})


def _joined(before: Added, added: Added) -> Added:
    return Added(
        keys=_union(before.keys, added.keys),
        room_id=before.room_id or added.room_id,
        channels=_union(before.channels, added.channels),
        members=_union(before.members, added.members),
        is_only_data=before.is_only_data and added.is_only_data,
    )


def _union(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def note_prefix(import_id: str, kind: str) -> str:
    """Return how the keys of an import's notes of one kind begin."""
    return f"{ADDED}{quote(import_id, safe='')}/{kind}/"
