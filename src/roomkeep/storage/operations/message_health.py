"""What can be wrong with a message and its reactions and files, and how it is mended."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, structs

from roomkeep.models import Attachment, Message, Reaction
from roomkeep.storage.encoding import stored_fields
from roomkeep.storage.health import Problem
from roomkeep.storage.operations.reactions import reaction_key, reaction_order
from roomkeep.storage.operations.shared import find_dependents
from roomkeep.storage.transaction import Transaction


class MessagePage(Struct):
    """Some messages, with the rows that belong to each.

    Attributes:
        messages: the messages.
        reactions: the rows of their reactions, by message, in order.
        attachments: the ids of their attachments, by message.
    """

    messages: list[Message]
    reactions: dict[str, list[Reaction]]
    attachments: dict[str, list[str]]


async def with_dependents(
    tx: Transaction, keys: Sequence[Any], messages: Sequence[Message]
) -> MessagePage:
    """Return messages with the rows that belong to them; `keys` names the unreadable ones, too."""
    reactions = await find_dependents(tx, "reactions", Reaction, keys)
    files = await find_dependents(tx, "attachments", Attachment, keys)
    return MessagePage(
        list(messages),
        {id_: sorted(those, key=reaction_order) for id_, those in reactions.items()},
        {id_: [file.id for file in those] for id_, those in files.items()},
    )


def message_problem(message: Message, page: MessagePage) -> Problem | None:
    """Return what is wrong with a message; None where nothing is."""
    rows = page.reactions.get(message.id, [])
    if message.is_deleted:
        left = {
            "its text": bool(message.content),
            "reactions": bool(rows or message.reactions),
            "files": message.id in page.attachments,
        }
        if not any(left.values()):
            return None
        what = " and ".join(name for name, is_left in left.items() if is_left)
        sentence = f"The message is deleted, but {what} of it are still there."
        if what == "its text":
            sentence = "The message is deleted, but its text is still there."
        return Problem(store="messages", key=message.id, kind="tombstone", sentence=sentence)
    if rows == list(message.reactions):
        return None
    named = len(message.reactions)
    reactions = f"{named:,} reaction{'' if named == 1 else 's'}"
    stored = "none is" if not rows else "1 is" if len(rows) == 1 else f"{len(rows):,} are"
    sentence = f"The message names {reactions}, but {stored} stored."
    if len(rows) == named:
        sentence = "The message does not name the same reactions as are stored for it."
    return Problem(store="messages", key=message.id, kind="reactions", sentence=sentence)


async def mend_message(tx: Transaction, message: Message, page: MessagePage) -> None:
    """Make a message and its rows agree: rows count; where there are none, the message does."""
    rows = page.reactions.get(message.id, [])
    if message.is_deleted:
        tx.delete("reactions", [reaction_key(row) for row in rows])
        tx.delete("attachments", page.attachments.get(message.id, []))
        mended = structs.replace(message, content="", reactions=())
        await tx.patch("messages", [message.id], stored_fields(mended, ["content", "reactions"]))
        return
    if not rows:
        own = {reaction_key(one): one for one in message.reactions if one.message_id == message.id}
        # Rows that cannot be decoded are there all the same, and are to stay.
        there = await tx.existing("reactions", list(own))
        rows = sorted((one for key, one in own.items() if key not in there), key=reaction_order)
        tx.put("reactions", rows)
    mended = structs.replace(message, reactions=tuple(rows))
    await tx.patch("messages", [message.id], stored_fields(mended, ["reactions"]))
