"""The files of messages that a server keeps: what is known of them, and where they are."""

from collections.abc import Sequence

from msgspec import structs

from roomkeep.models import Attachment, Message
from roomkeep.storage.changes import records_saved
from roomkeep.storage.operations.shared import find_dependents, not_stored
from roomkeep.storage.operations.sync_records import MEDIA, write_many
from roomkeep.storage.remote import MediaFile
from roomkeep.storage.transaction import Transaction


async def add_files(tx: Transaction, message: Message, files: Sequence[MediaFile]) -> None:
    """Note the files of a message; those that were sent from here keep their records."""
    if message.is_deleted:
        return
    given = [structs.replace(file.attachment, message_id=message.id) for file in files]
    found = await find_dependents(tx, "attachments", Attachment, [message.id])
    present = found.get(message.id, [])
    names = [one.id for one in present] if present else [one.id for one in given]
    write_many(tx, MEDIA, {name: file.url for name, file in zip(names, files, strict=False)})
    if present:
        return
    new = await not_stored(tx, "attachments", {one.id: one for one in given})
    if new:
        tx.put("attachments", list(new.values()))
        tx.changes.append(records_saved("attachments", new, room_id=message.room_id))
