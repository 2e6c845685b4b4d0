"""Values, keys and queries on their way across the border between Python and JavaScript.

JSON text crosses at once, however much is in it. So it is taken wherever it says all of a value;
what it cannot say (bytes, a Blob, infinity) is converted piece by piece. A value that has no
counterpart in JavaScript raises `InvalidValue`, a key or a query that is none `InvalidKey`.
"""

import json
import re
from typing import Any, Final

from indexeddb._platform import ConversionError, JsException, JsProxy, js, jsnull
from indexeddb._platform import to_js as _to_js
from indexeddb.errors import IndexedDBError, InvalidKey, InvalidValue, error_from
from indexeddb.keys import Key, KeyRange, sort_key

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
# JavaScript would read so long an integer as the float that is nearest. (In a text it does no harm
# to find one: that value is converted piece by piece.)
_LONG_INTEGER: Final = re.compile(r"(?:^|[:,\[])-?\d{16}")


def to_js(value: object) -> Any:
    """Turn a Python value into a JavaScript one that can be stored: a dict becomes an object.

    None becomes null. A JavaScript object passes as it is.
    """
    return _convert(value, InvalidValue)


def _convert(value: object, kind: type[IndexedDBError]) -> Any:
    try:
        return _to_js(
            _with_null(value), dict_converter=js.Object.fromEntries, create_pyproxies=False
        )
    except (ConversionError, RecursionError) as error:
        msg = f"IndexedDB cannot store what is in this {type(value).__name__}: "
        raise kind(f"{msg}{error.__cause__ or error}") from error


def _with_null(value: Any) -> Any:
    # By itself, Pyodide makes undefined of None: a field that is there and is not.
    if value is None:
        return jsnull
    if isinstance(value, dict):
        return {key: _with_null(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_null(item) for item in value]
    return value


def to_py(value: Any) -> Any:
    """Turn a JavaScript value into a Python one: an object becomes a dict, null and undefined None.

    What has no counterpart (a Blob, a Date) stays a JavaScript object.
    """
    # Pyodide keeps null apart from undefined, as an object that no Python program expects.
    if value is jsnull:
        return None
    if not isinstance(value, JsProxy):
        return value
    converted = value.to_py()
    _remove_null(converted)
    return converted


def _remove_null(value: Any) -> None:
    # What is stored can be a circle, or deeper than Python's stack.
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if id(inner) in seen or not isinstance(inner, dict | list):
            continue
        seen.add(id(inner))
        for place, item in inner.items() if isinstance(inner, dict) else enumerate(inner):
            if item is jsnull:
                inner[place] = None
            elif isinstance(item, dict | list):
                waiting.append(item)


def to_json(value: Any) -> str | None:
    """Turn a JavaScript value into JSON text, in one crossing; None where there is no value.

    A Date becomes text, a Blob `{}`.

    Raises:
        InvalidValue: something in it has no JSON text, such as a BigInt.
    """
    try:
        text: str | None = js.JSON.stringify(value)
    except JsException as error:
        raise error_from(error) from error
    return text


def from_json(text: str) -> Any:
    """Turn JSON text into a JavaScript value, in one crossing."""
    return js.JSON.parse(text)


def from_lane(value: Any) -> Any:
    """Convert a value that came in the kernel's lane `VALUE`."""
    return json.loads(value) if isinstance(value, str) else to_py(value)


def key_from_lane(value: Any) -> Any:
    """Convert a key, or a list of keys, that came in the kernel's lane `VALUE`."""
    return json.loads(value) if isinstance(value, str) else to_key(value)


def to_key(value: Any) -> Any:
    """Convert a JavaScript key, or an array of keys."""
    return _with_bytes(to_py(value))


def _with_bytes(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, list):
        return [_with_bytes(item) for item in value]
    return value


def encode_record(value: object, key: Key | None) -> tuple[Any, ...]:
    """Return what to hand to the kernel for a record: its value, whether that is JSON, its key."""
    given = _encode_value(value)
    return given if key is None else (*given, encode_key(key))


def _encode_value(value: object) -> tuple[Any, bool]:
    if isinstance(value, JsProxy):
        return value, False
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError):  # bytes, a Blob; infinity; a circle
        return to_js(value), False
    return (text, True) if _LONG_INTEGER.search(text) is None else (to_js(value), False)


def encode_query(query: Key | KeyRange) -> Any:
    """Return what to hand to the kernel for a query: a key, or the four parts of a range."""
    if isinstance(query, KeyRange):
        return _encode_parts([query.lower, query.upper, query.lower_open, query.upper_open])
    return encode_key(query)


def encode_optional(query: Key | KeyRange | None) -> Any:
    """Return what to hand to the kernel for a query, where None stands for all records."""
    return None if query is None else encode_query(query)


def encode_key(key: Key) -> Any:
    """Return what to hand to the kernel for a key."""
    return encode_keys([key])


def encode_keys(keys: list[Key]) -> Any:
    """Return what to hand to the kernel for many keys."""
    sort_key(keys)
    return _encode_parts(keys)


def _encode_parts(parts: list[Any]) -> Any:
    try:
        return _encode(parts)
    except (TypeError, ValueError):  # bytes; infinity
        return _convert(parts, InvalidKey)
