"""A browser whose databases do not open."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.js import run_js

__all__ = ["BACKING_STORE", "MUTATION", "broken_open"]

BACKING_STORE = ("UnknownError", "Internal error opening backing store for indexedDB.open.")
MUTATION = ("InvalidStateError", "A mutation operation was attempted on a database that did not")


@pytest.fixture
def broken_open() -> Iterator[Any]:
    """Have `open` fail as often as its first argument says, with a DOMException of that name."""
    breaks = run_js("""(times, name, text) => {
        globalThis.keptOpen = IDBFactory.prototype.open;
        globalThis.opens = 0;
        IDBFactory.prototype.open = function (...given) {
            globalThis.opens += 1;
            if (globalThis.opens > times) return globalThis.keptOpen.apply(this, given);
            const request = new EventTarget();
            const error = Object.assign(new DOMException(text, name), {stack: "at open"});
            Object.defineProperty(request, "error", {value: error});
            setTimeout(() => request.onerror(
                {type: "error", target: request, preventDefault() {}}), 0);
            return request;
        };
    }""")
    yield breaks
    run_js("IDBFactory.prototype.open = globalThis.keptOpen ?? IDBFactory.prototype.open")
