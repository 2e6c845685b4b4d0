"""Values, keys and queries on their way across the border between Python and JavaScript.

They cross as text (see `_text.py`) wherever there is a text that says all of a value. On the way to
JavaScript, bytes and Blobs go beside the text. A value that has no counterpart in JavaScript raises
`InvalidValue`, a key or a query that is none `InvalidKey`.
"""

import functools
from typing import Any, Final

from indexeddb._blob import Blob
from indexeddb._platform import IN_PYODIDE, JsException, JsProxy, js, jsnull, run_js
from indexeddb._platform import to_js as _to_js
from indexeddb._script_values import VALUES
from indexeddb._text import decode, encode, encode_strings
from indexeddb._time import from_milliseconds
from indexeddb.errors import InvalidValue, error_from
from indexeddb.keys import Key, KeyRange, sort_key

_OBJECTS: Final = (Blob, JsProxy)

_json: Any
if IN_PYODIDE:
    _json = js.JSON
else:
    # What does the same with the values of Python that stand in for those of JavaScript.
    from indexeddb import _structured

    _json = _structured


def to_js(value: object) -> Any:
    """Turn a Python value into a JavaScript one that can be stored: a dict becomes an object.

    A JavaScript object passes as it is.

    Raises:
        InvalidValue: something in the value cannot be stored; it is named with its place.
    """
    return _from_text()(*_encode(value))


@functools.cache
def _from_text() -> Any:
    if not IN_PYODIDE:
        return _structured.from_text
    return run_js(f"(() => {{ 'use strict'; {VALUES} return fromText; }})()")


def _encode(value: object) -> tuple[str, Any]:
    """Return the text of a value, and a JavaScript array of what has no text, if any."""
    text, objects = encode(value, _OBJECTS)
    if not objects:
        return text, None
    if not IN_PYODIDE:
        return text, objects
    return text, _to_js([one.js if isinstance(one, Blob) else one for one in objects])


def to_py(value: Any) -> Any:
    """Turn a JavaScript value into a Python one: an object becomes a dict, null and undefined None.

    A Date becomes a datetime in UTC, an ArrayBuffer or a view of one bytes, a Blob a `Blob`. What
    has no counterpart stays a JavaScript object.

    Raises:
        InvalidValue: a Date is invalid, or outside the years 1 to 9999.
    """
    if not isinstance(value, JsProxy):
        # Pyodide keeps null apart from undefined, as an object that no Python program expects.
        return None if value is jsnull else value
    found = [value.to_py()]
    # What is stored can be a circle, or deeper than Python's stack.
    seen: set[int] = set()
    waiting: list[Any] = [found]
    while waiting:
        inner = waiting.pop()
        if id(inner) in seen:
            continue
        seen.add(id(inner))
        for place, item in inner.items() if isinstance(inner, dict) else enumerate(inner):
            if isinstance(item, dict | list):
                waiting.append(item)
            elif item is jsnull or isinstance(item, memoryview | JsProxy):
                inner[place] = _leaf_to_py(item)
    return found[0]


def _leaf_to_py(value: Any) -> Any:
    if value is jsnull:
        return None
    if isinstance(value, memoryview):
        return bytes(value)
    match js.Object.prototype.toString.call(value):
        case "[object Date]":
            try:
                return from_milliseconds(value.getTime())
            except ValueError as error:
                raise InvalidValue(str(error)) from error
        case "[object Blob]" | "[object File]":
            return Blob(value)
    return value


def to_json(value: Any) -> str | None:
    """Turn a JavaScript value into JSON text, in one crossing; None where there is no value.

    A Date becomes text, a Blob `{}`.

    Raises:
        InvalidValue: the value holds what JSON cannot say: a BigInt, or itself.
    """
    try:
        text: str | None = _json.stringify(value)
    except JsException as error:
        raise error_from(error) from error
    return text


def from_json(text: str) -> Any:
    """Turn JSON text into a JavaScript value, in one crossing.

    Raises:
        InvalidValue: the text is not JSON.
    """
    try:
        return _json.parse(text)
    except JsException as error:
        msg = f"the text is not JSON: {error.message}"
        raise InvalidValue(msg, name=error.name) from error


def from_lane(value: Any) -> Any:
    """Convert a value that came in the kernel's lane `VALUE`."""
    return decode(value) if isinstance(value, str) else to_py(value)


def encode_record(value: object, key: Key | None) -> tuple[Any, ...]:
    """Return what to hand to the kernel for a record: its text, what has none, its key."""
    given = _encode(value)
    return given if key is None else (*given, encode_key(key))


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


def encode_keys(keys: list[Any]) -> Any:
    """Return what to hand to the kernel for many keys."""
    if set(map(type, keys)) == {str}:
        return encode_strings(keys)
    sort_key(keys)
    return _encode_parts(keys)


def _encode_parts(parts: list[Any]) -> Any:
    text, objects = _encode(parts)
    return text if objects is None else _from_text()(text, objects)
