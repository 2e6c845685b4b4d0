"""Meta: what the layer keeps about the account's database itself."""

from typing import Literal

from msgspec import Struct

from roomkeep.arguments import JsonValue
from roomkeep.idb import KeyRange
from roomkeep.models import Id, User
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.schema import SCHEMA
from roomkeep.persistence.transaction import Transaction
from roomkeep.reports import Change

CURRENT_USER_ID = "currentUserId"


SETTING = "setting/"
"""What the keys of an app's own settings begin with, so that they are never mistaken for ours."""


class MetaRecord(Struct, frozen=True):
    """A key and its value."""

    key: str
    value: object


@reads("meta", "users")
async def get_current_user(tx: Transaction) -> User | None:
    """Return the profile of the account that the database belongs to; None where it has none."""
    owner = await tx.get("meta", CURRENT_USER_ID, MetaRecord)
    if owner is None or not isinstance(owner.value, str) or not owner.value:
        return None
    return await tx.get("users", owner.value, User)


@reads("meta")
async def get_owner(tx: Transaction) -> str | None:
    """Return the id of the account that the database belongs to."""
    owner = await tx.get("meta", CURRENT_USER_ID, MetaRecord)
    return owner.value if owner is not None and isinstance(owner.value, str) else None


@writes("meta")
async def set_owner(tx: Transaction, user_id: Id) -> None:
    """Note which account the database belongs to."""
    await tx.put("meta", MetaRecord(key=CURRENT_USER_ID, value=user_id))


@reads("meta")
async def get_setting(tx: Transaction, key: Id) -> object:
    """Return a setting's value; None where there is none."""
    record = await tx.get("meta", SETTING + key, MetaRecord)
    return None if record is None else record.value


@reads("meta")
async def get_settings(tx: Transaction, prefix: str) -> dict[str, object]:
    """Return the settings whose keys begin with `prefix`."""
    found = await tx.get_all("meta", MetaRecord, query=KeyRange(lower=SETTING + prefix))
    return {
        record.key.removeprefix(SETTING): record.value
        for record in found
        if record.key.startswith(SETTING + prefix)
    }


@writes("meta")
async def save_setting(tx: Transaction, key: Id, value: JsonValue) -> None:
    """Write a setting; None deletes it."""
    if value is None:
        await tx.delete("meta", SETTING + key)
    else:
        await tx.put("meta", MetaRecord(key=SETTING + key, value=value))
    action: Literal["put", "delete"] = "delete" if value is None else "put"
    tx.changes.append(Change(store="meta", action=action, keys=(key,)))


@reads(*SCHEMA)
async def get_contents(tx: Transaction) -> tuple[dict[str, int], list[str]]:
    """Count the records of each store, and name the indexes that are missing."""
    counts = {store: tx.count(store) for store in SCHEMA}
    missing = [
        f"the store {store} lacks the index {index}"
        for store, schema in SCHEMA.items()
        for index in schema.indexes
        if not tx.has_index(store, index)
    ]
    return {store: await count for store, count in counts.items()}, missing


@writes(*SCHEMA)
async def clear_all_data(tx: Transaction) -> None:
    """Delete everything of the account, but the note whose database this is."""
    owner = await get_owner(tx)
    for store in SCHEMA:
        tx.clear(store)
        tx.changes.append(Change(store=store, action="clear"))
    if owner is not None:
        await set_owner(tx, owner)
