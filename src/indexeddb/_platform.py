"""The border to the browser: what exists only there, and where IndexedDB is found."""

import sys
from typing import TYPE_CHECKING, Any, Final

from indexeddb.errors import Unavailable

IN_PYODIDE: Final = sys.platform == "emscripten"


class DOMException(Exception):
    """What memory raises where the browser raises one."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


if TYPE_CHECKING:
    # These exist in the browser only, and have no type stubs.
    js: Any
    jsnull: Any
    create_proxy: Any
    run_js: Any
    to_js: Any

    def can_run_sync() -> bool: ...

    class JsException(Exception):
        name: str
        message: str

    class JsProxy:
        def to_py(self) -> Any: ...

elif IN_PYODIDE:
    try:
        import js
        from pyodide.code import run_js
        from pyodide.ffi import JsException, JsProxy, can_run_sync, create_proxy, jsnull, to_js
    except ImportError as error:
        msg = f"indexeddb needs Pyodide 0.28 or later: {error}"
        raise ImportError(msg) from error
else:
    # Under CPython, values of Python stand in for those of JavaScript.
    js = create_proxy = run_js = to_js = None
    jsnull = object()
    JsException = DOMException

    def can_run_sync() -> bool:
        return False

    class JsProxy:
        """What no value is an instance of."""


def indexed_db() -> Any:
    """Return the browser's `IDBFactory`.

    Raises:
        Unavailable: there is none (not a browser, or storage is turned off), or the browser
            refuses it to this page.
    """
    try:
        factory = getattr(js, "indexedDB", None)
    except JsException as error:
        msg = f"the browser refuses IndexedDB to this page: {error}"
        raise Unavailable(msg) from error
    if not factory:
        msg = "this browser has no IndexedDB, or its storage is turned off"
        raise Unavailable(msg)
    return factory
