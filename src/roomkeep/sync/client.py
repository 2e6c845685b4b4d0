"""What an app, or a script, uses: an account that is kept in step with its homeserver."""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace
from reaktiv import ReadonlySignal, Signal

from roomkeep.errors import NotReady, RecordNotFound, ScopeChanged, StorageError
from roomkeep.models import Attachment, Message, Role
from roomkeep.persistence import Change, DatabaseService
from roomkeep.storage.remote import Gap, Rights, SyncedRoom, SyncSession
from roomkeep.sync.backoff import Backoff
from roomkeep.sync.batches import Invite
from roomkeep.sync.directory import NewRoom, RoomPage
from roomkeep.sync.errors import HomeserverError, NoRight, NotFound, NotReachable, UnknownToken
from roomkeep.sync.history import fill_gap
from roomkeep.sync.homes import Homes
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.outbox_requests import OutboxRequests
from roomkeep.sync.outbox_sender import OutboxSender
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.parallel import all_of
from roomkeep.sync.pending import (
    INVITES,
    KNOCKS,
    REQUESTS,
    JoinRequest,
    Knock,
    read_invites,
    read_knocks,
    read_requests,
)
from roomkeep.sync.profile import set_name, set_picture
from roomkeep.sync.session import sign_out, wire_of
from roomkeep.sync.synchronizer import Synchronizer
from roomkeep.sync.turns import News, OneTab, SessionChanged, Status, Tabs, Turns
from roomkeep.sync.wire import Transport, Wire, events, media, rooms
from roomkeep.sync.wire.addresses import localpart

__all__ = ["Status", "SyncClient"]

logger = logging.getLogger(__name__)

_WAIT_MS: Final = 30_000
"""How long the homeserver may wait for something new."""
_PAUSE_S: Final = 0.1
"""How long to wait, at least, after an answer that came at once."""
_THUMBNAIL: Final = (800, 600)
"""The size of thumbnails, in pixels; they are sharp on screens of twice as many."""


