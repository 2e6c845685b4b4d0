"""Values as text: JSON, with notes on what JSON cannot say.

Text crosses between Python and JavaScript at once, however much is in it. Where JSON says all of a
value, the text is JSON. Else it is `*` and the JSON of `[value, notes]`. A note is a list of a kind
and a path, which leads from that outer list to what stands in for something else:

- `date`: the milliseconds of a Date;
- `number`: the digits of a number such as NaN, infinity, minus zero, or an integer beyond 2**53;
- `bigint`: the digits of a BigInt;
- `object`: the place, in a list beside the text, of what has no text: bytes, a Blob.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn

from indexeddb._time import from_milliseconds, to_milliseconds
from indexeddb.errors import InvalidValue, UsageError
from indexeddb.keys import LARGEST_INT

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_encode_string = json.encoder.encode_basestring_ascii
# So long an integer may be more than JavaScript's numbers can hold. (To find one inside a text
# costs a second look, and no more.)
_LONG_INTEGER: Final = re.compile(r"(?:^|[:,\[])-?\d{16}")

Path = tuple[str | int, ...]


def encode(value: object, objects: tuple[type, ...] = ()) -> tuple[str, list[Any]]:
    """Return the text of a value, and the list of what has no text.

    Args:
        value: what to encode.
        objects: the types that pass as they are, besides bytes.

    Raises:
        InvalidValue: something in the value cannot be stored; it is named with its place.
    """
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError):  # such as bytes; infinity; a circle
        return _Notes(objects).encode(value)
    return (text, []) if _LONG_INTEGER.search(text) is None else _Notes(objects).encode(value)


def encode_strings(strings: Iterable[str]) -> str:
    """Return the text of a list of strings, as `encode` would, in a fraction of its time."""
    return f"[{','.join(map(_encode_string, strings))}]"


def decode(text: str, objects: Sequence[Any] = (), parse: Callable[[str], Any] = json.loads) -> Any:
    """Return the value of a text, given the list of what has no text, and what reads JSON.

    Raises:
        InvalidValue: a Date in it has no counterpart in Python; it is named with its place.
    """
    if not text.startswith("*"):
        return parse(text)
    noted = parse(text[1:])
    for kind, *path, last in noted[1]:
        holder = noted
        for name in path:
            holder = holder[name]
        if kind == "object":
            holder[last] = objects[holder[last]]
            continue
        try:
            holder[last] = _DECODERS[kind](holder[last])
        except ValueError as error:
            raise InvalidValue(_at((*path, last), str(error))) from error
    return noted[0]


_DECODERS: Final[dict[str, Callable[[Any], Any]]] = {
    "bigint": int,
    "date": from_milliseconds,
    "number": float,
}


def is_json(text: object) -> bool:
    """Return whether JSON says all of a value that crossed."""
    return isinstance(text, str) and not text.startswith("*")


def name_of(value: object) -> str:
    """Return what to call a value in a message, such as `a set`."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def place_of(path: Sequence[str | int]) -> str:
    """Return how Python would write the way to an inner value, such as `lines[3].text`."""
    parts = [
        f".{name}" if isinstance(name, str) and name.isidentifier() else f"[{name!r}]"
        for name in path
    ]
    return "".join(parts).removeprefix(".")


def raise_named(error: UsageError, texts: Mapping[str, str]) -> NoReturn:
    """Raise what came of some texts: where one is not JSON, an InvalidValue that says which.

    Args:
        error: what came of them.
        texts: the texts, by what to call them.
    """
    if error.name != "SyntaxError":
        raise error
    for name, text in texts.items():
        try:
            json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as reason:
            msg = f"{name} is not JSON: {reason}"
            raise InvalidValue(msg, name=error.name) from error
    msg = f"{list(texts)[-1]} is not the JSON of an object"
    raise InvalidValue(msg, name=error.name) from error


def _refuse_constant(name: str) -> None:
    # Python reads and writes NaN and Infinity; JSON has neither.
    msg = f"it holds {name}"
    raise ValueError(msg)


class _Notes:
    """Takes notes on one value."""

    def __init__(self, objects: tuple[type, ...]) -> None:
        self._passing = objects
        self._notes: list[list[str | int]] = []
        self._objects: list[Any] = []
        self._holders: set[int] = set()

    def encode(self, value: object) -> tuple[str, list[Any]]:
        try:
            plain = self._plain(value, (0,))
            if not self._notes:
                return _encode(plain), []
            return f"*{_encode([plain, self._notes])}", self._objects
        except RecursionError:
            msg = "the value is nested too deep to be stored"
            raise InvalidValue(msg) from None

    def _plain(self, value: Any, path: Path) -> Any:
        if value is None or isinstance(value, str | int | float):
            return self._scalar(value, path)
        if isinstance(value, dict | list | tuple):
            return self._inner(value, path)
        if isinstance(value, datetime):
            try:
                return self._note("date", path, to_milliseconds(value))
            except ValueError as error:
                raise InvalidValue(_at(path, str(error))) from None
        if isinstance(value, bytes | bytearray | memoryview):
            return self._object(bytes(value), path)
        if isinstance(value, self._passing) and not callable(value):  # a function of JavaScript's
            return self._object(value, path)
        raise InvalidValue(_at(path, f"{name_of(value)} cannot be stored"))

    def _scalar(self, value: Any, path: Path) -> Any:
        if isinstance(value, int) and abs(value) > LARGEST_INT:
            msg = "an integer beyond 2**53 would not stay exact: store it as a string"
            raise InvalidValue(_at(path, msg))
        if isinstance(value, float) and not math.isfinite(value):
            return self._note("number", path, json.dumps(value))
        return value

    def _inner(self, value: Any, path: Path) -> Any:
        if id(value) in self._holders:
            msg = f"{name_of(value)} that holds itself cannot be stored"
            raise InvalidValue(_at(path, msg))
        self._holders.add(id(value))
        plain: Any
        if isinstance(value, dict):
            plain = {}
            for key, item in value.items():
                name = _field(key, path)
                plain[name] = self._plain(item, (*path, name))
        else:
            plain = [self._plain(item, (*path, n)) for n, item in enumerate(value)]
        self._holders.remove(id(value))
        return plain

    def _object(self, value: object, path: Path) -> int:
        self._objects.append(value)
        place: int = self._note("object", path, len(self._objects) - 1)
        return place

    def _note(self, kind: str, path: Path, stand_in: Any) -> Any:
        self._notes.append([kind, *path])
        return stand_in


def _field(key: object, path: Path) -> str:
    """Return the name of a field as JSON has it: numbers become strings."""
    if isinstance(key, str):
        return key
    if key is None or (isinstance(key, int | float) and math.isfinite(key)):
        return _encode(key)
    raise InvalidValue(_at(path, f"{name_of(key)} cannot be the name of a field: use a string"))


def _at(path: Sequence[str | int], message: str) -> str:
    place = place_of(path[1:])
    return f"{place}: {message}" if place else message
