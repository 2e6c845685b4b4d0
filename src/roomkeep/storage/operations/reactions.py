"""Reactions: one per person, emoji and message, and always equal to those in their message."""

from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence

from msgspec import structs

from indexeddb.keys import KeyRange, sort_key
from roomkeep.errors import InvalidRecord
from roomkeep.models import Id, Message, Milliseconds, Reaction
from roomkeep.storage.changes import Change, records_saved
from roomkeep.storage.encoding import stored_fields
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.bans import check_not_banned
from roomkeep.storage.operations.queued_writes import queue_reaction, queue_removal
from roomkeep.storage.operations.sync_records import synced_rooms
from roomkeep.storage.operations.tombstones import get_undeleted
from roomkeep.storage.together import together
from roomkeep.storage.transaction import Transaction

Key = tuple[str, str, str]
"""Who reacted, with which emoji, to which message."""

Rows = dict[str, list[Key]]
"""The keys of reactions, by message."""


@writes("messages", "reactions", "meta")
async def save_reaction(tx: Transaction, reaction: Reaction) -> None:
    """Write a reaction; there is one for each person, emoji and message.

    It may come before its message, and joins it when the message is saved; but not after the
    message was deleted.
    """
    synced, message, rows = await _look_up(tx, reaction)
    if message is not None and message.room_id in synced:
        await queue_reaction(tx, reaction, message)
    _save(tx, reaction, message, rows)


@writes("messages", "reactions", "bans", "meta")
async def send_reaction(tx: Transaction, reaction: Reaction, now: Milliseconds) -> None:
    """Write a reaction of who is signed in, unless they are banned from the message's room."""
    synced, message, rows = await _look_up(tx, reaction)
    if message is not None:
        await check_not_banned(tx, reaction.oder_id, message.room_id, now, "oder_id")
    if message is not None and message.room_id in synced:
        await queue_reaction(tx, reaction, message)
    _save(tx, reaction, message, rows)


@writes("messages", "reactions", "meta")
async def remove_reaction(tx: Transaction, message_id: Id, oder_id: Id, emoji: Id) -> None:
    """Delete a reaction, if it is there. `oder_id` is who reacted."""
    key = (oder_id, emoji, message_id)
    existing, synced, message, rows = await together(
        tx.existing("reactions", [key]),
        synced_rooms(tx),
        tx.get("messages", message_id, Message),
        get_reactions_for_message(tx, message_id),
    )
    if not existing:
        return
    if message is not None and message.room_id in synced:
        await queue_removal(tx, oder_id, emoji, message)
    tx.delete("reactions", [key])
    tx.changes.append(_deleted([key], message))
    _copy_into_message(tx, message, [row for row in rows if reaction_key(row) != key])


@reads("reactions")
async def get_reactions_for_message(tx: Transaction, message_id: Id) -> list[Reaction]:
    """Return a message's reactions, ascending by (timestamp, oder_id, emoji)."""
    query = KeyRange.only(message_id)
    rows = await tx.get_all("reactions", Reaction, index="messageId", query=query)
    return sorted(rows, key=reaction_order)


def find_reactions(tx: Transaction, message_ids: Sequence[str]) -> Awaitable[Rows]:
    """Return the keys of the reactions to some messages, by message."""
    return tx.find_keys("reactions", "messageId", message_ids)


async def sync_reactions(
    tx: Transaction,
    messages: Sequence[Message],
    present: Rows,
    existing: Collection[str] | None = None,
) -> list[Message]:
    """Make the rows of messages that are about to be written equal to what the messages say.

    A message that is new takes along the reactions that came before it.

    Args:
        tx: the transaction.
        messages: the messages.
        present: the rows of these messages, and maybe of others.
        existing: those of the messages that were there before; None where none was written yet.

    Returns:
        the messages, with all their reactions in order.

    Raises:
        InvalidRecord: a message holds a reaction to another one.
    """
    for message in messages:
        _check_reactions(message)
    concerned = {m.id: m for m in messages if m.id in present or m.reactions}
    if not concerned:
        return list(messages)
    early = await _early_reactions(tx, concerned, present, existing)
    gone: list[Key] = []
    saved: list[Reaction] = []
    for message in concerned.values():
        own = {reaction_key(one): one for one in message.reactions}
        wanted = early.get(message.id, {}) | own
        gone_here = [key for key in present.get(message.id, ()) if key not in wanted]
        if gone_here:
            tx.changes.append(_deleted(gone_here, message))
        if wanted:
            tx.changes.append(records_saved("reactions", wanted, room_id=message.room_id))
        gone += gone_here
        saved += wanted.values()
        in_order = tuple(sorted(wanted.values(), key=reaction_order))
        concerned[message.id] = structs.replace(message, reactions=in_order)
    tx.delete("reactions", gone)
    tx.put("reactions", saved)
    return [concerned.get(message.id, message) for message in messages]


