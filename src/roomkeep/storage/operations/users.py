"""Users: the profiles of people."""

from collections.abc import Mapping

from msgspec import structs

from roomkeep.models import Id, Room, User
from roomkeep.storage.arguments import UserUpdate, changed_fields
from roomkeep.storage.changes import records_saved
from roomkeep.storage.encoding import stored_fields
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.shared import require
from roomkeep.storage.transaction import Transaction


@writes("users")
async def save_user(tx: Transaction, user: User) -> None:
    """Write a user in place of the one with the same `oder_id`."""
    put_users(tx, {user.oder_id: user})


def put_users(tx: Transaction, users: Mapping[str, User]) -> None:
    """Write users, given by their ids, as a part of a larger transaction."""
    tx.put("users", list(users.values()))
    tx.changes.append(records_saved("users", users))


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
    await change_user(tx, await require(tx, "users", oder_id, User), changed_fields(changes))


async def change_user(tx: Transaction, user: User, changed: dict[str, object]) -> None:
    """Write some fields of a stored user, as a part of a larger transaction."""
    user = structs.replace(user, **changed)
    await tx.patch("users", [user.oder_id], stored_fields(user, changed))
    tx.changes.append(records_saved("users", {user.oder_id: user}))
