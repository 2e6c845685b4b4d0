"""Users and bans: who there is, and who is kept out of which room."""

from sqlalchemy import bindparam, delete, select, update

from roomkeep import arguments
from roomkeep.desktop.handlers.rooms import find_room
from roomkeep.desktop.rows import BANS, USERS, order
from roomkeep.desktop.tables import bans, room_members, users
from roomkeep.desktop.transaction import Transaction, chunks
from roomkeep.errors import RecordNotFound
from roomkeep.models import Ban, User
from roomkeep.protocol.commands import AddUsers, RemoveBan, SaveBan, SaveUser, UpdateUser
from roomkeep.protocol.queries import (
    GetBansForRoom,
    GetCurrentUser,
    GetUser,
    GetUsersByRoom,
    IsUserBanned,
)
from roomkeep.reports import Change

_USER = select(*USERS.columns).where(users.c.oder_id == bindparam("oder_id"))
_PRESENT = select(users.c.oder_id).where(users.c.oder_id.in_(bindparam("ids", expanding=True)))
_USERS_OF_ROOM = select(*USERS.columns).where(
    users.c.oder_id.in_(
        select(room_members.c.oder_id).where(room_members.c.room_id == bindparam("room_id"))
    )
)

_BAN = select(*BANS.columns).where(bans.c.oder_id == bindparam("oder_id"))
_BANS_OF_ROOM = select(*BANS.columns).where(bans.c.room_id == bindparam("room_id"))


def save_user(tx: Transaction, request: SaveUser) -> None:
    """Write a user in place of the one with the same `oder_id`."""
    tx.write(USERS, [USERS.values(request.user)])
    tx.changes.append(Change(store="users", action="put", keys=(request.user.oder_id,)))


def add_users(tx: Transaction, request: AddUsers) -> None:
    """Write the users who are not there yet; those who are stay as they are."""
    given = {user.oder_id: user for user in request.users}
    there = {row.oder_id for some in chunks(given) for row in tx.all(_PRESENT, {"ids": some})}
    new = [user for oder_id, user in given.items() if oder_id not in there]
    if new:
        tx.write(USERS, [USERS.values(user) for user in new])
        keys = tuple(user.oder_id for user in new)
        tx.changes.append(Change(store="users", action="put", keys=keys))


def get_user(tx: Transaction, request: GetUser) -> User | None:
    """Return a user; None where there is none."""
    return _find_user(tx, request.oder_id)


def get_current_user(tx: Transaction, request: GetCurrentUser) -> User | None:  # noqa: ARG001
    """Return the profile of the account that the database belongs to; None where it has none."""
    return None if tx.user_id is None else _find_user(tx, tx.user_id)


def get_users_by_room(tx: Transaction, request: GetUsersByRoom) -> list[User]:
    """Return the users on a room's member roster who have a profile, in the roster's order."""
    room = find_room(tx, request.room_id)
    if room is None:
        return []
    found = tx.read(USERS, _USERS_OF_ROOM, {"room_id": request.room_id})
    profiles = {user.oder_id: user for user in found}
    roster = dict.fromkeys(member.oder_id for member in room.members)
    return [profiles[oder_id] for oder_id in roster if oder_id in profiles]


def update_user(tx: Transaction, request: UpdateUser) -> None:
    """Change some fields of a user."""
    stored = _find_user(tx, request.oder_id)
    if stored is None:
        raise RecordNotFound("users", request.oder_id)
    merged = arguments.merge(stored, request.changes)
    columns = {name: getattr(merged, name) for name in arguments.given(request.changes)}
    if columns:
        tx.execute(update(users).where(users.c.oder_id == merged.oder_id).values(columns))
    tx.changes.append(Change(store="users", action="put", keys=(merged.oder_id,)))


def save_ban(tx: Transaction, request: SaveBan) -> None:
    """Write a ban in place of the one with its `oder_id`."""
    ban = request.ban
    tx.write(BANS, [BANS.values(ban)])
    tx.changes.append(Change(store="bans", action="put", keys=(ban.oder_id,), room_id=ban.room_id))


def remove_ban(tx: Transaction, request: RemoveBan) -> None:
    """Delete a ban by its own key, if it is there."""
    ban = tx.read_one(BANS, _BAN, {"oder_id": request.oder_id})
    tx.execute(delete(bans).where(bans.c.oder_id == request.oder_id))
    room_id = None if ban is None else ban.room_id
    tx.changes.append(
        Change(store="bans", action="delete", keys=(request.oder_id,), room_id=room_id)
    )


def get_bans_for_room(tx: Transaction, request: GetBansForRoom) -> list[Ban]:
    """Return a room's active bans, ascending by (timestamp, oder_id)."""
    return _active_bans(tx, request.room_id, request.now)


def is_user_banned(tx: Transaction, request: IsUserBanned) -> bool:
    """Tell whether a user has an active ban in a room."""
    active = _active_bans(tx, request.room_id, request.now)
    return any(ban.user_id == request.user_id for ban in active)


def _find_user(tx: Transaction, oder_id: str) -> User | None:
    return tx.read_one(USERS, _USER, {"oder_id": oder_id})


def _active_bans(tx: Transaction, room_id: str, now: int) -> list[Ban]:
    found = tx.read(BANS, _BANS_OF_ROOM, {"room_id": room_id})
    active = [ban for ban in found if ban.is_active(now)]
    return sorted(active, key=lambda ban: (ban.timestamp, order(ban.oder_id)))
