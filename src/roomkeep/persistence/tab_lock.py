"""A lock among a browser's tabs, by the Web Locks API. It is free again when its tab is closed."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

__all__ = ["one_tab", "tab_lock"]


def one_tab(name: str) -> contextlib.AbstractAsyncContextManager[None]:
    """Return a lock that one tab of the browser holds at a time; elsewhere it locks nothing."""
    return tab_lock(name) if sys.platform == "emscripten" else contextlib.nullcontext()


@contextlib.asynccontextmanager
async def tab_lock(name: str) -> AsyncIterator[None]:
    """Hold a lock that one tab at a time can hold; wait for it first."""
    import js
    from pyodide.ffi import JsException, create_once_callable, to_js

    granted = asyncio.get_running_loop().create_future()
    released = js.Promise.withResolvers()
    controller = js.AbortController.new()

    def hold(_lock: object) -> object:
        if not granted.done():
            granted.set_result(None)
        # The lock is held until this promise settles.
        return released.promise

    options = to_js({"signal": controller.signal}, dict_converter=js.Object.fromEntries)
    asked = asyncio.ensure_future(
        js.navigator.locks.request(name, options, create_once_callable(hold))
    )
    try:
        await granted
        yield
    finally:
        released.resolve(None)
        # Has an effect only where the lock was never granted.
        controller.abort()
        with contextlib.suppress(JsException):
            await asked
