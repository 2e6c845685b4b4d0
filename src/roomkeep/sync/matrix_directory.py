"""The server directory on Matrix: rooms are spaces, channels are their children."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from roomkeep.models import Role
from roomkeep.storage.remote import SyncedRoom
from roomkeep.sync.directory import NewChannel, NewRoom, RoomPage
from roomkeep.sync.errors import (
    Banned,
    CreatedInPart,
    HomeserverError,
    InviteGone,
    MustAsk,
    NameTaken,
    NoRight,
    NotFound,
    RateLimited,
    RequestRefused,
)
from roomkeep.sync.mapping.content import channel_settings, space_settings
from roomkeep.sync.mapping.power import read_power, with_role
from roomkeep.sync.mapping.room import (
    child_content,
    order_after,
    order_of,
    orders_for,
    servers_of_child,
)
from roomkeep.sync.matrix_view import SpaceView, preview, view_space
from roomkeep.sync.room_states import RoomStates
from roomkeep.sync.wire import Wire, events, rooms
from roomkeep.sync.wire.addresses import room_and_servers, server_of
from roomkeep.sync.wire.types import JoinedRoom

__all__ = ["MatrixDirectory"]

T = TypeVar("T")

_PATIENCE_MS: Final = 30_000
"""The longest total time that a call waits when rate limited."""
_TRIES: Final = 5
_POWER: Final = "m.room.power_levels"


class MatrixDirectory:
    """A `ServerDirectory` on a Matrix homeserver."""

    def __init__(
        self,
        wire: Wire,
        user_id: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Create a directory.

        Args:
            wire: the homeserver, with the account's token.
            user_id: the account's user ID.
            sleep: waits for some seconds when rate limited.
        """
        self._wire = wire
        self._user_id = user_id
        self._states = RoomStates(wire, user_id)
        self._revision = 0
        # The servers that know a channel, as its room says: an ID does not tell.
        self._servers: dict[str, tuple[str, ...]] = {}
        self._sleep = sleep

    async def create_room(self, new: NewRoom, *, transaction: str | None = None) -> SyncedRoom:
        """Create a room with its channels: see `ServerDirectory`."""
        settings = space_settings(
            new.name,
            new.topic,
            is_private=new.is_private,
            takes_requests=new.takes_requests,
            is_listed=new.is_listed,
        )
        room_id = await self._create(settings, transaction)
        self._states.note_size(room_id, is_large=False)
        try:
            view = await self._view(room_id)
            for place, channel in enumerate(new.channels):
                if transaction is None:
                    await self._add(view, channel, order_of(place))
                else:
                    step = f"{transaction}-{place}"
                    await self.make_channel(room_id, channel, transaction=step)
            return (await self._view(room_id)).snapshot
        except HomeserverError as error:
            raise CreatedInPart(room_id) from error

    async def join_room(self, address: str, *, via: Sequence[str] = ()) -> SyncedRoom:
        """Join a room: see `ServerDirectory`."""
        address, servers = room_and_servers(address)
        known = (*via, *servers)
        try:
            room_id = await self._patiently(lambda: rooms.join(self._wire, address, via=known))
        except NoRight as error:
            why = await self._why_not(address, error)
            if isinstance(why, InviteGone) and await self._takes_requests(address):
                why = MustAsk(error.status, error.code, error.reason)
            raise why from None
        view = await self._view(room_id)
        entered = set(view.snapshot.entered)
        for channel in view.snapshot.room.channels:
            if channel.id in entered:
                continue
            try:
                await rooms.join(self._wire, channel.id, via=self._servers_of(channel.id))
                entered.add(channel.id)
            except RateLimited:
                # The room is joined; its other channels can be joined later.
                break
            except RequestRefused:
                # A restricted channel is still listed.
                continue
        return view.entered(frozenset(entered))

    async def view_room(self, room_id: str) -> SyncedRoom:
        """Return a joined room: see `ServerDirectory`."""
        return (await self._view(room_id)).snapshot

    async def view_joined(self, room_id: str, known: Mapping[str, JoinedRoom]) -> SyncedRoom:
        """Return a joined room by what a sync from the beginning has told of all rooms."""
        return (await self._view(room_id, known)).snapshot

    def note_stored(self, synced: SyncedRoom) -> None:
        """Note what is stored of a room: less must be asked, and what is viewed is newer."""
        # The clock may have been set back meanwhile.
        self._revision = max(self._revision, synced.revision)
        self._states.note_size(synced.room.id, is_large=not synced.has_all_members)

    async def leave_room(self, room_id: str) -> None:
        """Leave a room and its channels: see `ServerDirectory`."""
        try:
            view = await self._view(room_id)
        except NoRight:
            # An invitation, or not joined at all.
            await self._patiently(lambda: rooms.leave(self._wire, room_id))
            return
        # The room comes last, so that an interrupted call can be repeated.
        for left in (*sorted(view.snapshot.entered), room_id):
            await self._leave(left)

    async def ask_to_join(self, address: str, reason: str | None = None) -> None:
        """Ask to join: see `ServerDirectory`."""
        address, servers = room_and_servers(address)
        try:
            await self._patiently(
                lambda: rooms.knock(self._wire, address, via=servers, reason=reason)
            )
        except NoRight as error:
            why = await self._why_not(address, error)
            raise (why if isinstance(why, Banned) else error) from None

    async def find_rooms(
        self, words: str = "", *, limit: int = 30, start: str | None = None
    ) -> RoomPage:
        """Return a page of public rooms: see `ServerDirectory`."""
        found = await rooms.get_public_rooms(self._wire, words, limit=limit, start=start)
        return RoomPage(rooms=tuple(map(preview, found.rooms)), next=found.next_batch)

    async def enter_channel(self, room_id: str, channel_id: str) -> None:
        """Join a channel: see `ServerDirectory`."""
        if channel_id not in self._servers:
            await self._view(room_id)
        servers = self._servers_of(channel_id)
        await self._patiently(lambda: rooms.join(self._wire, channel_id, via=servers))

    async def change_role(self, room_id: str, user_id: str, role: Role) -> SyncedRoom:
        """Change a person's role: see `ServerDirectory`."""
        view = await self._view(room_id)
        await self._set(room_id, _POWER, "", with_role(view.power, user_id, role))
        # Each channel has power levels of its own.
        for channel_id in view.snapshot.entered:
            if channel_id != room_id:
                with contextlib.suppress(NoRight):
                    await self._change_level(channel_id, user_id, role)
        return await self.view_room(room_id)

    async def _change_level(self, channel_id: str, user_id: str, role: Role) -> None:
        create = await self._states.ask_event(channel_id, "m.room.create")
        levels = await self._states.ask_event(channel_id, _POWER)
        power = read_power(create, None if levels is None else levels.content)
        await self._set(channel_id, _POWER, "", with_role(power, user_id, role))

    async def add_channel(self, room_id: str, new: NewChannel) -> SyncedRoom:
        """Add a channel: see `ServerDirectory`."""
        view = await self._view(room_id)
        if not view.snapshot.rights.change_channels:
            # Otherwise the new channel could not be added to the list.
            raise NoRight(403, "M_FORBIDDEN", "you may not change the channels of this room")
        await self._add(view, new, order_after(view.children))
        return await self.view_room(room_id)

    async def make_channel(self, room_id: str, new: NewChannel, *, transaction: str) -> str:
        """Add a channel once: see `ServerDirectory`."""
        view = await self._view(room_id)
        if not view.snapshot.rights.change_channels:
            raise NoRight(403, "M_FORBIDDEN", "you may not change the channels of this room")
        channel_id = await self._make(view, new, transaction=transaction)
        if channel_id not in view.order:
            await self._list(room_id, channel_id, order_after(view.children))
        return channel_id

    async def rename_channel(self, room_id: str, channel_id: str, name: str) -> SyncedRoom:
        """Rename a channel: see `ServerDirectory`."""
        try:
            await self._set(channel_id, "m.room.name", "", {"name": name})
        except NoRight:
            # Only members of a channel can rename it.
            await self.enter_channel(room_id, channel_id)
            await self._set(channel_id, "m.room.name", "", {"name": name})
        return await self.view_room(room_id)

    async def order_channels(self, room_id: str, channel_ids: Sequence[str]) -> SyncedRoom:
        """Reorder channels: see `ServerDirectory`."""
        view = await self._view(room_id)
        known = {event.state_key for event in view.children}
        first = [channel_id for channel_id in dict.fromkeys(channel_ids) if channel_id in known]
        rest = [room_id for room_id in view.order if room_id not in first]
        for child, order in orders_for([*first, *rest], view.children).items():
            # Others may have removed it meanwhile: a place in the order would bring it back.
            now = await events.get_state_content(self._wire, room_id, "m.space.child", child)
            if now and now.get("via"):
                await self._set(room_id, "m.space.child", child, child_content(order, now["via"]))
        return await self.view_room(room_id)

    async def remove_channel(self, room_id: str, channel_id: str) -> SyncedRoom:
        """Remove a channel from the list: see `ServerDirectory`."""
        await self._set(room_id, "m.space.child", channel_id, {})
        return await self.view_room(room_id)

    async def _add(self, view: SpaceView, new: NewChannel, order: str) -> None:
        channel_id = await self._make(view, new)
        await self._list(view.snapshot.room.id, channel_id, order)

    async def _make(
        self, view: SpaceView, new: NewChannel, *, transaction: str | None = None
    ) -> str:
        levels = view.levels(besides=self._user_id)
        settings = channel_settings(
            view.snapshot.room.id, new.name, new.type, levels=levels, via=self._via
        )
        return await self._create(settings, transaction)

    async def _create(self, settings: dict[str, Any], transaction: str | None) -> str:
        """Create a Matrix room; with a transaction ID, at most once."""
        if transaction is None:
            return await self._patiently(lambda: rooms.create(self._wire, settings))
        # An alias is given once, so it tells whether an earlier attempt has made the room.
        name = f"roomkeep-{transaction}"
        named = {**settings, "room_alias_name": name}
        try:
            return await self._patiently(lambda: rooms.create(self._wire, named))
        except NameTaken:
            return await rooms.resolve_alias(self._wire, f"#{name}:{server_of(self._user_id)}")

    async def _list(self, room_id: str, channel_id: str, order: str) -> None:
        await self._set(room_id, "m.space.child", channel_id, child_content(order, self._via))

    @property
    def _via(self) -> list[str]:
        # Room IDs do not contain a server since version 12.
        return [server_of(self._user_id)]

    async def _view(self, room_id: str, known: Mapping[str, JoinedRoom] | None = None) -> SpaceView:
        # Counted at the request: the later request is newer, whichever response comes first. The
        # clock makes it so among the tabs of a browser, too.
        self._revision = max(self._revision + 1, time.time_ns() // 1_000_000)
        revision = self._revision
        try:
            view = await self._patiently(
                lambda: view_space(
                    self._wire, self._states, room_id, self._user_id, revision, known
                )
            )
        except NoRight as error:
            why = await self._why_not(room_id, error)
            raise (why if isinstance(why, Banned) else error) from None
        self._servers |= {one.state_key or "": servers_of_child(one) for one in view.children}
        return view

    def _servers_of(self, channel_id: str) -> tuple[str, ...]:
        return self._servers.get(channel_id, ())

    async def _set(self, room_id: str, type_: str, key: str, content: object) -> None:
        await self._patiently(lambda: events.put_state(self._wire, room_id, type_, key, content))

    async def _leave(self, room_id: str) -> None:
        try:
            await self._patiently(lambda: rooms.leave(self._wire, room_id))
        except (NoRight, NotFound):
            # Already left.
            return

    async def _why_not(self, address: str, refused: NoRight) -> NoRight:
        """Return why joining was refused; servers have no error code for bans."""
        try:
            mine = await self._own_membership(address)
        except HomeserverError:
            mine = {}
        reason = mine.get("reason")
        if mine.get("membership") == "ban":
            return Banned(refused, reason if isinstance(reason, str) else None)
        if "banned" in refused.reason.lower():
            return Banned(refused)
        return InviteGone(refused.status, refused.code, refused.reason)

    async def _takes_requests(self, address: str) -> bool:
        try:
            room_id = await self._resolve(address)
            listed = await rooms.get_hierarchy(self._wire, room_id, most=1)
        except HomeserverError:
            return False
        return any(one.room_id == room_id and preview(one).entry == "knock" for one in listed.rooms)

    async def _resolve(self, address: str) -> str:
        is_alias = address.startswith("#")
        return await rooms.resolve_alias(self._wire, address) if is_alias else address

    async def _own_membership(self, address: str) -> Mapping[str, Any]:
        """Return the user's own membership, also in a room they are not in.

        Servers refuse the state of such a room, but include the membership in a sync.
        """
        room_id = await self._resolve(address)
        news = await events.sync(self._wire, chosen=_only_members(room_id))
        room = news.left.get(room_id) or news.joined.get(room_id)
        seen = () if room is None else (*room.state, *room.timeline)
        return next((one.content for one in seen[::-1] if one.state_key == self._user_id), {})

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call, and repeat it when rate limited, for up to half a minute."""
        waited = 0
        for _ in range(_TRIES - 1):
            try:
                return await call()
            except RateLimited as error:
                wait = max(error.retry_after_ms, 500)
                waited += wait
                if waited > _PATIENCE_MS:
                    raise
                await self._sleep(wait / 1000)
        return await call()


def _only_members(room_id: str) -> str:
    """Return a sync filter for the latest memberships of one room."""
    nothing: dict[str, list[str]] = {"types": []}
    # A homeserver may answer the same question from its cache, so no two are the same.
    members = {"types": ["m.room.member"], "limit": 5, "not_types": [uuid.uuid4().hex]}
    room = {"rooms": [room_id], "include_leave": True, "timeline": members, "state": nothing}
    unused = {"ephemeral": nothing, "account_data": nothing}
    chosen = {"room": {**room, **unused}, "presence": nothing, "account_data": nothing}
    return msgspec.json.encode(chosen).decode()
