"""Users: the profiles of people."""

from collections.abc import Sequence

from msgspec import structs

from roomkeep.errors import RecordNotFound
from roomkeep.models import Id, Room, User
from roomkeep.storage.arguments import UserUpdate, changed_fields
from roomkeep.storage.changes import Change, few, record_saved
from roomkeep.storage.encoding import stored_fields
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.transaction import Transaction

_FILLED_IN = ("avatar_url", "bio")
"""The fields that a backup may fill in where they are empty."""


@writes("users")
async def save_user(tx: Transaction, user: User) -> None:
    """Write a user in place of the one with the same `oder_id`."""
    await tx.put("users", user)
    tx.changes.append(record_saved("users", user.oder_id, user))


@writes("users")
async def add_users(tx: Transaction, users: Sequence[User]) -> None:
    """Write the users who are not there yet; those who are stay as they are."""
    by_id = {user.oder_id: user for user in users}
    existing = await tx.existing("users", list(by_id))
    new = [user for oder_id, user in by_id.items() if oder_id not in existing]
    if new:
        tx.put_many("users", new)
        keys = tuple(user.oder_id for user in new)
        tx.changes.append(Change(store="users", action="put", keys=keys, records=few(new)))


@writes("users")
async def restore_users(tx: Transaction, users: Sequence[User]) -> None:
    """Write the users who are not there yet; fill in the picture and bio of those who lack them."""
    await add_users(tx, users)
    by_id = {user.oder_id: user for user in users if any(getattr(user, f) for f in _FILLED_IN)}
    stored = await tx.get_many("users", list(by_id), User) if by_id else []
    for user in stored:
        given = by_id[user.oder_id]
        changed: dict[str, object] = {
            field: getattr(given, field)
            for field in _FILLED_IN
            if getattr(given, field) and not getattr(user, field)
        }
        if changed:
            await _update(tx, user, changed)


@reads("users")
async def get_user(tx: Transaction, oder_id: Id) -> User | None:
    """Return a user; None where there is none."""
    return await tx.get("users", oder_id, User)


@reads("rooms", "users")
async def get_users_by_room(tx: Transaction, room_id: Id) -> list[User]:
    """Return the users on a room's member roster who have a profile, in the roster's order."""
    room = await tx.get("rooms", room_id, Room)
    if room is None:
        return []
    roster = list(dict.fromkeys(member.oder_id for member in room.members))
    return await tx.get_many("users", roster, User)


@writes("users")
async def update_user(tx: Transaction, oder_id: Id, changes: UserUpdate) -> None:
    """Change some fields of a user."""
    stored = await tx.get("users", oder_id, User)
    if stored is None:
        raise RecordNotFound("users", oder_id)
    await _update(tx, stored, changed_fields(changes))


async def _update(tx: Transaction, user: User, changed: dict[str, object]) -> None:
    user = structs.replace(user, **changed)
    await tx.patch("users", [user.oder_id], stored_fields(user, changed))
    tx.changes.append(record_saved("users", user.oder_id, user))
