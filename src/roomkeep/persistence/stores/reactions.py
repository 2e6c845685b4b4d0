"""Reactions: one per person, emoji and message, and always the same as their message says."""

import itertools
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

from msgspec import structs

from roomkeep import records
from roomkeep.errors import InvalidRecord
from roomkeep.idb import KeyRange
from roomkeep.models import Id, Message, Reaction
from roomkeep.persistence.keys import order
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.schema import BY_ROOM_AND_TIME
from roomkeep.persistence.transaction import Transaction
from roomkeep.reports import Change

_PAGE = 1_000


@writes("messages", "reactions")
async def save_reaction(tx: Transaction, reaction: Reaction) -> None:
    """Write a reaction in place of the same person's with the same emoji.

    It may come before its message, and joins it when the message is saved.
    """
    message = await tx.get("messages", reaction.message_id, Message)
    if message is not None and message.is_deleted:
        msg = "the message is deleted"
        raise InvalidRecord(msg, field="message_id")
    await tx.put("reactions", reaction)
    tx.changes.append(_change("put", [_key(reaction)], message))
    await _mirror(tx, message)


@writes("messages", "reactions")
async def remove_reaction(tx: Transaction, message_id: Id, oder_id: Id, emoji: Id) -> None:
    """Delete a reaction, if it is there."""
    key = (oder_id, emoji, message_id)
    if not await tx.count("reactions", query=KeyRange.only(key)):
        return
    message = await tx.get("messages", message_id, Message)
    await tx.delete("reactions", key)
    tx.changes.append(_change("delete", [key], message))
    await _mirror(tx, message)


@reads("reactions")
async def get_reactions_for_message(tx: Transaction, message_id: Id) -> list[Reaction]:
    """Return a message's reactions, ascending by (timestamp, oder_id, emoji)."""
    rows = await tx.get_all(
        "reactions", Reaction, index="messageId", query=KeyRange.only(message_id)
    )
    return sorted(rows, key=reaction_order)


async def settle(tx: Transaction, messages: Sequence[Message]) -> list[Message]:
    """Make the rows of some messages, about to be written, say what the messages say.

    A message that is new takes the reactions along that came before it.
    """
    # Most often there is none at all, and one look tells so for the whole of a large batch.
    lookups: list[Awaitable[list[Any]]] = []
    if await tx.get_all_keys("reactions", count=1):
        lookups = [
            tx.get_all_keys("reactions", index="messageId", query=KeyRange.only(message.id))
            for message in messages
        ]
    settled = []
    for message, lookup in itertools.zip_longest(messages, lookups):
        keys = [tuple(key) for key in await lookup] if lookup else []
        settled.append(
            await _settle_one(tx, message, keys) if keys or message.reactions else message
        )
    return settled


async def _settle_one(
    tx: Transaction, message: Message, keys: Sequence[tuple[str, ...]]
) -> Message:
    wanted = {}
    for place, reaction in enumerate(message.reactions):
        if reaction.message_id != message.id:
            msg = f"is {reaction.message_id!r}, but the message is {message.id!r}"
            raise InvalidRecord(msg, field=f"reactions[{place}].message_id")
        wanted[_key(reaction)] = reaction
    is_new = not await tx.count("messages", query=KeyRange.only(message.id))
    if is_new and not message.is_deleted:
        wanted = {
            _key(row): row for row in await get_reactions_for_message(tx, message.id)
        } | wanted
    gone = [key for key in keys if key not in wanted]
    tx.delete_many("reactions", gone)
    tx.put_many("reactions", list(wanted.values()))
    if gone:
        tx.changes.append(_change("delete", gone, message))
    if wanted:
        tx.changes.append(_change("put", list(wanted), message))
    return structs.replace(message, reactions=tuple(sorted(wanted.values(), key=reaction_order)))


@writes("messages", "reactions")
async def reconcile_older_client(tx: Transaction) -> None:
    """Reconcile a database that an older client has written, and may have written to since."""
    if not tx.has_index("messages", BY_ROOM_AND_TIME):
        await reconcile(tx)


async def reconcile(tx: Transaction) -> None:
    """Make messages and rows that others wrote agree.

    Where a message has rows, they count; where it has none, what it says of itself does.
    """
    rows: dict[str, list[Reaction]] = {}
    for row in await tx.get_all("reactions", Reaction):
        rows.setdefault(row.message_id, []).append(row)
    last: str | None = None
    while True:
        query = KeyRange(lower=last, lower_open=last is not None)
        page = await tx.get_all("messages", Message, query=query, count=_PAGE)
        for message in page:
            wanted = sorted(rows.get(message.id, ()), key=reaction_order)
            if message.is_deleted:
                await delete_rows(tx, message.id)
                wanted = []
            elif not wanted:
                wanted = [one for one in message.reactions if one.message_id == message.id]
                tx.put_many("reactions", wanted)
            if wanted != list(message.reactions):
                await _write_into_message(tx, message, wanted)
        if len(page) < _PAGE:
            return
        last = page[-1].id


async def delete_rows(tx: Transaction, message_id: str) -> None:
    """Delete a message's reactions, without a look at the message."""
    keys = await tx.get_all_keys("reactions", index="messageId", query=KeyRange.only(message_id))
    tx.delete_many("reactions", keys)
    if keys:
        tx.changes.append(_change("delete", (tuple(key) for key in keys), None))


async def delete_of_messages(tx: Transaction, message_ids: set[str], room_id: str) -> None:
    """Delete the reactions to all messages of a room, given their ids."""
    keys = [key for key in await tx.get_all_keys("reactions") if key[2] in message_ids]
    tx.delete_many("reactions", keys)
    if keys:
        tx.changes.append(Change(store="reactions", action="clear", room_id=room_id))


async def _mirror(tx: Transaction, message: Message | None) -> None:
    """Write a message's reactions into the message."""
    if message is None:
        return
    await _write_into_message(tx, message, await get_reactions_for_message(tx, message.id))
    tx.changes.append(
        Change(store="messages", action="put", keys=(message.id,), room_id=message.room_id)
    )


async def _write_into_message(
    tx: Transaction, message: Message, reactions: Sequence[Reaction]
) -> None:
    mirrored = structs.replace(message, reactions=tuple(reactions))
    await tx.patch("messages", message.id, records.stored_fields(mirrored, ["reactions"]))


def _change(action: str, keys: Iterable[tuple[str, ...]], message: Message | None) -> Change:
    room_id = None if message is None else message.room_id
    return Change(store="reactions", action=action, keys=tuple(keys), room_id=room_id)  # type: ignore[arg-type]


def _key(reaction: Reaction) -> tuple[str, ...]:
    return (reaction.oder_id, reaction.emoji, reaction.message_id)


def reaction_order(reaction: Reaction) -> tuple[object, ...]:
    """Return what compares as the reactions of a message are ordered."""
    return (reaction.timestamp, order(reaction.oder_id), order(reaction.emoji))
