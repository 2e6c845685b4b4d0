"""The border to the browser: what exists only there, and where IndexedDB is found."""

import sys
from typing import TYPE_CHECKING, Any

from indexeddb.errors import Unavailable

if TYPE_CHECKING:
    # These exist in the browser only, and have no type stubs.
    js: Any
    jsnull: Any
    create_proxy: Any
    run_js: Any
    to_js: Any

    class JsException(Exception):
        name: str
        message: str

    class JsProxy:
        def to_py(self) -> Any: ...

    class ConversionError(Exception): ...

else:
    try:
        import js
        from pyodide.code import run_js
        from pyodide.ffi import (
            ConversionError,
            JsException,
            JsProxy,
            create_proxy,
            jsnull,
            to_js,
        )
    except ImportError as error:
        if sys.platform == "emscripten":
            msg = f"indexeddb needs Pyodide 0.28 or later: {error}"
            raise ImportError(msg) from error
        # CPython: the package can be imported, and `open` says what is missing.
        js = jsnull = create_proxy = run_js = to_js = None
        JsException = JsProxy = ConversionError = None


def indexed_db() -> Any:
    """Return the browser's `IDBFactory`.

    Raises:
        Unavailable: there is none (not a browser, or storage is turned off), or the browser
            refuses it to this page.
    """
    if js is None:
        msg = "IndexedDB is to be had in a browser only"
        raise Unavailable(msg)
    try:
        factory = getattr(js, "indexedDB", None)
    except JsException as error:
        msg = f"the browser refuses IndexedDB to this page: {error}"
        raise Unavailable(msg) from error
    if not factory:
        msg = "this browser has no IndexedDB, or its storage is turned off"
        raise Unavailable(msg)
    return factory
