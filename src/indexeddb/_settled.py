"""What waits for a transaction goes on in the event that settles it.

asyncio would have it wait for another event, by way of JavaScript, which takes about as long as a
small read.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, TypeVar

from indexeddb._platform import can_run_sync

T = TypeVar("T")


class Settled(asyncio.Future[T]):
    """A future that calls those that wait for it at once, in the event in which it is set.

    It is not set while a task runs: then they are called later, as those of any future. So are
    those who began to wait where they may block (`run_sync`), because this event must not be held.
    """

    def __init__(self) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._waiting: list[tuple[Callable[[Settled[T]], object], Context]] = []

    def add_done_callback(
        self, fn: "Callable[[Settled[T]], object]", /, *, context: Context | None = None
    ) -> None:
        """Call `fn` when this is done."""
        if self.done() or can_run_sync():
            super().add_done_callback(fn, context=context)
        else:
            self._waiting.append((fn, copy_context() if context is None else context))

    def remove_done_callback(self, fn: "Callable[[Settled[T]], object]", /) -> int:
        """Do not call `fn`; return how many times it would have been called."""
        kept = [one for one in self._waiting if one[0] != fn]
        removed = len(self._waiting) - len(kept)
        self._waiting = kept
        return removed + super().remove_done_callback(fn)

    def set_result(self, result: T, /) -> None:
        """Have a result, and let those go on that wait for it."""
        super().set_result(result)
        self._wake()

    def set_exception(self, exception: type | BaseException, /) -> None:
        """Have an exception, and let those go on that wait for it."""
        super().set_exception(exception)
        self._wake()

    def cancel(self, msg: Any | None = None) -> bool:
        """Have no result; tell whether it had none yet."""
        is_cancelled = super().cancel(msg)
        if is_cancelled:
            self._wake()
        return is_cancelled

    def _wake(self) -> None:
        loop = self.get_loop()
        waiting, self._waiting = self._waiting, []
        for callback, context in waiting:
            if asyncio.current_task(loop) is None:
                context.run(callback, self)
            else:
                loop.call_soon(callback, self, context=context)
