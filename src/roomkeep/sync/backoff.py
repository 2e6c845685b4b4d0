"""Waiting longer and longer while a homeserver does not answer, or has nothing to say."""

import asyncio
import contextlib
from typing import Final

from roomkeep.sync.errors import RateLimited

__all__ = ["Backoff"]

LONGEST_S: Final = 30.0


class Backoff:
    """The waits between attempts, each twice as long as the one before."""

    def __init__(self, first_s: float) -> None:
        """Create the waits.

        Args:
            first_s: how long the first one is, in seconds.
        """
        self._first = first_s
        self._next = first_s
        self._woken = asyncio.Event()

    async def wait(self, error: Exception | None = None) -> None:
        """Wait, after an error for as long as the server asks, or until `wake`."""
        asked = error.retry_after_ms / 1000 if isinstance(error, RateLimited) else 0
        seconds = max(self._next, asked)
        self._next = min(self._next * 2, LONGEST_S)
        self._woken.clear()
        # `wait_for` would lose a cancellation that comes together with `wake`, before Python 3.12.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def wake(self) -> None:
        """End the wait: there is a reason to try again now."""
        self.reset()
        self._woken.set()

    def reset(self) -> None:
        """Begin again with the shortest wait: an attempt has succeeded."""
        self._next = self._first
