"""The border to the browser: what exists only there, and where IndexedDB is found."""

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from indexeddb import _structured
from indexeddb.errors import Unavailable

IN_PYODIDE: Final = sys.platform == "emscripten"


class DOMException(Exception):
    """What memory raises where the browser raises one."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


def _stringify(value: Any) -> str:
    try:
        return _structured.stringify(_structured.clone(value))
    except _structured.CannotClone as error:
        raise DOMException("TypeError", str(error)) from error


def _parse(text: str) -> Any:
    try:
        return _structured.parse(text)[0]
    except _structured.NotJSON as error:
        raise DOMException("SyntaxError", str(error)) from error


def _clone(value: Any, **_options: object) -> Any:
    return _structured.clone(value)


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

elif IN_PYODIDE:
    import js
    from pyodide.code import run_js
    from pyodide.ffi import ConversionError, JsException, JsProxy, create_proxy, jsnull, to_js
else:
    # Under CPython, values of Python stand in for those of JavaScript.
    js = SimpleNamespace(
        JSON=SimpleNamespace(parse=_parse, stringify=_stringify),
        Object=SimpleNamespace(fromEntries=dict),
    )
    jsnull = create_proxy = run_js = None
    to_js = _clone
    JsException = DOMException
    ConversionError = _structured.CannotClone

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
