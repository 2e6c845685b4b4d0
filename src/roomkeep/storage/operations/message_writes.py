"""How messages are written, with their reactions and what the search index owes."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from roomkeep.models import Message
from roomkeep.storage.changes import messages_saved
from roomkeep.storage.encoding import convert_value
from roomkeep.storage.operations.reactions import Rows, find_reactions, sync_reactions
from roomkeep.storage.operations.search_debts import (
    COVERAGE,
    Indexed,
    coverage_of,
    note_messages,
    read_indexed,
)
from roomkeep.storage.operations.shared import delete_dependents
from roomkeep.storage.operations.sync_records import ROOMS, rooms_of
from roomkeep.storage.operations.tombstones import make_tombstone, redact_deleted
from roomkeep.storage.schema import MetaRecord
from roomkeep.storage.search.plan import Coverage
from roomkeep.storage.search.segments import IndexedMessage
from roomkeep.storage.together import together
from roomkeep.storage.transaction import Transaction


class Account(NamedTuple):
    """What a write of messages must know of the account.

    Attributes:
        synced: the ids of the rooms that are on a server.
        coverage: what the search index covers; None where there is none.
    """

    synced: frozenset[str]
    coverage: Coverage | None

    def indexed(self, before: Iterable[Message | IndexedMessage]) -> Indexed | None:
        """Return what the index may have of messages, given those that are stored of them."""
        if self.coverage is None:
            return None
        return Indexed(self.coverage.until, {message.id: message for message in before})


class Stored(NamedTuple):
    """What is stored of messages that are about to be written.

    Attributes:
        reactions: the keys of their reactions.
        indexed: what the search index may have of them.
        existing: those that are there; None where they were not looked for.
    """

    reactions: Rows
    indexed: Indexed | None
    existing: Collection[str] | None = None


async def read_account(tx: Transaction) -> Account:
    """Return what a write of messages must know of the account: one look-up."""
    found = {one.key: one for one in await tx.get_many("meta", [ROOMS, COVERAGE], MetaRecord)}
    return Account(rooms_of(found.get(ROOMS)), coverage_of(found.get(COVERAGE)))


async def save_all(tx: Transaction, messages: Sequence[Message]) -> None:
    """Write messages of different ids, with their reactions, as a part of a transaction."""
    _, stored = await read_stored(tx, [message.id for message in messages])
    await write_all(tx, messages, stored)


async def read_stored(tx: Transaction, message_ids: Sequence[str]) -> tuple[Account, Stored]:
    """Return what is stored of messages that are about to be written, and of the account."""
    account, reactions = await together(read_account(tx), find_reactions(tx, message_ids))
    indexed = await read_indexed(tx, account.coverage, message_ids)
    return account, Stored(reactions, indexed)


async def put_and_read_stored(
    tx: Transaction, message: Message
) -> tuple[Account, Message | None, Stored]:
    """Put a message, and return what was stored of it before, and of the account.

    What was stored seldom changes how a message is written, so its writing does not wait for that:
    it takes one way to the browser's process and back, not two. `write_all` puts it again where it
    must.
    """
    # Raw, because what cannot be read as a message may well be in the index.
    reactions, record, account, _ = await together(
        find_reactions(tx, [message.id]),
        tx.get("messages", message.id, dict),
        read_account(tx),
        _put(tx, message),
    )
    if record is None:
        return account, None, Stored(reactions, account.indexed(()), existing=())
    known = convert_value(record, IndexedMessage)
    indexed = account.indexed(() if known is None else (known,))
    return (
        account,
        convert_value(record, Message),
        Stored(reactions, indexed, existing=(message.id,)),
    )


async def write_all(
    tx: Transaction, messages: Sequence[Message], stored: Stored, put: Message | None = None
) -> None:
    """Write messages of different ids, with their reactions, given what is stored of them.

    Args:
        tx: the transaction.
        messages: the messages.
        stored: what was stored of them.
        put: one that has been put, after what is stored was read.
    """
    saved = [make_tombstone(one) if one.is_deleted else one for one in messages]
    deleted = [message.id for message in saved if message.is_deleted]
    await delete_dependents(tx, deleted, ["attachments"])
    saved = await sync_reactions(tx, saved, stored.reactions, stored.existing)
    note_messages(tx, stored.indexed, saved)
    tx.put("messages", [one for one in saved if one is not put])
    tx.changes += messages_saved(map(redact_deleted, saved))


async def _put(tx: Transaction, message: Message) -> None:
    tx.put("messages", [message])
