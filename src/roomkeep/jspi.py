"""JSPI: whether Python runs on stacks of its own, so that it can wait in the midst of a call.

Where a browser has JSPI, Pyodide runs every callback of the event loop on such a stack. Chromium's
heap profiler, which some of its processes have on, reads beyond the end of one, and the page is
gone; see docs/failures.md. So Python runs on the page's own stack, but for single calls that have
to wait. `start-stack.js` sees to it until `disable_jspi` is called.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["can_wait", "disable_jspi", "run_waiting"]

T = TypeVar("T")


async def disable_jspi() -> None:
    """Have everything run on the page's own stack from now on, but what `run_waiting` calls."""
    if sys.platform == "emscripten":
        import js

        _module().jspiSupported = False
        js.roomkeepDecidesOnStacks = True
    # Pyodide takes the call that led here for one that may wait, but not what follows.
    await asyncio.sleep(0)


def can_wait() -> bool:
    """Tell whether `run_waiting` lets a call wait."""
    if sys.platform == "emscripten":
        module = _module()
        return bool(module.newJspiSupported or module.oldJspiSupported)
    return False


async def run_waiting(work: Callable[[], T]) -> T:
    """Call something that may wait for a coroutine in its midst, by `pyodide.ffi.run_sync`.

    The event loop goes on meanwhile. Where the browser has no JSPI it is called as anything else.
    Where this is canceled it ends once the call has ended.
    """
    if not can_wait():
        return work()
    from pyodide.ffi import create_proxy

    result: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def call() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001 it is raised by whoever awaits the result
            result.set_exception(error)

    module = _module()
    proxy: Any = create_proxy(call)
    was_on = module.jspiSupported
    # Pyodide asks for it now, and makes the call later.
    module.jspiSupported = True
    try:
        calling = asyncio.ensure_future(proxy.callPromising())
    finally:
        module.jspiSupported = was_on
    try:
        await asyncio.shield(calling)
    finally:
        await calling
        proxy.destroy()
    return await result


def _module() -> Any:
    import pyodide_js

    # Pyodide looks at `jspiSupported` at each callback; the other two say what the browser can.
    return pyodide_js._module  # noqa: SLF001 nothing public does it
