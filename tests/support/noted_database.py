"""A database that notes what is asked of it, for tests of what speaks to the network.

It knows no rule: what is stored, and what waits in the outbox, is what the test puts there.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from roomkeep.errors import StorageFull
from roomkeep.persistence import Change, DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend
from roomkeep.storage.remote import (
    AddReaction,
    OutboxEntry,
    SendMessage,
    SyncBatch,
    SyncedRoom,
    SyncSession,
    TimelineUpdate,
    reaction_id,
)
from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.homes import Homes
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.synchronizer import Synchronizer
from support.homeserver import Person


class NotedDatabase:
    """Stands in for a `DatabaseService`; whatever is not of the sync is a real one's."""

    def __init__(self) -> None:
        self._real = DatabaseService(MemoryBackend())
        self.token: str | None = None
        self.session: SyncSession | None = None
        self.batches: list[SyncBatch] = []
        self.rooms: dict[str, SyncedRoom] = {}
        self.outbox: list[OutboxEntry] = []
        self.event_ids: dict[str, str] = {}
        self.created: list[tuple[str, str]] = []
        self.filled: list[tuple[str, str, list[TimelineUpdate], str | None]] = []
        self.is_full = False
        self._changed = asyncio.Event()
        self._listeners: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def subscribe(self, listener: Any) -> Any:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def save_sync_session(self, session: SyncSession) -> None:
        self.session = session

    async def get_sync_session(self) -> SyncSession | None:
        return self.session

    async def get_sync_server(self) -> str | None:
        return None if self.session is None else self.session.server

    async def delete_sync_session(self) -> None:
        self.session = None

    async def get_sync_token(self) -> str | None:
        return self.token

    async def get_synced_rooms(self) -> list[SyncedRoom]:
        return list(self.rooms.values())

    async def apply_sync(self, batch: SyncBatch) -> bool:
        if self.is_full:
            raise StorageFull("no room is left")
        if batch.since != self.token:
            return False
        self.token = batch.token
        self.batches.append(batch)
        for synced in batch.rooms:
            self.rooms[synced.room.id] = synced
        for room_id in batch.left:
            del self.rooms[room_id]
        return True

    async def apply_room(self, synced: SyncedRoom) -> bool:
        self.rooms[synced.room.id] = synced
        self._changed.set()
        return True

    async def get_outbox(self, room_id: str | None = None) -> list[OutboxEntry]:
        return [one for one in self.outbox if room_id in (None, one.room_id)]

    async def accept_outbox(self, entry_id: str, event_id: str | None) -> None:
        entry = self._take(entry_id)
        match entry.request:
            case SendMessage(message_id=record_id):
                pass
            case AddReaction(message_id=message_id, emoji=emoji):
                record_id = reaction_id(message_id, self._real.current_user_id or "", emoji)
            case _:
                return
        assert event_id is not None
        self.event_ids[record_id] = event_id

    async def fail_outbox(self, entry_id: str, error: str) -> None:
        self.outbox = [
            replace(one, state="failed", error=error) if one.id == entry_id else one
            for one in self.outbox
        ]
        self._changed.set()

    async def channel_created(self, entry_id: str, channel_id: str, synced: SyncedRoom) -> None:
        await self.apply_room(synced)
        self._take(entry_id)
        self.created.append((entry_id, channel_id))

    async def get_event_ids(self, record_ids: Iterable[str]) -> dict[str, str]:
        return {one: self.event_ids[one] for one in record_ids if one in self.event_ids}

    async def fill_gap(
        self, gap_id: str, token: str, updates: Iterable[TimelineUpdate], next_token: str | None
    ) -> bool:
        self.filled.append((gap_id, token, list(updates), next_token))
        return True

    async def until(self, look: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(60):
            while not look():
                self._changed.clear()
                await self._changed.wait()

    async def until_left(self, *left: tuple[str, str | None]) -> None:
        """Wait until only these are left in the outbox: types of requests, and errors."""
        await self.until(
            lambda: [(type(one.request).__name__, one.error) for one in self.outbox] == [*left]
        )

    def add(self, *entries: OutboxEntry) -> None:
        self.outbox += entries
        for listener in self._listeners:
            listener(Change(store="outbox", action="put"))

    def _take(self, entry_id: str) -> OutboxEntry:
        (entry,) = [one for one in self.outbox if one.id == entry_id]
        self.outbox.remove(entry)
        self._changed.set()
        return entry


async def follower(person: Person, database: Any) -> Synchronizer:
    await database.initialize()
    await database.set_current_user_id(person.user_id)
    own = OwnAccount(database, person.user_id)
    directory = MatrixDirectory(person.wire, person.user_id)
    made = Synchronizer(own, person.wire, directory, Homes())
    await made.load()
    return made


async def make_club(person: Person, *channels: str) -> tuple[str, list[str]]:
    new = NewRoom(name="Club", channels=tuple(NewChannel(name=one) for one in channels))
    made = await MatrixDirectory(person.wire, person.user_id).create_room(new)
    return made.room.id, [channel.id for channel in made.room.channels]
