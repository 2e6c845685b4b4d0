"""Reactions: one per person, emoji and message, and always the same as their message says."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, select

from roomkeep.desktop.handlers.stored_messages import find_message, reactions_of
from roomkeep.desktop.rows import REACTIONS
from roomkeep.desktop.tables import messages, reactions
from roomkeep.desktop.transaction import Transaction, chunks
from roomkeep.errors import InvalidRecord
from roomkeep.models import Message, Reaction
from roomkeep.protocol.commands import RemoveReaction, SaveReaction
from roomkeep.protocol.queries import GetReactionsForMessage
from roomkeep.reports import Change

Key = tuple[str, ...]
"""Who, with which emoji, on which message."""

_KEY = (reactions.c.oder_id, reactions.c.emoji, reactions.c.message_id)

_DELETE = delete(reactions).where(*(column == bindparam(f"the_{column.name}") for column in _KEY))
_ANY = select(reactions.c.message_id).limit(1)
_KEYS = select(*_KEY).where(reactions.c.message_id.in_(bindparam("message_ids", expanding=True)))
_PRESENT = select(messages.c.id).where(messages.c.id.in_(bindparam("ids", expanding=True)))
_DELETE_MESSAGE = delete(reactions).where(reactions.c.message_id == bindparam("message_id"))
_DELETE_ROOM = delete(reactions).where(
    reactions.c.message_id.in_(
        select(messages.c.id).where(messages.c.room_id == bindparam("room_id"))
    )
)


def save_reaction(tx: Transaction, request: SaveReaction) -> None:
    """Write a reaction in place of the same person's with the same emoji.

    It may come before its message, and joins it when the message is saved.
    """
    reaction = request.reaction
    message = find_message(tx, reaction.message_id)
    if message is not None and message.is_deleted:
        raise InvalidRecord("the message is deleted", field="message_id")
    tx.write(REACTIONS, [REACTIONS.values(reaction)])
    _tell(tx, "put", _key(reaction), message)


def remove_reaction(tx: Transaction, request: RemoveReaction) -> None:
    """Delete a reaction, if it is there."""
    key = (request.oder_id, request.emoji, request.message_id)
    if tx.execute(_DELETE, _named(key)).rowcount:
        _tell(tx, "delete", key, find_message(tx, request.message_id))


def get_reactions_for_message(tx: Transaction, request: GetReactionsForMessage) -> list[Reaction]:
    """Return a message's reactions, ascending by (timestamp, oder_id, emoji)."""
    return reactions_of(tx, [request.message_id]).get(request.message_id, [])


def settle(tx: Transaction, many: Sequence[Message]) -> None:
    """Make the rows of some messages, about to be written, be those that the messages say.

    A message that is new keeps the reactions that came before it.
    """
    for message in many:
        for place, reaction in enumerate(message.reactions):
            if reaction.message_id != message.id:
                msg = f"is {reaction.message_id!r}, but the message is {message.id!r}"
                raise InvalidRecord(msg, field=f"reactions[{place}].message_id")
    present: dict[str, list[Key]] = {}
    # Most often there is none at all, and one look tells so for the whole of a large batch.
    if tx.all(_ANY):
        for some in chunks(message.id for message in many):
            for row in tx.all(_KEYS, {"message_ids": some}):
                present.setdefault(row.message_id, []).append(tuple(row))
    concerned = [message for message in many if message.id in present or message.reactions]
    there = {
        row.id
        for some in chunks(m.id for m in concerned)
        for row in tx.all(_PRESENT, {"ids": some})
    }
    early = reactions_of(
        tx, [m.id for m in concerned if m.id in present and m.id not in there and not m.is_deleted]
    )
    for message in concerned:
        before = {_key(row): row for row in early.get(message.id, ())}
        _settle_one(tx, message, present.get(message.id, []), before)


def _settle_one(
    tx: Transaction, message: Message, present: Sequence[Key], before: dict[Key, Reaction]
) -> None:
    wanted = before | {_key(reaction): reaction for reaction in message.reactions}
    gone = [key for key in present if key not in wanted]
    if gone:
        tx.execute(_DELETE, [_named(key) for key in gone])
        tx.changes.append(_change("delete", gone, message))
    if wanted:
        tx.write(REACTIONS, [REACTIONS.values(reaction) for reaction in wanted.values()])
        tx.changes.append(_change("put", list(wanted), message))


def delete_rows(tx: Transaction, message_id: str) -> None:
    """Delete a message's reactions, without a look at the message."""
    keys = [tuple(row) for row in tx.all(_KEYS, {"message_ids": [message_id]})]
    if keys:
        tx.execute(_DELETE_MESSAGE, {"message_id": message_id})
        tx.changes.append(_change("delete", keys, None))


def delete_of_room(tx: Transaction, room_id: str) -> None:
    """Delete the reactions to all messages of a room."""
    if tx.execute(_DELETE_ROOM, {"room_id": room_id}).rowcount:
        tx.changes.append(Change(store="reactions", action="clear", room_id=room_id))


def _tell(tx: Transaction, action: str, key: Key, message: Message | None) -> None:
    """Note a change of one reaction; its message says it too."""
    tx.changes.append(_change(action, [key], message))
    if message is not None:
        tx.changes.append(
            Change(store="messages", action="put", keys=(message.id,), room_id=message.room_id)
        )


def _change(action: str, keys: Iterable[Key], message: Message | None) -> Change:
    room_id = None if message is None else message.room_id
    return Change(store="reactions", action=action, keys=tuple(keys), room_id=room_id)  # type: ignore[arg-type]


def _key(reaction: Reaction) -> Key:
    return (reaction.oder_id, reaction.emoji, reaction.message_id)


def _named(key: Key) -> dict[str, str]:
    return {f"the_{column.name}": part for column, part in zip(_KEY, key, strict=True)}
