"""Following the account's homeserver, and what is asked of it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from reaktiv import Effect, batch

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.effects.outbox import OutboxEffects
from roomkeep.app.effects.pictures import PictureEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.effects.server_files import Loaded
from roomkeep.app.state import AccountState
from roomkeep.app.sync_state import SyncState
from roomkeep.errors import RecordNotFound
from roomkeep.models import Attachment, Message, Role, User
from roomkeep.persistence import Change

if TYPE_CHECKING:
    from roomkeep.sync.client import SyncClient
    from roomkeep.sync.turns import Tabs
    from roomkeep.sync.wire import Transport

__all__ = ["HomeserverEffects", "name_of_server"]

_META = "meta"
_MESSAGES = "messages"
_ROOMS = "rooms"
_PENDING = frozenset(("invites", "knocks", "joinRequests"))
"""The settings that keep invitations and requests to join."""


class HomeserverEffects(EffectGroup):
    """Follows the homeserver of the open account, where it has one.

    Attributes:
        transport: the way to the network; None for the browser's.
    """

    def __init__(
        self,
        context: Context,
        rooms: RoomEffects,
        messages: MessageEffects,
        pictures: PictureEffects,
        outbox: OutboxEffects,
    ) -> None:
        super().__init__(context)
        self.transport: Transport | None = None
        self._rooms = rooms
        self._messages = messages
        self._outbox = outbox
        messages.fill = self.fill
        pictures.server = self
        self._client: SyncClient | None = None
        self._network = AsyncExitStack()
        self._turn = asyncio.Lock()
        self._watch: Effect | None = None
        context.follow(self._take, _META, _MESSAGES, _ROOMS)

    # Following

    async def follow(self, account: AccountState, *, is_new: bool = False) -> None:
        """Follow the account's homeserver, if it has one.

        Args:
            account: the account.
            is_new: it was just signed in to, which other tabs do not know yet.
        """
        # The account opens, and is signed in to, at nearly the same time.
        async with self._turn:
            await self.leave()
            database = self.context.database(account)
            session = await database.get_sync_session()
            if session is None:
                with batch():
                    account.sync.server.set("")
                    account.sync.rooms.set(frozenset())
                return
            account.sync.server.set(name_of_server(session.server))
            await self._load_rooms(account)
            # Most accounts have no homeserver, and need not wait for all this to load.
            from roomkeep.sync.client import SyncClient

            transport = await self._network.enter_async_context(self.open_network())
            client = self._client = SyncClient(database, transport, tabs=_tabs_of(account.user_id))
            self._watch = Effect(lambda: _show_connection(account.sync, client))
            await client.start()
            if self._client is client:
                if is_new:
                    client.tell_signed_in()
                await self._outbox.load(account)
                await self._load_pending(account)

    async def leave(self) -> None:
        """Stop following it. What waits stays in the outbox."""
        client, self._client = self._client, None
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.dispose()
        if client is not None:
            await client.stop()
        await self._network.aclose()

    def wake(self) -> None:
        """Try to connect now: the network may be back."""
        if self._client is not None:
            self._client.wake()

    def lose(self) -> None:
        """Be offline now: the browser says that the network is gone."""
        if self._client is not None:
            self._client.lose()

    @asynccontextmanager
    async def open_network(self) -> "AsyncIterator[Transport]":
        """Open a way to the network, for as long as it is used."""
        if self.transport is not None:
            yield self.transport
            return
        from roomkeep.sync.fetch_transport import FetchTransport

        async with FetchTransport() as transport:
            yield transport

    @effect("failed.sign_out_server")
    async def sign_out(self) -> None:
        """End this device on the server; everything stays on the device, and is local from now on.

        A server that does not answer keeps the device in its list.
        """
        account = self.account
        if self._client is not None:
            await self._client.sign_out(is_forced=True)
        await self.follow(account)

    def _take(self, account: AccountState, change: Change) -> None:
        if not account.sync.server():
            return
        if change.store == _ROOMS:
            self._note_rooms(account, change)
        elif change.store == _MESSAGES:
            if change.origin == "server" and change.room_id == account.room_id():
                self.context.start(self._look_for_gap(account), "failed.refresh")
        elif not _PENDING.isdisjoint(change.keys):
            self.context.start(self._load_pending(account), "failed.find_rooms")

    # Rooms

    def has_room(self, room_id: str) -> bool:
        """Tell whether a room is on the server."""
        return room_id in self.account.sync.rooms()

    def may_invite(self, room_id: str) -> bool:
        """Tell whether one may invite others to a room, and accept their requests."""
        return self._client is not None and self._client.rights_in(room_id).invite

    def _note_rooms(self, account: AccountState, change: Change) -> None:
        rooms = account.sync.rooms
        named = frozenset(key for key in change.keys if isinstance(key, str))
        if change.action == "delete":
            rooms.set(rooms() - named)
        elif change.origin == "server":
            rooms.set(rooms() | named)
        elif change.origin == "other_tab" and not named <= rooms():
            # The other tab may follow the server.
            self.context.start(self._load_rooms(account), "failed.refresh")

    async def _load_rooms(self, account: AccountState) -> None:
        listed = await self.context.database(account).get_synced_rooms()
        account.sync.rooms.set(frozenset(one.room.id for one in listed))

    async def change_role(
        self, account: AccountState, room_id: str, user_id: str, role: Role
    ) -> None:
        """Change a person's role in a room on the server, and show the room as it is then."""
        client = self.get_client()
        account.sync.is_busy.set(True)
        try:
            await client.change_role(room_id, user_id, role)
            room = await self.context.database(account).get_room(room_id)
            await self._rooms.load(account, {room_id: room})
        finally:
            account.sync.is_busy.set(False)

    # One's own profile

    async def save_profile(self, account: AccountState, changed: User) -> None:
        """Change one's name and picture on the server, if there is one and they change.

        Where the name is refused after the picture was taken, the next sync tells of the picture.
        """
        before = account.user()
        new_picture = changed.avatar_url != before.avatar_url
        new_name = changed.display_name != before.display_name
        if not account.sync.server() or not (new_picture or new_name):
            return
        client = self.get_client()
        account.sync.is_busy.set(True)
        try:
            if new_picture:
                await client.set_picture(changed.avatar_url)
            if new_name:
                await client.set_name(changed.display_name)
        finally:
            account.sync.is_busy.set(False)

    async def set_typing(self, account: AccountState, channel_id: str, *, for_ms: int) -> None:
        """Tell the others in a channel that one is typing; 0 ends it. Offline, nobody is told."""
        is_open = self.page.account() is account and self._client is not None
        if is_open and account.sync.connection() == "online":
            await self.get_client().set_typing(channel_id, for_ms=for_ms)

    async def fill(self, account: AccountState, message: Message) -> bool:
        """Get messages that are missing on this device before one; return whether any were."""
        if message.room_id not in account.sync.rooms():
            return False
        database = self.context.database(account)
        gaps = await database.get_gaps(message.room_id, message.channel_id)
        before = [gap for gap in gaps if gap.before.timestamp <= message.timestamp]
        return bool(before) and await self.get_client().fill(before[-1])

    # Files

    async def download_file(self, account: AccountState, attachment: Attachment) -> bytes:
        """Download a file, and keep it: see `FileServer`."""
        return await self._client_of(account, attachment).download(attachment)

    async def get_thumbnail(self, account: AccountState, attachment: Attachment) -> Loaded:
        """Download a small version of a picture, which is not kept: see `FileServer`."""
        found = await self._client_of(account, attachment).get_thumbnail(attachment)
        return found.data, found.mime

    def _client_of(self, account: AccountState, attachment: Attachment) -> "SyncClient":
        self.context.database(account)
        if self._client is None:
            raise RecordNotFound("attachments", attachment.id)
        return self._client

    async def _look_for_gap(self, account: AccountState) -> None:
        """Read the channel again where messages are missing among those on the page, or before."""
        ref = account.channel_ref
        if ref is None:
            return
        gaps = await self.context.database(account).get_gaps(*ref)
        timeline = account.timeline()
        if not gaps or account.channel_ref != ref or timeline is None or timeline.has_newer:
            return
        newest = gaps[-1].before.timestamp
        first = timeline.messages[0].timestamp if timeline.messages else newest
        if newest > first or (newest == first and not timeline.has_older):
            await self._messages.load_latest(account, anew=True)

    def get_client(self) -> "SyncClient":
        """Return the client that follows the homeserver.

        Raises:
            UnknownToken: the account is signed in to none.
        """
        if self._client is None or self._client.status() == "signed_out":
            from roomkeep.sync.errors import UnknownToken

            raise UnknownToken(401)
        return self._client

    async def _load_pending(self, account: AccountState) -> None:
        client, sync = self._client, account.sync
        if client is not None:
            invites, knocks = await client.get_invites(), await client.get_knocks()
            requests = await client.get_join_requests()
            with batch():
                sync.invites.set(invites)
                sync.knocks.set(knocks)
                sync.requests.set(requests)


def _show_connection(sync: SyncState, client: "SyncClient") -> None:
    with batch():
        # Another tab may sign in or out.
        sync.server.set(name_of_server(client.server()))
        sync.connection.set(client.status())
        sync.progress.set(client.progress())
        sync.typing.set(client.typing() if client.status() == "online" else {})


def _tabs_of(user_id: str) -> "Tabs | None":
    """Return the tabs in which an account is open."""
    if sys.platform == "emscripten":
        from roomkeep.sync.browser_tabs import BrowserTabs

        return BrowserTabs(f"roomkeep-sync {user_id}")
    return None


def name_of_server(address: str) -> str:
    """Return a homeserver's name for people: its address without the scheme."""
    return address.split("://", 1)[-1].rstrip("/")
