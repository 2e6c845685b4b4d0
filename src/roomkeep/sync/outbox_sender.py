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
from roomkeep.sync.parallel import all_of

__all__ = ["OutboxSender"]

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 4
"""How many channels are sent to at a time."""


class OutboxSender:
    """Sends the outbox of the user's own account for as long as it runs."""

    def __init__(self, own: OwnAccount, requests: OutboxRequests, backoff: Backoff) -> None:
        """Create a sender.

        Args:
            own: the user's own account.
            requests: carries out the single requests.
            backoff: the waits after a failure that may pass.
        """
        self._own = own
        self._requests = requests
        self._backoff = backoff
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Send what waits, now and whenever something is added.

        Raises:
            UnknownToken: the session has ended.
        """
        unsubscribe = self._own.database.subscribe(self._on_change)
        try:
            while True:
                self._changed.clear()
                try:
                    await self.send_waiting()
                except UnknownToken:
                    raise
                except (HomeserverError, StorageError) as error:
                    logger.info("the outbox must wait: %s", error)
                    await self._backoff.wait(error)
                    continue
                self._backoff.reset()
                await self._changed.wait()
        finally:
            unsubscribe()

    async def send_waiting(self) -> None:
        """Send what waits now.

        Raises:
            HomeserverError: the homeserver does not answer, or not now; the rest waits.
        """
        entries = await self._own.database.get_outbox()
        made_here = frozenset(
            entry.request.channel_id for entry in entries if isinstance(entry.request, AddChannel)
        )
        queues: dict[tuple[str, str | None], list[OutboxEntry]] = {}
        for entry in entries:
            is_done = entry.state == "failed" or entry.event_id is not None
            # A channel that the server does not know yet.
            if not is_done and entry.channel_id not in made_here:
                queues.setdefault((entry.room_id, entry.channel_id), []).append(entry)
        await all_of(map(self._send_queue, queues.values()), at_once=_AT_ONCE)

    async def _send_queue(self, entries: list[OutboxEntry]) -> None:
        for entry in entries:
            try:
                await self._requests.send(entry)
            except MustWait:
                # For an entry that failed: others need not wait for it.
                continue
            except NeverSent as error:
                await self._own.database.fail_outbox(entry.id, error.reason)
            except HomeserverError as error:
                if not _is_final(error):
                    raise
                await self._own.database.fail_outbox(entry.id, type(error).__name__)

    def _on_change(self, change: Change) -> None:
        if change.store == "outbox":
            self._changed.set()


def _is_final(error: HomeserverError) -> bool:
    """Tell whether the same request would be refused again."""
    if isinstance(error, UnknownToken | AccountDisabled) or error.is_temporary:
        return False
    return isinstance(error, RequestRefused | BadAddress)
