"""Following a homeserver: one request after another, each applied in one transaction."""

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Final

import msgspec

from roomkeep.errors import InvalidRecord
from roomkeep.storage.remote import SyncedRoom
from roomkeep.sync.batches import (
    find_changed,
    find_encrypted,
    find_plain,
    learn_kinds,
    make_batch,
    new_users,
    read_typing,
)
from roomkeep.sync.errors import BadResponse, HomeserverError, NoRight, UnknownToken
from roomkeep.sync.homes import Homes, Kind, read_kind
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.parallel import all_of
from roomkeep.sync.pending import Pending
from roomkeep.sync.wire import Wire, events
from roomkeep.sync.wire.types import JoinedRoom, SyncResponse

__all__ = ["Synchronizer"]

logger = logging.getLogger(__name__)

_FIRST_EVENTS: Final = 30
_MORE_EVENTS: Final = 50
_MOST_BAD_VIEWS: Final = 2
"""How often an answer is begun again because the state of a room is malformed."""
_AT_ONCE: Final = 4
"""How many rooms are viewed at a time."""


class Synchronizer:
    """Applies what a homeserver tells to the user's own account.

    Attributes:
        homes: the rooms that are known.
        encrypted: the channels that are known to be encrypted, or not to be.
    """

    def __init__(
        self,
        own: OwnAccount,
        wire: Wire,
        directory: MatrixDirectory,
        homes: Homes,
        *,
        on_typing: Callable[[dict[str, tuple[str, ...]]], None] = lambda _: None,
    ) -> None:
        """Create a synchronizer.

        Args:
            own: the user's own account.
            wire: the homeserver, signed in.
            directory: the same homeserver's directory of rooms.
            homes: what is known of rooms; kept up to date.
            on_typing: called with who is typing, by channel, where that changed.
        """
        self.homes = homes
        self.encrypted: dict[str, bool] = {}
        self._own = own
        self._wire = wire
        self._directory = directory
        self._on_typing = on_typing
        self._pending = Pending(own, wire)
        self._token: str | None = None
        # What is asked for already, where a step did not come to its end: the next one goes on.
        self._response: SyncResponse | None = None
        self._viewed: dict[str, SyncedRoom] = {}
        self._bad_views = 0

    async def load(self) -> None:
        """Read what is stored: where to go on, and the rooms."""
        self._forget_response()
        self._token = await self._own.database.get_sync_token()
        await self.learn_stored()

    async def learn_stored(self) -> None:
        """Read which rooms there are: another tab may have stored some."""
        self.homes.update(await self._own.database.get_synced_rooms())

    async def step(self, *, wait_ms: int) -> bool:
        """Ask once for what is new, and apply it; return whether there was anything.

        Args:
            wait_ms: how long the homeserver may wait for something new.

        Raises:
            HomeserverError: nothing was applied yet; the next step goes on from here.
        """
        try:
            return await self._step(wait_ms)
        except InvalidRecord as error:
            # Asked again, it may say something else.
            self._forget_response()
            raise BadResponse(f"the answer cannot be stored: {error.field}") from None

    async def _step(self, wait_ms: int) -> bool:
        since = self._token
        if self._response is None:
            chosen = _filter(_FIRST_EVENTS if since is None else _MORE_EVENTS)
            self._response = await events.sync(self._wire, since, chosen=chosen, wait_ms=wait_ms)
        response = self._response
        # What is learned counts when it is stored: where that fails, the same is learned again.
        homes = self.homes.copy()
        for room_id in learn_kinds(response, homes):
            kind = await self._ask_kind(room_id)
            if kind is not None:
                homes.kinds[room_id] = kind
        changed = find_changed(response, homes, self._own.user_id)
        known = response.joined if since is None else None
        viewed = await self._view(changed.rooms, homes, known)
        viewed += await self._view(find_plain(response, homes), homes, known)
        batch = make_batch(
            response,
            since,
            homes,
            self._own.user_id,
            rooms=viewed,
            users=new_users(viewed, self.homes.rooms),
            left=changed.left,
        )
        await self._pending.keep(response, homes, is_first=since is None)
        if not await self._own.database.apply_sync(batch):
            # Another tab was faster.
            await self.load()
            return True
        self._forget_response()
        self._token = batch.token
        # Others may have viewed rooms meanwhile.
        homes.update(self.homes.rooms.values())
        homes.forget(changed.left)
        self.homes = homes
        self.encrypted.update(dict.fromkeys(find_encrypted(response), True))
        typing = read_typing(response, self._own.user_id)
        if known_typing := {one: typing[one] for one in typing if homes.room_of(one) is not None}:
            self._on_typing(known_typing)
        return batch.token != since and not response.is_empty

    def _forget_response(self) -> None:
        self._response = None
        self._viewed.clear()
        self._bad_views = 0

    async def apply_room(self, found: SyncedRoom) -> SyncedRoom:
        """Take in a room that was viewed otherwise, and store its state."""
        synced = await self.learn_room(found)
        await self._own.database.apply_room(synced)
        return synced

    async def learn_room(self, found: SyncedRoom) -> SyncedRoom:
        """Enter the new channels of a room that was viewed otherwise; return what to store."""
        synced = await self._enter_new(found)
        self.homes.update([synced])
        return self.homes.own(synced)

    async def _view(
        self, room_ids: Collection[str], homes: Homes, known: Mapping[str, JoinedRoom] | None
    ) -> list[SyncedRoom]:
        """View rooms, and enter the channels that are new in those that were known.

        Args:
            room_ids: the rooms.
            homes: learns of them.
            known: the first response's rooms, which tell all of their state; else None.
        """

        async def view(room_id: str) -> None:
            try:
                if known is None:
                    found = await self._enter_new(await self._directory.view_room(room_id))
                else:
                    found = await self._directory.view_joined(room_id, known)
                if known is not None:
                    # The first response is large: the rooms are there before their messages.
                    await self._own.database.apply_room(found)
            except NoRight:
                # No longer in it: the next response tells so.
                return
            except (HomeserverError, InvalidRecord) as error:
                self._pass_over(room_id, error)
                return
            self._viewed[room_id] = found

        missing = sorted(set(room_ids) - self._viewed.keys())
        await all_of(map(view, missing), at_once=_AT_ONCE)
        viewed = [self._viewed[one] for one in sorted(room_ids) if one in self._viewed]
        homes.update(viewed)
        return viewed

    async def _enter_new(self, found: SyncedRoom) -> SyncedRoom:
        known = self.homes.rooms.get(found.room.id)
        if known is None:
            return found
        before = {channel.id for channel in known.room.channels}
        entered = list(found.entered)
        for channel in found.room.channels:
            if channel.id not in before and channel.id not in entered:
                try:
                    await self._directory.enter_channel(found.room.id, channel.id)
                except HomeserverError as error:
                    if error.is_temporary or isinstance(error, UnknownToken):
                        raise
                    # A restricted channel is still listed.
                    continue
                entered.append(channel.id)
        return msgspec.structs.replace(found, entered=tuple(entered))

    async def _ask_kind(self, room_id: str) -> Kind | None:
        try:
            return read_kind(await events.get_state(self._wire, room_id))
        except NoRight:
            return None
        except HomeserverError as error:
            self._pass_over(room_id, error)
            return None

    def _pass_over(self, room_id: str, error: HomeserverError | InvalidRecord) -> None:
        """Let a room that cannot be read hide no others; raise what may pass."""
        if isinstance(error, UnknownToken) or (
            isinstance(error, HomeserverError) and error.is_temporary
        ):
            raise error
        if isinstance(error, BadResponse) and self._bad_views < _MOST_BAD_VIEWS:
            # Something between here and the server may have answered in its place.
            self._bad_views += 1
            raise error
        logger.warning("the room %r is passed over: %s", room_id, error)


def _filter(most: int) -> str:
    chosen = {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "timeline": {"limit": most},
            "state": {"lazy_load_members": True},
        },
    }
    return msgspec.json.encode(chosen).decode()