class SyncClient:
    """Keeps the signed-in account in step with its homeserver, from `start` to `stop`.

    Args:
        database: the database, with the account open: see `session.sign_in`.
        transport: the way to the network.
        tabs: the tabs in which the account is open. One of them follows the homeserver; the others
            hear of the changes from the database, and of the rest from that one.
        retry_s: how long to wait after the first failure, in seconds; later ones wait longer.

    Attributes:
        server: a signal: the homeserver's address; empty where there is no session.
        status: a signal: whether the homeserver answers, and whether there is a session at all.
        typing: a signal: the IDs of who is typing, but for the user, by channel.
    """

    def __init__(
        self,
        database: DatabaseService,
        transport: Transport,
        *,
        tabs: Tabs | None = None,
        retry_s: float = 1.0,
    ) -> None:
        self._database = database
        self._transport = transport
        self._turns = Turns(tabs or OneTab(), self._hear)
        self._retry_s = retry_s
        self._server = Signal("")
        self._status: Signal[Status] = Signal[Status]("signed_out")
        self._typing: Signal[Mapping[str, tuple[str, ...]]] = Signal({})
        self.server: ReadonlySignal[str] = self._server.as_readonly()
        self.status: ReadonlySignal[Status] = self._status.as_readonly()
        self.typing: ReadonlySignal[Mapping[str, tuple[str, ...]]] = self._typing.as_readonly()
        self._connection: _Connection | None = None
        self._running: asyncio.Task[None] | None = None
        self._restarting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to follow the homeserver, where the account has a session that goes on."""
        await self.stop()
        # First: another tab may begin or end a session meanwhile.
        self._turns.open()
        await self._begin()

    async def stop(self) -> None:
        """Stop following it. What waits stays in the outbox."""
        restarting, self._restarting = self._restarting, None
        await _cancel(restarting)
        await self._end()
        self._turns.close()

    async def sign_out(self, *, is_forced: bool = False) -> None:
        """End this device on the server, and delete the session: see `session.sign_out`."""
        await self._end()
        await sign_out(self._database, self._transport, is_forced=is_forced)
        self._connection = None
        self._server.set("")
        self._status.set("signed_out")
        self._turns.tell_session_changed()

    def tell_signed_in(self) -> None:
        """Tell the other tabs that there is a new session."""
        self._turns.tell_session_changed()

    async def _begin(self) -> None:
        session = await self._database.get_sync_session()
        self._server.set("" if session is None else session.server)
        if session is None or session.needs_sign_in:
            self._connection = None
            self._status.set("signed_out")
            return
        self._connection = _Connection(
            self._database, self._transport, session, self._retry_s, self._note_typing
        )
        self._status.set("connecting")
        await self._connection.synchronizer.load()
        self._running = asyncio.create_task(self._run(self._connection))

    async def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await _cancel(running)
            if self._status() != "signed_out":
                self._status.set("offline")

    def wake(self) -> None:
        """Try again now where the homeserver did not answer: the network may be back."""
        if self._connection is not None:
            self._connection.wake()

    def lose(self) -> None:
        """Wait no longer for an answer: the network is gone. It is tried again as ever."""
        if self._connection is not None:
            self._connection.lost.set()

    # Rooms

    def has_room(self, room_id: str) -> bool:
        """Tell whether a room is on the server."""
        connection = self._connection
        return connection is not None and room_id in connection.synchronizer.homes.rooms

    async def create_room(self, new: NewRoom, *, transaction: str | None = None) -> SyncedRoom:
        """Create a room with its channels: see `ServerDirectory`."""
        directory = self._connected.directory
        return await self._apply(await directory.create_room(new, transaction=transaction))

    async def join_room(self, address: str, *, via: Sequence[str] = ()) -> SyncedRoom:
        """Join a room, or accept an invitation: see `ServerDirectory`."""
        return await self._apply(await self._connected.directory.join_room(address, via=via))

    async def view_room(self, room_id: str) -> SyncedRoom:
        """Ask for the state of a room: see `ServerDirectory`."""
        return await self._apply(await self._connected.directory.view_room(room_id))

    async def enter_channel(self, room_id: str, channel_id: str) -> SyncedRoom:
        """Enter a channel, to receive its messages: see `ServerDirectory`."""
        await self._connected.directory.enter_channel(room_id, channel_id)
        return await self.view_room(room_id)

    async def set_room_icon(
        self, room_id: str, data: bytes | None, mime: str = "image/png"
    ) -> SyncedRoom:
        """Upload a picture and make it a room's icon; None removes the icon.

        Raises:
            NoRight: the user may not change it.
            RequestTooLarge: the picture is too large for the server.
        """
        wire = self._connected.wire
        content = {} if data is None else {"url": await media.upload(wire, data, mime)}
        await events.put_state(wire, room_id, "m.room.avatar", "", content)
        return await self.view_room(room_id)

    async def get_picture(self, address: str, side: int) -> tuple[bytes, str]:
        """Return a square thumbnail of a picture on the server, and its media type.

        Args:
            address: an `mxc://` address.
            side: its width and height, in pixels.
        """
        found = await media.thumbnail(self._connected.wire, address, side, side, is_cropped=True)
        return found.data, found.mime

    async def leave_room(self, room_id: str) -> None:
        """Leave a room and its channels, or decline an invitation: see `ServerDirectory`."""
        await self._connected.directory.leave_room(room_id)

    async def find_rooms(
        self, words: str = "", *, limit: int = 30, start: str | None = None
    ) -> RoomPage:
        """Return a page of the server's public rooms."""
        return await self._connected.directory.find_rooms(words, limit=limit, start=start)

    async def ask_to_join(self, address: str, reason: str | None = None) -> None:
        """Ask to join a room: see `ServerDirectory`."""
        await self._connected.directory.ask_to_join(address, reason)

    async def get_invites(self) -> tuple[Invite, ...]:
        """Return the invitations that are not answered yet."""
        return read_invites(await self._database.get_setting(INVITES))

    async def get_knocks(self) -> tuple[Knock, ...]:
        """Return the rooms that the user has asked to join, without an answer so far.

        `leave_room` withdraws a request.
        """
        return read_knocks(await self._database.get_setting(KNOCKS))

    async def get_join_requests(self) -> dict[str, tuple[JoinRequest, ...]]:
        """Return who asks to join the user's rooms, by the room.

        `invite` accepts a request, and `decline_request` declines it.
        """
        return read_requests(await self._database.get_setting(REQUESTS))

    async def decline_request(self, room_id: str, user_id: str) -> None:
        """Decline a person's request to join a room; they may ask again."""
        await rooms.kick(self._connected.wire, room_id, user_id)

    def rights_in(self, room_id: str) -> Rights:
        """Return what the user may do in a room; nothing in one that is not known."""
        connection = self._connection
        synced = None if connection is None else connection.synchronizer.homes.rooms.get(room_id)
        return Rights() if synced is None else synced.rights

    async def invite(self, room_id: str, user_id: str) -> None:
        """Invite a person to a room."""
        await rooms.invite(self._connected.wire, room_id, user_id)

    async def kick(self, room_id: str, user_id: str, reason: str | None = None) -> None:
        """Remove a person from a room and its channels; they may join again."""
        connection = self._connected
        await rooms.kick(connection.wire, room_id, user_id, reason)
        for channel_id in connection.synchronizer.homes.channels_of(room_id):
            with contextlib.suppress(NoRight, NotFound):
                await rooms.kick(connection.wire, channel_id, user_id, reason)

    async def change_role(self, room_id: str, user_id: str, role: Role) -> SyncedRoom:
        """Change a person's role in a room: see `ServerDirectory`."""
        return await self._apply(
            await self._connected.directory.change_role(room_id, user_id, role)
        )

    # One's own profile

    async def set_name(self, name: str) -> None:
        """Set the user's display name: see `profile.set_name`."""
        connection = self._connected
        await set_name(connection.own, connection.wire, name)

    async def set_picture(self, url: str | None) -> None:
        """Set the user's picture: see `profile.set_picture`."""
        connection = self._connected
        await set_picture(connection.own, connection.wire, url)

    # Messages

    async def send_text(
        self, room_id: str, channel_id: str, text: str, *, reply_to_id: str | None = None
    ) -> Message:
        """Write a message of the signed-in user, as `DatabaseService.send_message` does.

        It waits in the outbox, and is sent as soon as the homeserver answers.
        """
        own = self._connected.own
        user = await own.database.get_current_user()
        message = Message(
            id=uuid.uuid4().hex,
            room_id=room_id,
            channel_id=channel_id,
            sender_id=own.user_id,
            sender_name=localpart(own.user_id) if user is None else user.display_name,
            content=text,
            timestamp=time.time_ns() // 1_000_000,
            reply_to_id=reply_to_id,
        )
        await own.database.send_message(message)
        return message

    async def fill(self, gap: Gap) -> bool:
        """Ask for messages that are missing in a gap, newest first: see `history.fill_gap`."""
        connection = self._connected
        homes = connection.synchronizer.homes
        if gap.room_id not in homes.rooms:
            await connection.synchronizer.load()
        return await fill_gap(connection.own, connection.wire, homes, gap)

    async def download(self, attachment: Attachment) -> bytes:
        """Download a file and keep it; return its bytes.

        Raises:
            RecordNotFound: it is not on the server.
            BadResponse: it does not have the size that its message says.
        """
        connection = self._connected
        address = await connection.address_of(attachment)
        size = attachment.size or None
        found = await media.download(connection.wire, address, size=size)
        # Some messages do not say the size.
        whole = replace(attachment, size=len(found.data))
        await connection.own.database.save_attachment(whole, found.data)
        return found.data

    async def get_thumbnail(self, attachment: Attachment) -> media.Media:
        """Download a small version of a picture, made by the server. It is not kept.

        Raises:
            RecordNotFound: it is not on the server.
        """
        connection = self._connected
        address = await connection.address_of(attachment)
        return await media.thumbnail(connection.wire, address, *_THUMBNAIL)

    async def set_typing(self, channel_id: str, *, for_ms: int) -> None:
        """Tell the others in a channel that the user is typing; 0 ends it."""
        connection = self._connected
        await events.set_typing(connection.wire, channel_id, connection.own.user_id, for_ms=for_ms)

    # How it works

    @property
    def _connected(self) -> "_Connection":
        if self._connection is None:
            raise NotReady("nobody is signed in to a homeserver: call and await start() first")
        return self._connection

    async def _run(self, connection: "_Connection") -> None:
        turns = self._turns
        work = (
            turns.take(lambda: self._lead(connection)),
            connection.follow_rooms(lambda: turns.is_leading),
        )
        try:
            await all_of(work, at_once=2)
        except UnknownToken:
            await connection.note_session_ended()
            self._tell("signed_out")
        except (ScopeChanged, NotReady):
            # Of this tab alone.
            self._status.set("signed_out")
        except Exception:
            logger.exception("the homeserver is no longer followed")
            self._tell("offline")

    async def _lead(self, connection: "_Connection") -> None:
        """Follow the homeserver, and send what waits, on behalf of all tabs."""
        self._tell(self._status())
        await connection.synchronizer.load()
        await all_of((self._follow(connection), connection.sender.run()), at_once=2)

    async def _follow(self, connection: "_Connection") -> None:
        backoff = connection.backoff
        # The first answer comes at once, so that it tells whether there is a connection.
        wait_ms = 0
        while True:
            began = time.monotonic()
            try:
                is_new = await connection.step(wait_ms)
            except UnknownToken:
                raise
            except (HomeserverError, StorageError) as error:
                logger.info("the homeserver does not answer: %s", error)
                self._tell("offline")
                wait_ms = 0
                await backoff.wait(error)
                continue
            backoff.reset()
            if wait_ms == 0:
                self._tell("online")
                connection.sender.wake()
            await connection.pause(time.monotonic() - began, wait_ms, is_new=is_new)
            wait_ms = _WAIT_MS

    async def _apply(self, synced: SyncedRoom) -> SyncedRoom:
        return await self._connected.synchronizer.apply_room(synced)

    def _note_typing(self, found: Mapping[str, tuple[str, ...]]) -> None:
        now = {**self._typing(), **found}
        self._typing.set({channel_id: people for channel_id, people in now.items() if people})
        self._tell(self._status())

    def _tell(self, status: Status) -> None:
        """Set the status, here and in the other tabs."""
        self._status.set(status)
        self._turns.tell(News(status=status, typing=self._typing()))

    def _hear(self, message: News | SessionChanged) -> None:
        """Take in what another tab tells."""
        if isinstance(message, News):
            self._status.set(message.status)
            self._typing.set(message.typing)
        elif self._restarting is None or self._restarting.done():
            self._restarting = asyncio.create_task(self._restart())

    async def _restart(self) -> None:
        try:
            await self._end()
            await self._begin()
        except (StorageError, ScopeChanged, NotReady):
            logger.warning("the session of another tab is not taken over", exc_info=True)


