"""Work that is gathered for a moment and then done together."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from roomkeep.app.effects.context import Context
from roomkeep.app.state import AccountState

__all__ = ["Batcher"]


W = TypeVar("W")

LONGEST = 2.0
"""The longest rest after a long round, in seconds."""


class Batcher(Generic[W]):
    """Gathers an account's work and does it, again and again until nothing is left.

    Work that comes while some is being done waits for the next round: no two rounds of an account
    overlap. When a round fails, what is left is dropped, and a notice says so.

    Args:
        context: what every effect works with.
        failure: the id of the text that says that it failed.
        make: makes empty work, which is false.
        do: does the work, and takes out of it what is done.
        gather: how long work is gathered before the first round, in seconds.
        rest: how long after each round, in seconds, at least.
        rest_share: and so many times as long as the round took, unless that is very long.
    """

    def __init__(
        self,
        context: Context,
        failure: str,
        make: Callable[[], W],
        do: Callable[[AccountState, W], Awaitable[None]],
        *,
        gather: float = 0.0,
        rest: float,
        rest_share: float = 0.0,
    ) -> None:
        self._context = context
        self._failure = failure
        self._make = make
        self._do = do
        self._gather = gather
        self._rest = rest
        self._rest_share = rest_share
        self._work: dict[AccountState, W] = {}

    def work(self, account: AccountState) -> W:
        """Return what is to be done, or being done, for an account."""
        work = self._work.get(account)
        return self._make() if work is None else work

    def add(self, account: AccountState, put: Callable[[W], object]) -> None:
        """Add work by calling `put` with what was gathered."""
        work = self.work(account)
        put(work)
        if work and account not in self._work:
            self._work[account] = work
            self._context.start(self._run(account, work), self._failure)

    async def _run(self, account: AccountState, work: W) -> None:
        try:
            if self._gather:
                await asyncio.sleep(self._gather)
            while work:
                began = time.monotonic()
                await self._do(account, work)
                took = time.monotonic() - began
                await asyncio.sleep(max(self._rest, min(self._rest_share * took, LONGEST)))
        finally:
            del self._work[account]
