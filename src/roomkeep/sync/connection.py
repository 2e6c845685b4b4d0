"""One session at a homeserver, and the parts that work on it."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from roomkeep.errors import NotReady, RecordNotFound, ScopeChanged
from roomkeep.models import Attachment
from roomkeep.persistence import Change, DatabaseService
from roomkeep.storage.remote import SyncSession
from roomkeep.sync.backoff import Backoff
from roomkeep.sync.errors import NotReachable
from roomkeep.sync.first_load import load_latest
from roomkeep.sync.homes import Homes
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.outbox_requests import OutboxRequests
from roomkeep.sync.outbox_sender import OutboxSender
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.session import wire_of
from roomkeep.sync.synchronizer import Synchronizer
from roomkeep.sync.wire import Transport, Wire

__all__ = ["Connection", "Progress"]

_PAUSE_S: Final = 0.1
"""How long to wait, at least, after an answer that came at once."""


class Progress(Struct, frozen=True):
    """How far the first sync of an account is.

    Attributes:
        step: what is loaded: the list of rooms, the rooms themselves, or their messages.
        done: how many of them.
        count: how many there are; 0 where that is not known yet.
    """

    step: Literal["list", "rooms", "messages"]
    done: int = 0
    count: int = 0


class Connection:
    """One session at a homeserver, and the parts that work on it."""

    def __init__(
        self,
        database: DatabaseService,
        transport: Transport,
        session: SyncSession,
        retry_s: float,
        *,
        on_typing: Callable[[Mapping[str, tuple[str, ...]]], None],
        on_progress: Callable[[Progress | None], None],
    ) -> None:
        self.own = OwnAccount(database, session.user_id)
        self.wire: Wire = wire_of(session, transport)
        self.directory = MatrixDirectory(self.wire, session.user_id)
        self.backoff = Backoff(retry_s)
        self._pauses = Backoff(_PAUSE_S)
        self.lost = asyncio.Event()
        self.synchronizer = Synchronizer(
            self.own,
            self.wire,
            self.directory,
            Homes(),
            on_typing=on_typing,
            on_rooms=lambda done, count: on_progress(Progress("rooms", done, count)),
        )
        self._on_progress = on_progress
        self._has_begun = asyncio.Event()
        self._retry_s = retry_s
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
            is_new = await asking
            self._has_begun.set()
            return is_new
        finally:
            losing.cancel()
            asking.cancel()
            # Two steps must not run at a time.
            await asyncio.wait((asking,))

    async def load_latest(self) -> None:
        """Load the latest messages of all channels, where the first sync left them out."""
        if self.synchronizer.is_first:
            self._on_progress(Progress("list"))
            await self._has_begun.wait()
        try:
            await load_latest(
                self.own,
                self.wire,
                lambda: self.synchronizer.homes,
                Backoff(self._retry_s),
                lambda done, count: self._on_progress(Progress("messages", done, count)),
            )
        finally:
            self._on_progress(None)

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
