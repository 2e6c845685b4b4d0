"""Meta: settings of the app, and what the storage notes about the database itself."""

from indexeddb.keys import KeyRange
from roomkeep.models import Id, User
from roomkeep.storage.arguments import Settings
from roomkeep.storage.changes import Change
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.schema import SCHEMA, MetaRecord
from roomkeep.storage.transaction import Transaction

CURRENT_USER_ID = "currentUserId"

SETTING = "setting/"
"""What the keys of an app's own settings begin with, so that they are never mistaken for ours."""


@reads("meta", "users")
async def get_current_user(tx: Transaction) -> User | None:
    """Return the profile of who is signed in; None for nobody, or where none was saved."""
    owner = await get_owner(tx)
    return await tx.get("users", owner, User) if owner else None


@reads("meta")
async def get_owner(tx: Transaction) -> str | None:
    """Return the id of the account that the database belongs to."""
    owner = await tx.get("meta", CURRENT_USER_ID, MetaRecord)
    return owner.value if owner is not None and isinstance(owner.value, str) else None


@writes("meta")
async def set_owner(tx: Transaction, user_id: Id) -> None:
    """Note which account the database belongs to."""
    tx.put("meta", [MetaRecord(key=CURRENT_USER_ID, value=user_id)])


@reads("meta")
async def get_setting(tx: Transaction, key: Id) -> object:
    """Return the value of one of the app's settings for the account; None where it has none."""
    record = await tx.get("meta", SETTING + key, MetaRecord)
    return None if record is None else record.value


@reads("meta")
async def get_settings(tx: Transaction, prefix: str = "") -> dict[str, object]:
    """Return the settings of the account whose keys begin with `prefix`."""
    query = KeyRange.prefix(SETTING + prefix)
    found = await tx.get_all("meta", MetaRecord, query=query)
    return {record.key.removeprefix(SETTING): record.value for record in found}


async def write_settings(tx: Transaction, settings: Settings) -> None:
    """Write settings of the account, as a part of a transaction; None deletes one."""
    written = [
        MetaRecord(key=key, value=value) for key, value in settings.items() if value is not None
    ]
    deleted = [key for key, value in settings.items() if value is None]
    if written:
        tx.put("meta", [MetaRecord(key=SETTING + one.key, value=one.value) for one in written])
        keys = tuple(one.key for one in written)
        tx.changes.append(Change(store="meta", action="put", keys=keys, records=tuple(written)))
    if deleted:
        tx.delete("meta", [SETTING + key for key in deleted])
        tx.changes.append(Change(store="meta", action="delete", keys=tuple(deleted)))


@reads(*SCHEMA)
async def get_contents(tx: Transaction) -> tuple[dict[str, int], list[str]]:
    """Count the records of each store, and name the indexes that the database lacks."""
    counts = {store: tx.count(store) for store in SCHEMA}
    return {store: await count for store, count in counts.items()}, tx.missing_indexes()


@writes(*SCHEMA)
async def clear_all_data(tx: Transaction) -> None:
    """Delete everything that the account keeps. It stays signed in."""
    owner = await get_owner(tx)
    for store in SCHEMA:
        tx.clear(store)
        tx.changes.append(Change(store=store, action="clear"))
    if owner is not None:
        await set_owner(tx, owner)
