"""Meta: what the layer keeps about the account's database itself."""

from msgspec import Struct

from roomkeep.models import Id, User
from roomkeep.persistence.changes import Change
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.schema import SCHEMA
from roomkeep.persistence.transaction import Transaction

CURRENT_USER_ID = "currentUserId"


class MetaRecord(Struct, frozen=True):
    """A key and its value."""

    key: str
    value: str | None


@reads("meta", "users")
async def get_current_user(tx: Transaction) -> User | None:
    """Return the profile of the account that the database belongs to; None where it has none."""
    owner = await tx.get("meta", CURRENT_USER_ID, MetaRecord)
    if owner is None or not owner.value:
        return None
    return await tx.get("users", owner.value, User)


@reads("meta")
async def get_owner(tx: Transaction) -> str | None:
    """Return the id of the account that the database belongs to."""
    owner = await tx.get("meta", CURRENT_USER_ID, MetaRecord)
    return None if owner is None else owner.value


@writes("meta")
async def set_owner(tx: Transaction, user_id: Id) -> None:
    """Note which account the database belongs to."""
    await tx.put("meta", MetaRecord(key=CURRENT_USER_ID, value=user_id))


@writes(*SCHEMA)
async def clear_all_data(tx: Transaction) -> None:
    """Delete everything of the account, but the note whose database this is."""
    owner = await get_owner(tx)
    for store in SCHEMA:
        tx.clear(store)
        tx.changes.append(Change(store=store, action="clear"))
    if owner is not None:
        await set_owner(tx, owner)