def put_early_reactions(tx: Transaction, reactions: Mapping[Key, Reaction | None]) -> None:
    """Write reactions whose message is not there yet, or delete them (None)."""
    saved = {key: one for key, one in reactions.items() if one is not None}
    gone = [key for key in reactions if key not in saved]
    if saved:
        tx.put("reactions", list(saved.values()))
        tx.changes.append(records_saved("reactions", saved))
    if gone:
        tx.delete("reactions", gone)
        tx.changes.append(_deleted(gone, None))


def reaction_key(reaction: Reaction) -> Key:
    """Return the key of a reaction's row."""
    return (reaction.oder_id, reaction.emoji, reaction.message_id)


def reaction_order(reaction: Reaction) -> tuple[object, ...]:
    """Return what the reactions of a message are sorted by."""
    return (reaction.timestamp, sort_key(reaction.oder_id), sort_key(reaction.emoji))


async def _look_up(
    tx: Transaction, reaction: Reaction
) -> tuple[frozenset[str], Message | None, list[Reaction]]:
    """Return the rooms on a server, a reaction's message, and the rows of the message."""
    return await together(
        synced_rooms(tx),
        get_undeleted(tx, reaction.message_id),
        get_reactions_for_message(tx, reaction.message_id),
    )


def _save(
    tx: Transaction, reaction: Reaction, message: Message | None, rows: Sequence[Reaction]
) -> None:
    key = reaction_key(reaction)
    tx.put("reactions", [reaction])
    tx.changes.append(records_saved("reactions", {key: reaction}, room_id=_room_of(message)))
    others = [row for row in rows if reaction_key(row) != key]
    _copy_into_message(tx, message, [*others, reaction])


def _copy_into_message(tx: Transaction, message: Message | None, rows: Sequence[Reaction]) -> None:
    """Write the rows of a message into the message."""
    if message is None:
        return
    message = structs.replace(message, reactions=tuple(sorted(rows, key=reaction_order)))
    tx.patch("messages", [message.id], stored_fields(message, ["reactions"]))
    tx.changes.append(records_saved("messages", {message.id: message}, room_id=message.room_id))


async def _early_reactions(
    tx: Transaction,
    messages: dict[str, Message],
    present: dict[str, list[Key]],
    existing: Collection[str] | None,
) -> dict[str, dict[Key, Reaction]]:
    """Return the reactions that came before their message, by message."""
    with_rows = [id_ for id_ in present if not messages[id_].is_deleted]
    if existing is None:
        existing = await tx.existing("messages", with_rows)
    keys = [key for id_ in with_rows if id_ not in existing for key in present[id_]]
    early: dict[str, dict[Key, Reaction]] = {}
    for row in await tx.get_many("reactions", keys, Reaction):
        early.setdefault(row.message_id, {})[reaction_key(row)] = row
    return early


def _check_reactions(message: Message) -> None:
    for index, reaction in enumerate(message.reactions):
        if reaction.message_id != message.id:
            msg = f"is {reaction.message_id!r}, but the message is {message.id!r}"
            raise InvalidRecord(msg, field=f"reactions[{index}].message_id")


def _room_of(message: Message | None) -> str | None:
    return None if message is None else message.room_id


def _deleted(keys: Iterable[Key], message: Message | None) -> Change:
    return Change(store="reactions", action="delete", keys=tuple(keys), room_id=_room_of(message))
