"""The border to the browser: what it gives, and values on their way across."""

from typing import TYPE_CHECKING, Any

from roomkeep.errors import InvalidRecord, StorageUnavailable

if TYPE_CHECKING:
    # These exist in the browser only, and have no type stubs.
    js: Any
    jsnull: Any
    create_proxy: Any
    _to_js: Any

    class JsException(Exception):
        name: str
        message: str

    class JsProxy:
        def to_py(self) -> Any: ...

    class ConversionError(Exception): ...

else:
    try:
        import js
        from pyodide.ffi import ConversionError, JsException, JsProxy, create_proxy, jsnull
        from pyodide.ffi import to_js as _to_js
    except ImportError:  # CPython: the package can be imported, and `open` says what is missing
        js = jsnull = create_proxy = _to_js = None
        JsException = JsProxy = ConversionError = None

__all__ = [
    "JsException",
    "JsProxy",
    "create_proxy",
    "from_json",
    "indexed_db",
    "js",
    "to_js",
    "to_json",
    "to_py",
]


def indexed_db() -> Any:
    """Return the browser's `IDBFactory`.

    Raises:
        StorageUnavailable: there is none (not a browser, or storage is turned off), or the browser
            refuses it to this page.
    """
    if js is None:
        msg = "IndexedDB is to be had in a browser only"
        raise StorageUnavailable(msg)
    try:
        factory = getattr(js, "indexedDB", None)
    except JsException as error:
        msg = f"the browser refuses IndexedDB to this page: {error}"
        raise StorageUnavailable(msg) from error
    if not factory:
        msg = "this browser has no IndexedDB, or its storage is turned off"
        raise StorageUnavailable(msg)
    return factory


def to_js(value: object, *, field: str = "value") -> Any:
    """Turn a Python value into a JavaScript one that can be stored: a dict becomes an object.

    None becomes undefined. A JavaScript object passes as it is.

    Raises:
        InvalidRecord: something in the value has no counterpart in JavaScript; it names `field`.
    """
    try:
        return _to_js(value, dict_converter=js.Object.fromEntries, create_pyproxies=False)
    except ConversionError as error:
        msg = f"IndexedDB cannot keep what is in this {type(value).__name__}: {error.__cause__}"
        raise InvalidRecord(msg, field=field) from error


def to_py(value: Any) -> Any:
    """Turn a JavaScript value into a Python one: an object becomes a dict, null and undefined None.

    What has no counterpart (a Blob, a Date) stays a JavaScript object.
    """
    return _without_null(value.to_py() if isinstance(value, JsProxy) else value)


def _without_null(value: Any) -> Any:
    # Pyodide keeps null apart from undefined, as an object that no Python program expects.
    if value is jsnull:
        return None
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_null(item) for item in value]
    return value


def to_json(value: Any) -> str | None:
    """Turn a JavaScript value into JSON text, in one crossing; None where there is no value.

    For many records this is several times as fast as `to_py`. A Date becomes text, a Blob `{}`.
    """
    text: str | None = js.JSON.stringify(value)
    return text


def from_json(text: str) -> Any:
    """Turn JSON text into a JavaScript value, in one crossing."""
    return js.JSON.parse(text)
