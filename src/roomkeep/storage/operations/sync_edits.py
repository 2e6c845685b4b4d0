"""The edits of a message, on the server and here: the latest counts."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec import structs

from roomkeep.models import Message
from roomkeep.storage.operations.message_writes import save_all
from roomkeep.storage.operations.outbox import get_outbox, is_pending
from roomkeep.storage.operations.sync_records import EDITS, Edit, Edits, read
from roomkeep.storage.remote import EditMessage, MessageEdit, OutboxEntry
from roomkeep.storage.transaction import Transaction

_MOST_EDITS = 50
"""How many edits of a message are known at a time, the latest: anyone may edit without an end."""

E = TypeVar("E", bound=Edit | MessageEdit)


def with_edit(known: Edits, edit: Edit) -> Edits:
    """Return the edits of a message with one more, or with one known more exactly."""
    return structs.replace(known, edits=latest_edits(known.edits, edit))


def latest_edits(known: Iterable[E], edit: E) -> tuple[E, ...]:
    """Return the latest of some edits and one more, ascending; it replaces one of the same id."""
    others = [one for one in known if one.event_id != edit.event_id]
    edits = sorted([*others, edit], key=lambda one: (one.edited_at, one.event_id))
    return tuple(edits[-_MOST_EDITS:])


def show_latest(message: Message, known: Edits, entries: Iterable[OutboxEntry]) -> Message:
    """Return a message as its latest edit has it: one that waits here, or one on the server.

    Args:
        message: the message as it is stored.
        known: its edits on the server.
        entries: the outbox, ascending.
    """
    waiting = [
        entry.request.content
        for entry in entries
        if isinstance(entry.request, EditMessage)
        and entry.request.message_id == message.id
        and is_pending(entry)
    ]
    if waiting:
        return structs.replace(message, content=waiting[-1])
    if known.edits:
        latest = known.edits[-1]
        return structs.replace(message, content=latest.content, edited_at=latest.edited_at)
    return structs.replace(message, content=known.original, edited_at=None)


async def write_latest(tx: Transaction, message_id: str) -> None:
    """Write what a message says, once an edit of it does not wait any more."""
    message = await tx.get("messages", message_id, Message)
    known = await read(tx, EDITS + message_id, Edits)
    if message is None or message.is_deleted or known is None:
        return
    shown = show_latest(message, known, await get_outbox(tx, message.room_id))
    if shown != message:
        await save_all(tx, [shown])
