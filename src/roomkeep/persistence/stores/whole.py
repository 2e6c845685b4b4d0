"""The account as a whole, some records at a time: read for an export, added to by a restore."""

from collections.abc import Collection, Sequence
from typing import Any

from roomkeep.idb import KeyRange
from roomkeep.models import Attachment, Ban, Message, Reaction, Room, User
from roomkeep.persistence.keys import order
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.stores.messages import WITH_DEPENDENTS, save_messages
from roomkeep.persistence.transaction import Transaction
from roomkeep.reports import RecordPage, StoreName
from roomkeep.tombstones import as_read

PAGE = 250
"""So many records are read in one transaction."""

_KINDS: dict[str, Any] = {
    "messages": Message,
    "reactions": Reaction,
    "attachments": Attachment,
    "users": User,
    "rooms": Room,
    "bans": Ban,
}


@reads("messages", "reactions", "attachments", "users", "rooms", "bans")
async def get_records(tx: Transaction, store: StoreName, after: Any = None) -> RecordPage:
    """Return the next records of a store; of reactions, those that wait for their message."""
    query = KeyRange(lower=after, lower_open=after is not None)
    keys = await tx.get_all_keys(store, query=query, count=PAGE)
    if not keys:
        return RecordPage()
    found = await tx.get_all(
        store, _KINDS[store], query=KeyRange(after, keys[-1], lower_open=after is not None)
    )
    if store == "messages":
        found = [as_read(message) for message in found]
    if store == "reactions":
        found = await _waiting(tx, found)
    place = keys[-1] if len(keys) == PAGE else None
    return RecordPage(**{store: tuple(found)}, next=place)


@writes(*WITH_DEPENDENTS)
async def add_messages(tx: Transaction, messages: Sequence[Message]) -> int:
    """Write the messages that are not there yet; return how many they were."""
    given = {message.id: message for message in messages}
    there = await _those_there(tx, given)
    new = [message for id_, message in given.items() if id_ not in there]
    if new:
        await save_messages(tx, new)
    return len(new)


async def _those_there(tx: Transaction, ids: Collection[str]) -> set[str]:
    """Return the ids of those messages that there are."""
    if not ids:
        return set()
    # An export is in the order of the ids, so that one look at all between the first and the last
    # tells most often; but there may be any number.
    among = KeyRange(min(ids, key=order), max(ids, key=order))
    found = await tx.get_all_keys("messages", query=among, count=2 * len(ids))
    if len(found) < 2 * len(ids):
        return set(found)
    lookups = {id_: tx.count("messages", query=KeyRange.only(id_)) for id_ in ids}
    return {id_ for id_, lookup in lookups.items() if await lookup}


async def _waiting(tx: Transaction, found: Sequence[Reaction]) -> list[Reaction]:
    owners = {reaction.message_id for reaction in found}
    lookups = {owner: tx.count("messages", query=KeyRange.only(owner)) for owner in owners}
    there = {owner: await lookup for owner, lookup in lookups.items()}
    return [reaction for reaction in found if not there[reaction.message_id]]
