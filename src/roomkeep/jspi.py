"""JSPI: whether Python runs on stacks of its own, so that it can wait in the midst of a call.

Where a browser has JSPI, Pyodide runs every callback of the event loop on such a stack. Chromium's
heap profiler, which some of its processes have on, reads beyond the end of one, and the page is
gone; see docs/failures.md. So Python runs on the page's own stack, unless it has to wait.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

__all__ = ["disable_jspi", "with_jspi"]

_waiting = 0
"""How many need JSPI at the moment."""


async def disable_jspi() -> None:
    """Go on on the page's own stack, and have everything run there from now on."""
    _switch(is_on=False)
    await asyncio.sleep(0)


@asynccontextmanager
async def with_jspi() -> AsyncIterator[None]:
    """Let Python wait in the midst of a call, if the browser has JSPI: `run_sync` does it."""
    global _waiting  # noqa: PLW0603
    _waiting += 1
    _switch(is_on=True)
    # The next callback of the event loop runs where it now should.
    await asyncio.sleep(0)
    try:
        yield
    finally:
        _waiting -= 1
        if not _waiting:
            _switch(is_on=False)


def _switch(*, is_on: bool) -> None:
    if sys.platform == "emscripten":
        import pyodide_js

        # Pyodide looks at the first at each callback. The other two say what the browser can.
        module: Any = pyodide_js._module  # noqa: SLF001 nothing public does it
        module.jspiSupported = is_on and bool(module.newJspiSupported or module.oldJspiSupported)
