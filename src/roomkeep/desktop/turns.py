"""The order in which a window's calls are carried out."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Literal, NamedTuple

__all__ = ["Kind", "Turns"]

Kind = Literal["command", "query"]


class _Call(NamedTuple):
    kind: Kind
    work: Callable[[], None]


class Turns:
    """Carries out calls in threads, in the order in which IndexedDB would.

    A command begins when all that came before it is done, and a query when every command before it
    is: so a page that does not wait for one call before the next finds what it wrote, and of two
    writes to one record the later one stays. Queries run beside each other.

    Args:
        pool: the threads.
    """

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._changed = threading.Condition()
        self._waiting: deque[_Call] = deque()
        self._running: list[_Call] = []
        self._is_closed = False

    def take(self, kind: Kind, work: Callable[[], None]) -> bool:
        """Have a call carried out in its turn; tell whether it will be: not after `close`."""
        with self._changed:
            if self._is_closed:
                return False
            self._waiting.append(_Call(kind, work))
            self._start()
            return True

    def close(self) -> None:
        """Take no more calls, and wait until those that were taken are done."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: not self._waiting and not self._running)

    def _start(self) -> None:
        while self._waiting and self._may_start(self._waiting[0]):
            call = self._waiting.popleft()
            self._running.append(call)
            self._pool.submit(self._run, call)

    def _may_start(self, call: _Call) -> bool:
        if call.kind == "command":
            return not self._running
        return all(other.kind == "query" for other in self._running)

    def _run(self, call: _Call) -> None:
        try:
            call.work()
        finally:
            with self._changed:
                # By identity: two calls may be equal.
                self._running = [other for other in self._running if other is not call]
                self._start()
                self._changed.notify_all()
