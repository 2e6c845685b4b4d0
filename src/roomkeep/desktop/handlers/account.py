"""The account as a whole: whose it is, what it holds, and the app's settings for it."""

from typing import Literal

import msgspec
from sqlalchemy import bindparam, delete, func, select, text

from roomkeep.desktop.rows import upsert
from roomkeep.desktop.tables import PAGING_INDEXES, STORES, meta
from roomkeep.desktop.transaction import Transaction
from roomkeep.errors import InvalidRecord
from roomkeep.protocol.commands import ClearAllData, SaveSetting, SetOwner
from roomkeep.protocol.queries import GetContents, GetOwner, GetSetting, GetSettings
from roomkeep.reports import Change
from roomkeep.unreadable import describe

CURRENT_USER_ID = "currentUserId"
SETTING = "setting/"
"""What the keys of an app's own settings begin with, so that they are never mistaken for ours."""

_UPSERT = upsert(meta)
_VALUE = select(meta.c.key, meta.c.value).where(meta.c.key == bindparam("key"))
_VALUES = select(meta.c.key, meta.c.value).where(meta.c.key >= bindparam("key"))
_INDEXES = text("SELECT name FROM sqlite_master WHERE type = 'index'")


def note_owner(tx: Transaction) -> None:
    """Note in the database whose it is."""
    if tx.user_id is not None:
        value = msgspec.json.encode(tx.user_id).decode()
        tx.execute(_UPSERT, {"key": CURRENT_USER_ID, "value": value})


def get_owner(tx: Transaction, request: GetOwner) -> str | None:  # noqa: ARG001
    """Return the id of the account that the database belongs to."""
    owner = _find(tx, CURRENT_USER_ID)
    return owner if isinstance(owner, str) else None


def set_owner(tx: Transaction, request: SetOwner) -> None:
    """Note anew which account the database belongs to. It is never another one."""
    if request.user_id != tx.user_id:
        raise InvalidRecord("is not whose database this is", field="user_id")
    note_owner(tx)


def get_setting(tx: Transaction, request: GetSetting) -> object:
    """Return a setting's value; None where there is none."""
    return _find(tx, SETTING + request.key)


def get_settings(tx: Transaction, request: GetSettings) -> dict[str, object]:
    """Return the settings whose keys begin with `prefix`."""
    prefix = SETTING + request.prefix
    found = {}
    for row in tx.all(_VALUES, {"key": prefix}):
        if row.key.startswith(prefix):
            value = _decode(tx, row.key, row.value)
            if value is not None:
                found[row.key.removeprefix(SETTING)] = value
    return found


def save_setting(tx: Transaction, request: SaveSetting) -> None:
    """Write a setting; None deletes it."""
    key, value = SETTING + request.key, request.value
    if value is None:
        tx.execute(delete(meta).where(meta.c.key == key))
    else:
        tx.execute(_UPSERT, {"key": key, "value": msgspec.json.encode(value).decode()})
    action: Literal["put", "delete"] = "delete" if value is None else "put"
    tx.changes.append(Change(store="meta", action=action, keys=(request.key,)))


def get_contents(
    tx: Transaction,
    request: GetContents,  # noqa: ARG001
) -> tuple[dict[str, int], list[str]]:
    """Count the records of each store, and name the indexes that are missing."""
    counts = {
        store: tx.all(select(func.count()).select_from(table))[0][0]
        for store, table in STORES.items()
    }
    present = {name for (name,) in tx.all(_INDEXES)}
    missing = [
        f"the store messages lacks the index {name}"
        for name, index in PAGING_INDEXES.items()
        if index.name not in present
    ]
    return counts, missing


def clear_all_data(tx: Transaction, request: ClearAllData) -> None:  # noqa: ARG001
    """Delete everything of the account, but the note whose database this is."""
    hashes = select(STORES["attachments"].c.data_hash).distinct()
    tx.freed.update(name for (name,) in tx.all(hashes) if name is not None)
    for store, table in STORES.items():
        tx.execute(delete(table))
        tx.changes.append(Change(store=store, action="clear"))
    tx.is_clearing = True
    note_owner(tx)


def _find(tx: Transaction, key: str) -> object:
    return next((_decode(tx, row.key, row.value) for row in tx.all(_VALUE, {"key": key})), None)


def _decode(tx: Transaction, key: str, value: str) -> object:
    try:
        return msgspec.json.decode(value)
    except (ValueError, TypeError) as error:
        tx.unreadable.append(describe("meta", key, error))
        return None
