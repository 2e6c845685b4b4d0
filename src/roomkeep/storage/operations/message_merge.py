"""Messages that are there twice: under the id from here, and under the server's."""

from msgspec import structs

from roomkeep.models import Message, Reaction
from roomkeep.storage.changes import Change
from roomkeep.storage.operations.message_writes import save_all
from roomkeep.storage.operations.reactions import reaction_key
from roomkeep.storage.operations.search_debts import note_removed
from roomkeep.storage.operations.shared import delete_dependents, find_dependents
from roomkeep.storage.transaction import Transaction


async def merge_duplicate(tx: Transaction, event_id: str, record_id: str) -> bool:
    """Move what came under the server's id of a message to the record from here.

    A server may tell of a message before it is known to be one of ours: where the answer to its
    sending was lost.

    Returns:
        whether it had told of the message.
    """
    if event_id == record_id:
        return False
    twin = await tx.get("messages", event_id, Message)
    found = await find_dependents(tx, "reactions", Reaction, [event_id])
    rows = found.get(event_id, [])
    if twin is None and not rows:
        return False
    await delete_dependents(tx, [event_id])
    if twin is not None:
        await note_removed(tx, [event_id])
        tx.delete("messages", [event_id])
        tx.changes.append(
            Change(store="messages", action="delete", keys=(event_id,), room_id=twin.room_id)
        )
    message = await tx.get("messages", record_id, Message)
    if message is None:
        return twin is not None
    if twin is not None:
        message = structs.replace(message, timestamp=twin.timestamp)
    if not message.is_deleted:
        moved = (structs.replace(row, message_id=record_id) for row in rows)
        merged = {reaction_key(one): one for one in (*message.reactions, *moved)}
        message = structs.replace(message, reactions=tuple(merged.values()))
    await save_all(tx, [message])
    return twin is not None
