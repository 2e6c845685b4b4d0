"""The order in which the calls of a page run."""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import NamedTuple

from roomkeep.storage.device_requests import Kind


class _Call(NamedTuple):
    kind: Kind
    work: Callable[[], None]


class _Lane:
    """The calls that keep their order."""

    def __init__(self) -> None:
        self.waiting: deque[_Call] = deque()
        self.running: list[_Call] = []

    def take_next(self) -> _Call | None:
        """Take the next call, if it can begin beside those that are running: only queries can."""
        if not self.waiting:
            return None
        kinds = {call.kind for call in (self.waiting[0], *self.running)}
        if self.running and kinds != {"query"}:
            return None
        self.running.append(self.waiting.popleft())
        return self.running[-1]

    @property
    def is_idle(self) -> bool:
        return not (self.waiting or self.running)


class CallScheduler:
    """Runs calls in threads, in the order in which IndexedDB would.

    Calls in one lane, which is one open account, keep their order: a command begins when all calls
    before it are done, a query when all commands before it are. So a page that does not await a
    call before it makes the next reads what it wrote, and of two writes to one record the later one
    counts. Queries run beside each other, and so do lanes.

    Args:
        pool: the threads.
    """

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._lanes: dict[Hashable, _Lane] = {}
        self._then: Callable[[], None] | None = None

    def schedule(self, lane: Hashable, kind: Kind, work: Callable[[], None]) -> bool:
        """Run a call when it is its turn. After `close` it is refused, and False is returned."""
        with self._lock:
            if self._then is not None:
                return False
            self._lanes.setdefault(lane, _Lane()).waiting.append(_Call(kind, work))
            self._start(lane)
            return True

    def close(self, then: Callable[[], None]) -> None:
        """Refuse further calls, and do something once those that were scheduled are done.

        Args:
            then: called once: here, or in the thread of the last call.
        """
        with self._lock:
            self._then = then
            is_idle = not self._lanes
        if is_idle:
            then()

    def _start(self, name: Hashable) -> None:
        while (call := self._lanes[name].take_next()) is not None:
            self._pool.submit(self._run, name, call)

    def _run(self, name: Hashable, call: _Call) -> None:
        try:
            call.work()
        finally:
            with self._lock:
                lane = self._lanes[name]
                lane.running.remove(call)
                self._start(name)
                if lane.is_idle:
                    del self._lanes[name]
                then = None if self._lanes else self._then
            if then is not None:
                then()
