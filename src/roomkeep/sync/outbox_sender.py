"""Sending what waits in the outbox: in order for each channel, and each entry once."""

import asyncio
import logging
from typing import Final

from roomkeep.errors import StorageError
from roomkeep.persistence import Change
from roomkeep.storage.remote import AddChannel, OutboxEntry
from roomkeep.sync.backoff import Backoff
from roomkeep.sync.errors import (
    AccountDisabled,
    BadAddress,
    HomeserverError,
    RequestRefused,
    UnknownToken,
)
from roomkeep.sync.outbox_requests import MustWait, NeverSent, OutboxRequests
from roomkeep.sync.own_account import OwnAccount

__all__ = ["OutboxSender"]

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 8
"""How many channels are sent to at a time."""


class OutboxSender:
    """Sends the outbox of the user's own account for as long as it runs."""

    def __init__(self, own: OwnAccount, requests: OutboxRequests, retry_s: float) -> None:
        """Create a sender.

        Args:
            own: the user's own account.
            requests: carries out the single requests.
            retry_s: how long to wait after a failure that may pass; see `Backoff`.
        """
        self._own = own
        self._requests = requests
        self._retry_s = retry_s
        self._changed = asyncio.Event()
        self._changes = 0
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._backoffs: dict[tuple[str, str | None], Backoff] = {}

    async def run(self) -> None:
        """Send what waits, now and whenever something is added. Each channel goes its own pace.

        Raises:
            UnknownToken: the session has ended.
        """
        unsubscribe = self._own.database.subscribe(self._on_change)
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._changed.clear()
                    for key in await self._get_channels():
                        if key not in self._backoffs:
                            self._backoffs[key] = Backoff(self._retry_s)
                            group.create_task(self._send_all(*key))
                    await self._changed.wait()
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        finally:
            unsubscribe()
            self._backoffs.clear()

    def wake(self) -> None:
        """Try again now what did not succeed: the network may be back."""
        for backoff in self._backoffs.values():
            backoff.wake()

    async def _send_all(self, room_id: str, channel_id: str | None) -> None:
        """Send what waits for a channel, or for a room as a whole, until nothing does."""
        backoff = self._backoffs[room_id, channel_id]
        passed = set[str]()
        while True:
            seen = self._changes
            try:
                # Read again each time: an entry may have changed as the one before was sent.
                waiting = await self._get_waiting(room_id)
                here = (one for one in waiting if one.channel_id == channel_id)
                entry = next((one for one in here if one.id not in passed), None)
                if entry is None:
                    break
                async with self._turn:
                    is_sent = await self._send(entry)
                if not is_sent:
                    passed.add(entry.id)
            except UnknownToken:
                raise
            except (HomeserverError, StorageError) as error:
                logger.info("the outbox must wait: %s", error)
                await backoff.wait(error)
            else:
                backoff.reset()
        del self._backoffs[room_id, channel_id]
        if self._changes != seen:
            # Something was added while nothing was found.
            self._changed.set()

    async def _send(self, entry: OutboxEntry) -> bool:
        """Send an entry, or note that it cannot be; return false if it must wait for another."""
        try:
            await self._requests.send(entry)
        except MustWait:
            # For one that failed: those after it need not wait.
            return False
        except NeverSent as error:
            await self._own.database.fail_outbox(entry.id, error.reason)
        except HomeserverError as error:
            if not _is_final(error):
                raise
            await self._own.database.fail_outbox(entry.id, type(error).__name__)
        return True

    async def _get_channels(self) -> set[tuple[str, str | None]]:
        """Return what something waits for: channels, and rooms as a whole."""
        backoff = Backoff(self._retry_s)
        while True:
            try:
                waiting = await self._get_waiting()
            except StorageError as error:
                logger.info("the outbox must wait: %s", error)
                await backoff.wait(error)
            else:
                return {(entry.room_id, entry.channel_id) for entry in waiting}

    async def _get_waiting(self, room_id: str | None = None) -> list[OutboxEntry]:
        """Return the entries that can be sent, in order."""
        entries = await self._own.database.get_outbox(room_id)
        made_here = {
            entry.request.channel_id for entry in entries if isinstance(entry.request, AddChannel)
        }
        return [
            entry
            for entry in entries
            if entry.state == "waiting"
            and entry.event_id is None
            # A channel that the server does not know yet.
            and entry.channel_id not in made_here
        ]

    def _on_change(self, change: Change) -> None:
        if change.store == "outbox":
            self._changes += 1
            self._changed.set()


def _is_final(error: HomeserverError) -> bool:
    """Tell whether the same request would be refused again."""
    if isinstance(error, UnknownToken | AccountDisabled) or error.is_temporary:
        return False
    return isinstance(error, RequestRefused | BadAddress)
