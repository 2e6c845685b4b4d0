"""Values as JavaScript has them, in pure Python: what its JSON does, and `_script_values.py`.

The memory engine keeps them; under CPython they also stand in for those of JavaScript.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from indexeddb._platform import DOMException
from indexeddb._text import decode
from indexeddb.keys import LARGEST_INT

_LONG_INTEGER: Final = re.compile(r"\d{16}")
_LONGEST: Final = 1e21
"""JavaScript writes smaller integers without an exponent: the digits needed, and zeros."""
_SPACE: Final = re.compile(r"[ \t\n\r]*")

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode

Read = tuple[Any, str | None]
"""A value, and the JSON text that says all of it; None where there is none."""


def number(value: float) -> int | float:
    """Return a number as Python sees it when it comes out of JavaScript: 1.0 is 1."""
    if value.is_integer() and abs(value) <= LARGEST_INT and (value or math.copysign(1, value) > 0):
        return int(value)
    return value


def copy(value: Any, leaf: Callable[[Any], Any] | None = None) -> Any:
    """Return a copy of a value's dicts and lists; `leaf`, if any, copies what is in them.

    Raises:
        RecursionError: it is a circle, or too deep.
    """
    if isinstance(value, dict):
        return {name: copy(item, leaf) for name, item in value.items()}
    if isinstance(value, list):
        return [copy(item, leaf) for item in value]
    return value if leaf is None else leaf(value)


def _is_plain(value: Any) -> bool:
    match value:
        case None | bool() | str():
            return True
        case int():
            return abs(value) <= LARGEST_INT
        case float():
            # Neither infinite nor NaN, nor an integer that JavaScript writes otherwise.
            return value - value == 0 and not value.is_integer()
        case dict():
            return all(map(_is_plain, value.values()))
        case list():
            return all(map(_is_plain, value))
        case _:
            return False


def text_of(value: Any) -> str | None:
    """Return the JSON text that says all of a value; None where there is none."""
    return _encode(value) if _is_plain(value) else None


def stringify(value: Any) -> str:
    """Return a value as `JSON.stringify` writes it.

    Raises:
        DOMException: it holds a BigInt, or itself.
    """
    try:
        return _encode(_as_json(value))
    except RecursionError as error:
        raise DOMException("TypeError", "the value holds itself, or is too deep") from error


def _as_json(value: Any) -> Any:  # noqa: PLR0911 one for each type
    match value:
        case None | bool() | str():
            return value
        case int():
            if abs(value) > LARGEST_INT:
                raise DOMException("TypeError", "Do not know how to serialize a BigInt")
            return value
        case float():
            return _number_as_json(value)
        case dict():
            return {name: _as_json(item) for name, item in value.items()}
        case list():
            return [_as_json(item) for item in value]
        case bytes():
            return {str(place): byte for place, byte in enumerate(value)}
        case datetime():
            moment = value.astimezone(UTC).isoformat(timespec="milliseconds")
            return moment.replace("+00:00", "Z")
        case _:  # a Blob, or what only JavaScript has
            return {}


def _number_as_json(value: float) -> float | None:
    if value - value != 0:
        return None
    if value.is_integer() and abs(value) < _LONGEST:
        return int(Decimal(repr(value)))
    return value


class _Reader:
    """Reads JSON text, numbers as JavaScript has them."""

    def __init__(self) -> None:
        self.is_rewritten = False  # Python would write a number of the last value otherwise
        self._usual = json.JSONDecoder(parse_float=self._number, parse_constant=self._refuse)
        self._long = json.JSONDecoder(
            parse_float=self._number, parse_int=self._number, parse_constant=self._refuse
        )

    def decoder(self, text: str) -> json.JSONDecoder:
        """Return what reads this text."""
        # Looking at each integer takes time: so only where there are long ones.
        return self._usual if _LONG_INTEGER.search(text) is None else self._long

    def _number(self, text: str) -> int | float:
        self.is_rewritten = True
        return number(float(text))

    def _refuse(self, text: str) -> Any:
        raise DOMException("SyntaxError", f"{text} is not JSON")


_reader = _Reader()


def parse(text: str) -> Any:
    """Read JSON text, as `JSON.parse` does.

    Raises:
        DOMException: it is not JSON.
    """
    return _read_json(text)[0]


def from_text(text: str, objects: Sequence[Any] | None) -> Any:
    """Return the value of a text, given the list of what has no text; see `_text.py`."""
    return read(text, objects)[0]


def read(text: str, objects: Sequence[Any] | None = None) -> Read:
    """Return the value of a text, and its JSON text.

    Raises:
        DOMException: the text is not JSON.
    """
    if text.startswith("*"):
        return decode(text, objects or (), parse), None
    return _read_json(text)


def _read_json(text: str) -> Read:
    _reader.is_rewritten = False
    try:
        value = _reader.decoder(text).decode(text)
    except json.JSONDecodeError as error:
        raise DOMException("SyntaxError", str(error)) from error
    except RecursionError as error:
        raise DOMException("RangeError", str(error)) from error
    return value, text_of(value) if _reader.is_rewritten else text


def read_each(array: str) -> Iterator[Read]:
    """Read the JSON text of an array; yield each of its values, and its JSON text.

    Raises:
        DOMException: it is not the JSON text of an array.
    """
    decode_at = _reader.decoder(array).raw_decode
    place, last = _skip_space(array, 1), len(array) - 1
    while place < last:
        _reader.is_rewritten = False
        try:
            value, end = decode_at(array, place)
        except json.JSONDecodeError as error:
            raise DOMException("SyntaxError", str(error)) from error
        except RecursionError as error:
            raise DOMException("RangeError", str(error)) from error
        yield value, text_of(value) if _reader.is_rewritten else array[place:end]
        place = _skip_space(array, end)
        if place == last:
            return
        if array[place] != "," or (place := _skip_space(array, place + 1)) == last:
            msg = f"unexpected {array[place]!r} at character {place}"
            raise DOMException("SyntaxError", msg)


def _skip_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return place if found is None else found.end()
