"""The time-out of transactions."""

import asyncio
import math
from typing import Any

from indexeddb._driver import Running
from indexeddb.errors import TransactionAborted

PATIENCE = 30_000
"""How long, in ms, a transaction may get no event from the browser before it is given up."""


class Watch:
    """Looks after the transactions of one connection, and gives up those that are stuck.

    A transaction waits for those that began before it on the same stores, however long they take.
    So it is stuck only where neither it nor any that began before it has come further.
    """

    def __init__(self) -> None:
        self._patience = PATIENCE
        # In the order in which they began; and how many events each had at the last look.
        self._running: dict[Running[Any], int | None] = {}
        self._oldest_ended = math.inf  # of those that have ended since the last look
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0  # when to look, by the event loop's clock

    def add(self, running: Running[Any]) -> None:
        """Look after a transaction from now on."""
        self._running[running] = None  # not looked at yet
        if self._timer is None:
            self._wait()

    def remove(self, running: Running[Any]) -> None:
        """Look after a transaction no more: it has ended."""
        del self._running[running]
        self._oldest_ended = min(self._oldest_ended, running.id)

    def _wait(self) -> None:
        # One timer for all: a timer for each would cost more than a small transaction does.
        loop = asyncio.get_running_loop()
        self._due = loop.time() + self._patience / 1000
        self._timer = loop.call_at(self._due, self._look)

    def _look(self) -> None:
        self._timer = None
        # After a pause of the whole page, what the browser has to say may be waiting behind this.
        late = asyncio.get_running_loop().time() - self._due
        has_progressed = late > self._patience / 2000
        for running, seen in list(self._running.items()):
            events = self._running[running] = running.events
            # What has ended may have let this one go on just now.
            if seen is None or events != seen or running.id > self._oldest_ended:
                has_progressed = True
            elif not has_progressed:
                msg = f"the browser has not gone on with the transaction for {self._patience:,} ms"
                running.give_up(TransactionAborted(msg))
        self._oldest_ended = math.inf
        if self._running:
            self._wait()
