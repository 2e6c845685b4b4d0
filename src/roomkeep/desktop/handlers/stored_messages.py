"""Messages as they are found in the tables, with their reactions."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import Row, Select, bindparam, exists, select

from roomkeep.desktop.rows import MESSAGES, REACTIONS, order
from roomkeep.desktop.tables import messages, reactions
from roomkeep.desktop.transaction import LIMIT, Parameters, Transaction, chunks
from roomkeep.models import Message, Reaction

__all__ = ["FOUND", "find_message", "reactions_of", "take"]

_has_reactions = exists().where(reactions.c.message_id == messages.c.id).correlate(messages)
FOUND: Select[Any] = select(*MESSAGES.columns, _has_reactions)
"""What is read of messages: the id first, and last whether there are reactions."""

_ONE = FOUND.where(messages.c.id == bindparam("message_id"))
_REACTIONS = select(*REACTIONS.columns).where(
    reactions.c.message_id.in_(bindparam("message_ids", expanding=True))
)


def find_message(tx: Transaction, message_id: str) -> Message | None:
    """Return a message as it is stored; None where there is none that can be read."""
    return next(iter(_read(tx, tx.all(_ONE, {"message_id": message_id}))), None)


def take(
    tx: Transaction, statement: Select[Any], parameters: Parameters, wanted: int
) -> list[Message]:
    """Return the first readable messages of a query that selects `FOUND` and has a `LIMIT`."""
    asked = wanted
    while True:
        known = len(tx.unreadable)
        rows = tx.all(statement, {**parameters, LIMIT: asked})
        found = _read(tx, rows)
        if len(found) >= wanted or len(rows) < asked:
            return found[:wanted]
        # Unreadable records took the place of others: look further.
        del tx.unreadable[known:]
        asked += 2 * (asked - len(found))


def reactions_of(tx: Transaction, message_ids: Iterable[str]) -> dict[str, list[Reaction]]:
    """Return the readable reactions to messages, by message, each in the order of its message."""
    found: dict[str, list[Reaction]] = {}
    for some in chunks(message_ids):
        for reaction in tx.read(REACTIONS, _REACTIONS, {"message_ids": some}):
            found.setdefault(reaction.message_id, []).append(reaction)
    for those in found.values():
        those.sort(key=lambda one: (one.timestamp, order(one.oder_id), order(one.emoji)))
    return found


def _read(tx: Transaction, rows: Sequence[Row[Any]]) -> list[Message]:
    found = tx.decode(MESSAGES, rows)
    with_reactions = [row[0] for row in rows if row[-1]]
    if not with_reactions:
        return found
    by_message = reactions_of(tx, with_reactions)
    return [
        structs.replace(message, reactions=tuple(by_message[message.id]))
        if message.id in by_message
        else message
        for message in found
    ]
