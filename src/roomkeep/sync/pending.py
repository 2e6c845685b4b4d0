"""Invitations and requests to join, which a homeserver tells only once.

They are kept in settings of the account, so that a reload, and other tabs, know of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from roomkeep.sync.batches import Invite, read_invite
from roomkeep.sync.errors import NoRight
from roomkeep.sync.homes import Homes
from roomkeep.sync.mapping.members import read_member
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.wire import Wire, rooms
from roomkeep.sync.wire.types import Event, SyncResponse

__all__ = [
    "INVITES",
    "KNOCKS",
    "REQUESTS",
    "JoinRequest",
    "Knock",
    "Pending",
    "read_invites",
    "read_knocks",
    "read_requests",
]

T = TypeVar("T")

INVITES: Final = "invites"
"""The setting that keeps the invitations to the user."""
KNOCKS: Final = "knocks"
"""The setting that keeps the rooms that the user has asked to join."""
REQUESTS: Final = "joinRequests"
"""The setting that keeps who has asked to join the user's rooms."""

_MOST_BYTES: Final = 524_288
"""The most bytes of each as JSON: a flood would not fit into a setting. The latest are kept."""
_KNOCK_RULES: Final = ("knock", "knock_restricted")
_MOST_REQUESTS: Final = 200
"""The most requests that are kept for a room; later ones show once these are answered."""


class Knock(Struct, frozen=True, kw_only=True, rename="camel"):
    """A room that the user has asked to join, without an answer so far."""

    room_id: str
    name: str


class JoinRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Someone who asks to join a room.

    Attributes:
        user_id: who asks.
        reason: why, in their own words.
    """

    user_id: str
    name: str
    reason: str | None = None


class Pending:
    """Keeps what is pending, by what each response to a sync says."""

    def __init__(self, own: OwnAccount, wire: Wire) -> None:
        """Create it.

        Args:
            own: the user's own account.
            wire: the homeserver, signed in.
        """
        self._own = own
        self._wire = wire

    async def keep(self, response: SyncResponse, homes: Homes, *, is_first: bool) -> None:
        """Keep what a response says. Repeating it changes nothing.

        Args:
            response: the homeserver's response.
            homes: the known rooms, including those of the response.
            is_first: whether it tells all, and not only what is new.
        """
        user_id = self._own.user_id
        ended = response.joined.keys() | response.left.keys()
        invited = {
            room_id: read_invite(room_id, said, user_id)
            for room_id, said in response.invited.items()
        }
        knocked = {
            room_id: Knock(room_id=room_id, name=read_invite(room_id, said, user_id).name)
            for room_id, said in response.knocked.items()
        }
        if invited or ended or is_first:
            await self._replace(INVITES, invited, ended, is_first=is_first)
        if knocked or ended or invited or is_first:
            await self._replace(KNOCKS, knocked, ended | invited.keys(), is_first=is_first)
        if ended or is_first:
            requests = await self._requests(response, homes, is_first=is_first)
            gone = {room_id for room_id, found in requests.items() if not found}
            found = {room_id: one for room_id, one in requests.items() if one}
            gone |= response.left.keys()
            await self._replace(REQUESTS, found, gone, is_first=is_first)

    async def _replace(
        self, setting: str, new: Mapping[str, Any], gone: Iterable[str], *, is_first: bool
    ) -> None:
        stored = await self._own.database.get_setting(setting)
        before = stored if isinstance(stored, dict) and not is_first else {}
        dropped = frozenset(gone)
        kept = {room_id: said for room_id, said in before.items() if room_id not in dropped}
        kept |= msgspec.to_builtins(new)
        kept = _latest(kept)
        if kept != (stored or {}):
            await self._own.database.save_setting(setting, kept)

    async def _requests(
        self, response: SyncResponse, homes: Homes, *, is_first: bool
    ) -> dict[str, tuple[JoinRequest, ...]]:
        """Return the requests to join those rooms in which they may have changed."""
        stored = {} if is_first else read_requests(await self._own.database.get_setting(REQUESTS))
        found: dict[str, tuple[JoinRequest, ...]] = {}
        for room_id, said in response.joined.items():
            if room_id not in homes.rooms:
                continue
            told = (*said.state, *said.timeline)
            if said.limited or is_first:
                # The members who are not in the room are left out.
                if not is_first or any(map(_takes_requests, told)):
                    found[room_id] = _after((), await self._ask(room_id))
            elif any(event.type == "m.room.member" for event in told):
                before = stored.get(room_id, ())
                after = _after(before, told)
                if after != before:
                    found[room_id] = after
        return found

    async def _ask(self, room_id: str) -> tuple[Event, ...]:
        try:
            return await rooms.get_members(self._wire, room_id, membership="knock")
        except NoRight:
            return ()


def read_invites(stored: object) -> tuple[Invite, ...]:
    """Return the invitations in the value of the setting `INVITES`."""
    return tuple(_convert(stored, dict[str, Invite]).values())


def read_knocks(stored: object) -> tuple[Knock, ...]:
    """Return the requests without an answer in the value of the setting `KNOCKS`."""
    return tuple(_convert(stored, dict[str, Knock]).values())


def read_requests(stored: object) -> dict[str, tuple[JoinRequest, ...]]:
    """Return who asks to join, by the room, in the value of the setting `REQUESTS`."""
    return _convert(stored, dict[str, tuple[JoinRequest, ...]])


def _convert(stored: object, kind: type[dict[str, T]]) -> dict[str, T]:
    try:
        return msgspec.convert(stored or {}, kind)
    except msgspec.ValidationError:
        return {}


def _latest(kept: dict[str, Any]) -> dict[str, Any]:
    """Return as much as fits, without what was told of first."""
    sizes = [len(msgspec.json.encode(item)) for item in kept.items()]
    room_left, fitting = _MOST_BYTES, 0
    for size in reversed(sizes):
        room_left -= size
        if room_left < 0:
            break
        fitting += 1
    return dict(list(kept.items())[len(kept) - fitting :])


def _takes_requests(event: Event) -> bool:
    return event.type == "m.room.join_rules" and event.content.get("join_rule") in _KNOCK_RULES


def _after(before: Iterable[JoinRequest], told: Iterable[Event]) -> tuple[JoinRequest, ...]:
    """Return the requests after some memberships have changed."""
    found = {one.user_id: one for one in before}
    for event in told:
        said = read_member(event, "")
        if said is None:
            continue
        found.pop(said.member.oder_id, None)
        if said.membership == "knock" and len(found) < _MOST_REQUESTS:
            found[said.member.oder_id] = JoinRequest(
                user_id=said.member.oder_id, name=said.member.display_name, reason=said.reason
            )
    return tuple(found.values())