async def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class _Connection:
    """One session at a homeserver, and the parts that work on it."""

    def __init__(
        self,
        database: DatabaseService,
        transport: Transport,
        session: SyncSession,
        retry_s: float,
        on_typing: Callable[[Mapping[str, tuple[str, ...]]], None],
    ) -> None:
        self.own = OwnAccount(database, session.user_id)
        self.wire: Wire = wire_of(session, transport)
        self.directory = MatrixDirectory(self.wire, session.user_id)
        self.backoff = Backoff(retry_s)
        self._pauses = Backoff(_PAUSE_S)
        self.lost = asyncio.Event()
        self.synchronizer = Synchronizer(
            self.own, self.wire, self.directory, Homes(), on_typing=on_typing
        )
        requests = OutboxRequests(self.own, self.wire, self.directory, self.synchronizer)
        self.sender = OutboxSender(self.own, requests, retry_s)
        self._session = session

    async def step(self, wait_ms: int) -> bool:
        """Ask once for what is new, and apply it: see `Synchronizer.step`.

        Raises:
            NotReachable: the network was lost meanwhile.
        """
        self.lost.clear()
        asking = asyncio.create_task(self.synchronizer.step(wait_ms=wait_ms))
        losing = asyncio.create_task(self.lost.wait())
        try:
            await asyncio.wait((asking, losing), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise NotReachable("the network was lost")
            return await asking
        finally:
            losing.cancel()
            asking.cancel()
            # Two steps must not run at a time.
            await asyncio.wait((asking,))

    async def pause(self, took_s: float, wait_ms: int, *, is_new: bool) -> None:
        """Slow down where the homeserver does not wait as it was asked to.

        News are asked for ten times a second at most, and nothing new less and less often.
        """
        if is_new or took_s * 1000 >= wait_ms:
            self._pauses.reset()
        if took_s < _PAUSE_S if is_new else took_s * 1000 < wait_ms:
            await self._pauses.wait()

    async def address_of(self, attachment: Attachment) -> str:
        """Return the `mxc://` address of a file.

        Raises:
            RecordNotFound: it is not on the server.
        """
        addresses = await self.own.database.get_media_addresses([attachment.id])
        if attachment.id not in addresses:
            raise RecordNotFound("attachments", attachment.id)
        return addresses[attachment.id]

    async def follow_rooms(self, is_leading: Callable[[], bool]) -> None:
        """Learn the rooms that other tabs store.

        Args:
            is_leading: tells whether this tab follows the homeserver, and so knows its rooms.
        """
        stored = asyncio.Event()

        def note(change: Change) -> None:
            if change.store == "rooms":
                is_known = self.synchronizer.homes.rooms.keys() >= set(change.keys)
                if change.action == "clear" or not (is_leading() and is_known):
                    stored.set()

        unsubscribe = self.own.database.subscribe(note)
        try:
            while True:
                await stored.wait()
                stored.clear()
                await self.synchronizer.learn_stored()
        finally:
            unsubscribe()

    def wake(self) -> None:
        """Try again now."""
        self.backoff.wake()
        self._pauses.wake()
        self.sender.wake()

    async def note_session_ended(self) -> None:
        """Remember that one must sign in again; all data stay."""
        with contextlib.suppress(ScopeChanged, NotReady):
            stored = await self.own.database.get_sync_session()
            # Another tab may have signed in or out meanwhile.
            if stored == self._session:
                ended = replace(self._session, needs_sign_in=True)
                await self.own.database.save_sync_session(ended)
