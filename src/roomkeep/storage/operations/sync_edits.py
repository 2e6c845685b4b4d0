"""The edits of a message, on the server and here: the latest counts."""

from msgspec import structs

from roomkeep.models import Message
from roomkeep.storage.operations.messages import save_all
from roomkeep.storage.operations.outbox import get_outbox, is_pending, message_of
from roomkeep.storage.operations.sync_records import EDITS, Edit, Edits, read
from roomkeep.storage.remote import EditMessage
from roomkeep.storage.transaction import Transaction


def with_edit(known: Edits, edit: Edit) -> Edits:
    """Return the edits of a message with one more, or with one known more exactly."""
    others = [one for one in known.edits if one.event_id != edit.event_id]
    edits = sorted([*others, edit], key=lambda one: (one.edited_at, one.event_id))
    return structs.replace(known, edits=tuple(edits))


def latest_of(message: Message, known: Edits) -> Message:
    """Return a message as its latest edit on the server has it."""
    if not known.edits:
        return structs.replace(message, content=known.original, edited_at=None)
    latest = known.edits[-1]
    return structs.replace(message, content=latest.content, edited_at=latest.edited_at)


async def show_latest(tx: Transaction, message_id: str) -> None:
    """Write what a message says, once an edit of it does not wait any more."""
    message = await tx.get("messages", message_id, Message)
    known = await read(tx, EDITS + message_id, Edits)
    if message is None or message.is_deleted or known is None:
        return
    shown = latest_of(message, known)
    entries = [one for one in await get_outbox(tx, message.room_id) if is_pending(one)]
    for request in (entry.request for entry in entries if message_of(entry) == message_id):
        if isinstance(request, EditMessage):
            shown = structs.replace(message, content=request.content)
    if shown != message:
        await save_all(tx, [shown])
