"""What the rules of several stores have in common."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from indexeddb.keys import Key
from roomkeep.errors import RecordNotFound
from roomkeep.storage.arguments import UnknownFields
from roomkeep.storage.changes import Change
from roomkeep.storage.schema import SCHEMA
from roomkeep.storage.transaction import Transaction
from roomkeep.storage.unknown_fields import items_of, missing_fields, unknown_fields

DEPENDENTS = ("reactions", "attachments")
"""The stores of what belongs to messages."""

WITH_DEPENDENTS = ("messages", *DEPENDENTS)


class _Dependent(Protocol):
    @property
    def message_id(self) -> str: ...


K = TypeVar("K", bound=Key)
R = TypeVar("R")
D = TypeVar("D", bound=_Dependent)


async def require(tx: Transaction, store: str, key: str, kind: type[R]) -> R:
    """Return a record that must be there.

    Raises:
        RecordNotFound: it is not.
    """
    record = await tx.get(store, key, kind)
    if record is None:
        raise RecordNotFound(store, key)
    return record


async def not_stored(tx: Transaction, store: str, records: Mapping[K, R]) -> dict[K, R]:
    """Return those of some records, by their keys, that a store does not have yet."""
    existing = await tx.existing(store, list(records))
    return {key: record for key, record in records.items() if key not in existing}


async def put_unknown_fields(
    tx: Transaction, store: str, keys: Collection[Any], unknown: UnknownFields
) -> None:
    """Write unknown fields into those of some stored records that lack them.

    Args:
        tx: the transaction.
        store: the store.
        keys: the keys of the records.
        unknown: the fields; those of other records are passed over.
    """
    schema = SCHEMA[store]
    for given in unknown:
        fields = unknown_fields(given, schema.record) or {}
        key: Any = schema.key_of(fields)
        stored = await tx.get(store, key, dict) if key in keys else None
        if stored is None:
            continue
        missing = missing_fields(stored, fields, schema.record)
        await tx.patch(store, [key], missing)
        if store == "messages":
            # Its reactions are rows, too.
            rows = [SCHEMA["reactions"].key_of(one) for one in items_of(stored, "reactions")]
            await put_unknown_fields(tx, "reactions", rows, items_of(fields, "reactions"))


async def find_dependents(
    tx: Transaction, store: str, kind: type[D], message_ids: Iterable[str]
) -> dict[str, list[D]]:
    """Return what belongs to some messages, by message; messages that have nothing are left out."""
    found: dict[str, list[D]] = {}
    for record in await tx.get_many(store, await _keys(tx, store, message_ids), kind):
        found.setdefault(record.message_id, []).append(record)
    return found


async def delete_dependents(
    tx: Transaction,
    message_ids: Sequence[str],
    stores: Iterable[str] = DEPENDENTS,
    *,
    of_room: str | None = None,
) -> None:
    """Delete what belongs to messages.

    Args:
        tx: the transaction.
        message_ids: the messages.
        stores: the stores to delete it from.
        of_room: the room, where these are all its messages.
    """
    for store in stores:
        if keys := await _keys(tx, store, message_ids):
            tx.delete(store, keys)
            change = Change(store=store, action="delete", keys=tuple(keys))
            if of_room is not None:
                change = Change(store=store, action="clear", room_id=of_room)
            tx.changes.append(change)


async def _keys(tx: Transaction, store: str, message_ids: Iterable[str]) -> list[Any]:
    owned = await tx.find_keys(store, "messageId", list(dict.fromkeys(message_ids)))
    return [key for keys in owned.values() for key in keys]
