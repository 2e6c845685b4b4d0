"""Tasks whose first step runs at once.

What a person does becomes true in the event in which they do it: an effect changes the state up to
its first `await` before the next key arrives.
"""

import asyncio
import sys
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

__all__ = ["start_eagerly"]

T = TypeVar("T")


def start_eagerly(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Run a coroutine up to its first `await` that waits at once, and the rest as a task."""
    if sys.version_info >= (3, 12):
        return asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
    return asyncio.ensure_future(_finish(_Started(work)))


class _Started:
    """A coroutine that has run its first step: for Python 3.11, which has no eager tasks."""

    def __init__(self, work: Coroutine[Any, Any, Any]) -> None:
        self._work = work
        self._waits_for: Any = None
        self._error: BaseException | None = None
        try:
            self._waits_for = work.send(None)
        except BaseException as error:  # noqa: BLE001 it is raised in the task
            self._error = error

    def __await__(self) -> Generator[Any, Any, Any]:
        try:
            if self._error is not None:
                raise self._error
            while True:
                try:
                    yield self._waits_for
                except BaseException as error:  # noqa: BLE001 the coroutine handles it
                    self._waits_for = self._work.throw(error)
                else:
                    self._waits_for = self._work.send(None)
        except StopIteration as end:
            return end.value


async def _finish(work: _Started) -> Any:
    return await work
