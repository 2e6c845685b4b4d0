"""Rooms: creating, finding, joining and leaving them, and their members."""

from typing import Any, Final, Literal
from urllib.parse import urlencode

from msgspec import Raw, Struct

from roomkeep.sync.wire.addresses import path
from roomkeep.sync.wire.call import JSON_BYTES, Wire
from roomkeep.sync.wire.types import Event, Hierarchy, PublicRooms, RoomSummary, Skipped

__all__ = [
    "ban",
    "create",
    "forget",
    "get_hierarchy",
    "get_joined_rooms",
    "get_members",
    "get_public_rooms",
    "invite",
    "join",
    "kick",
    "knock",
    "leave",
    "resolve_alias",
    "unban",
]

Membership = Literal["join", "invite", "knock", "leave", "ban"]

_V3: Final = "/_matrix/client/v3"
_V1: Final = "/_matrix/client/v1"
_MEMBERS_BYTES: Final = 64 * 1024 * 1024
_MAX_PAGES: Final = 100
"""The maximum number of pages of a list, which a server could make endless."""


class _RoomId(Struct, frozen=True):
    room_id: str


async def create(wire: Wire, settings: dict[str, Any]) -> str:
    """Create a room and return its ID."""
    made = await wire.ask(_RoomId, "POST", f"{_V3}/createRoom", settings)
    return made.room_id


async def join(
    wire: Wire, address: str, *, via: tuple[str, ...] = (), reason: str | None = None
) -> str:
    """Join a room by ID or alias, and return its ID.

    Args:
        wire: the homeserver.
        address: the room's ID or alias.
        via: servers that know the room.
        reason: a reason to show to others.
    """
    return await _enter(wire, "join", address, via, reason)


async def knock(
    wire: Wire, address: str, *, via: tuple[str, ...] = (), reason: str | None = None
) -> str:
    """Ask to join a room, and return its ID."""
    return await _enter(wire, "knock", address, via, reason)


async def leave(wire: Wire, room_id: str) -> None:
    """Leave a room, or decline an invitation."""
    await wire.ask(dict, "POST", f"{_V3}/rooms{path(room_id)}/leave", {})


async def forget(wire: Wire, room_id: str) -> None:
    """Remove a room that the user has left from their history."""
    await wire.ask(dict, "POST", f"{_V3}/rooms{path(room_id)}/forget", {})


async def invite(wire: Wire, room_id: str, user_id: str) -> None:
    """Invite a person."""
    await _act(wire, "invite", room_id, user_id, None)


async def kick(wire: Wire, room_id: str, user_id: str, reason: str | None = None) -> None:
    """Remove a person; they may join again."""
    await _act(wire, "kick", room_id, user_id, reason)


async def ban(wire: Wire, room_id: str, user_id: str, reason: str | None = None) -> None:
    """Ban a person."""
    await _act(wire, "ban", room_id, user_id, reason)


async def unban(wire: Wire, room_id: str, user_id: str) -> None:
    """End a ban."""
    await _act(wire, "unban", room_id, user_id, None)


async def resolve_alias(wire: Wire, alias: str) -> str:
    """Return the ID of the room with an alias."""
    found = await wire.ask(_RoomId, "GET", f"{_V3}/directory/room{path(alias)}")
    return found.room_id


class _Joined(Struct, frozen=True):
    joined_rooms: list[str]


async def get_joined_rooms(wire: Wire) -> frozenset[str]:
    """Return the IDs of all joined rooms."""
    said = await wire.ask(_Joined, "GET", f"{_V3}/joined_rooms")
    return frozenset(said.joined_rooms)


class _HierarchyPage(Struct, frozen=True):
    rooms: list[Raw]
    next_batch: str | None = None


async def get_hierarchy(wire: Wire, space_id: str, *, most: int = 500) -> Hierarchy:
    """Return a space and its direct children, as far as the user may see them.

    Args:
        wire: the homeserver.
        space_id: the space.
        most: the maximum number of rooms.
    """
    rooms: list[RoomSummary] = []
    skipped, token, seen = Skipped(), None, set[str]()
    where = f"{_V1}/rooms{path(space_id)}/hierarchy"
    for _ in range(_MAX_PAGES):
        query = {"max_depth": 1, "limit": 100, "from": token}
        said = await wire.ask(_HierarchyPage, "GET", where, query=query)
        rooms += skipped.keep(said.rooms, RoomSummary, max_bytes=JSON_BYTES)
        token = said.next_batch
        if token is None or token in seen or len(rooms) >= most:
            break
        seen.add(token)
    return Hierarchy(rooms=tuple(rooms[:most]), next_batch=token, skipped=skipped.count)


class _PublicPage(Struct, frozen=True):
    chunk: list[Raw]
    next_batch: str | None = None


async def get_public_rooms(
    wire: Wire,
    search: str = "",
    *,
    spaces_only: bool = True,
    server: str | None = None,
    limit: int = 30,
    start: str | None = None,
) -> PublicRooms:
    """Return a page of a server's public rooms.

    Args:
        wire: the homeserver.
        search: words to search for.
        spaces_only: only spaces.
        server: the server whose list to show; None for this one.
        limit: the maximum number of rooms.
        start: the previous page's `next_batch`.
    """
    chosen: dict[str, Any] = {"generic_search_term": search} if search else {}
    if spaces_only:
        chosen["room_types"] = ["m.space"]
    body: dict[str, Any] = {"limit": limit, "filter": chosen}
    if start is not None:
        body["since"] = start
    said = await wire.ask(_PublicPage, "POST", f"{_V3}/publicRooms", body, {"server": server})
    skipped = Skipped()
    rooms = skipped.keep(said.chunk, RoomSummary, max_bytes=JSON_BYTES)
    token = None if said.next_batch == start else said.next_batch
    return PublicRooms(rooms=rooms, next_batch=token, skipped=skipped.count)


class _Members(Struct, frozen=True):
    chunk: list[Raw]


async def get_members(
    wire: Wire,
    room_id: str,
    *,
    membership: Membership | None = None,
    besides: Membership | None = None,
) -> tuple[Event, ...]:
    """Return the members of a room.

    Args:
        wire: the homeserver.
        room_id: the room.
        membership: only those with this membership.
        besides: all but those with this membership.
    """
    query = {"membership": membership, "not_membership": besides}
    where = f"{_V3}/rooms{path(room_id)}/members"
    said = await wire.ask(_Members, "GET", where, query=query, max_bytes=_MEMBERS_BYTES)
    return Skipped().events(said.chunk)


async def _enter(
    wire: Wire, how: str, address: str, via: tuple[str, ...], reason: str | None
) -> str:
    # Servers before Matrix 1.12 read `server_name`.
    servers = urlencode([(key, name) for name in via for key in ("via", "server_name")])
    where = f"{_V3}/{how}{path(address)}{'?' if servers else ''}{servers}"
    body = {} if reason is None else {"reason": reason}
    entered = await wire.ask(_RoomId, "POST", where, body)
    return entered.room_id


async def _act(wire: Wire, what: str, room_id: str, user_id: str, reason: str | None) -> None:
    body = {"user_id": user_id}
    if reason is not None:
        body["reason"] = reason
    await wire.ask(dict, "POST", f"{_V3}/rooms{path(room_id)}/{what}", body)
