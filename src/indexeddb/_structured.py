"""Values as structured cloning and JSON make them in JavaScript, in pure Python.

https://html.spec.whatwg.org/multipage/structured-data.html#structuredserialize. The memory engine
keeps them; under CPython they also stand in for JavaScript's.
"""

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

LARGEST_INTEGER: Final = 2**53 - 1
"""The largest integer that a JavaScript number is sure to hold; a larger one is a BigInt."""
_LONG_INTEGER: Final = re.compile(r"\d{16}")
_LONGEST: Final = 1e21
"""JavaScript writes smaller integers with all their digits."""
_SPACE: Final = re.compile(r"[ \t\n\r]*")

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class CannotClone(Exception):
    """The value holds something that cannot be stored."""


class NotJSON(ValueError):
    """The text is not JSON."""


def number(value: float) -> int | float:
    """Return a number as Python sees it when it comes out of JavaScript: 1.0 is 1."""
    if value.is_integer() and -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        return int(value)
    return value


@functools.singledispatch
def clone_other(value: Any) -> Any:
    """Clone a value of another type; types are registered here."""
    raise CannotClone(f"{type(value).__name__!r} has no counterpart in JavaScript")


def clone(value: Any, foreign: Callable[[Any], Any] = clone_other) -> Any:  # noqa: PLR0911 one for each type
    """Return a copy of a value, of dicts, lists, sets, bytes and what cannot change.

    Args:
        value: the value.
        foreign: copies what is of another type.

    Raises:
        CannotClone: something in it cannot be stored.
        RecursionError: it is a circle, or too deep.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return int(value)
        case float():
            return number(value)
        case dict():
            return {_name(name): clone(item, foreign) for name, item in value.items()}
        case list() | tuple():
            return [clone(item, foreign) for item in value]
        case bytes() | bytearray() | memoryview():
            return bytes(value)
        case set() | frozenset():
            return {_member(item) for item in value}
        case _:
            return foreign(value)


def _name(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, int | float):
        return json.dumps(key)
    raise CannotClone(f"{key!r} cannot be the name of a field")


def _member(item: Any) -> Any:
    if item is None or isinstance(item, str | int | float | bytes):
        return clone(item)
    raise CannotClone(f"{type(item).__name__!r} in a set cannot be stored")


def is_plain(value: Any) -> bool:
    """Return whether JSON says all of a cloned value."""
    match value:
        case None | bool() | str():
            return True
        case int():
            return -LARGEST_INTEGER <= value <= LARGEST_INTEGER
        case float():
            # Neither infinite nor NaN, nor an integer that JavaScript writes otherwise.
            return value - value == 0 and not value.is_integer()
        case dict():
            return all(map(is_plain, value.values()))
        case list():
            return all(map(is_plain, value))
        case _:
            return False


def text_of(value: Any) -> str | None:
    """Return the JSON text that says all of a cloned value; None where there is none."""
    return _encode(value) if is_plain(value) else None


def stringify(value: Any) -> str:
    """Return a cloned value as `JSON.stringify` writes it.

    Raises:
        CannotClone: it holds a BigInt.
    """
    return _encode(_as_json(value))


def _as_json(value: Any) -> Any:  # noqa: PLR0911 one for each type
    match value:
        case int():
            if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
                raise CannotClone("Do not know how to serialize a BigInt")
            return value
        case None | str():
            return value
        case float():
            if value - value != 0:
                return None
            return int(value) if value.is_integer() and abs(value) < _LONGEST else value
        case dict():
            return {name: _as_json(item) for name, item in value.items()}
        case list():
            return [_as_json(item) for item in value]
        case bytes():
            return {str(place): byte for place, byte in enumerate(value)}
        case _:  # a Set, or what only JavaScript has
            return {}


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
        raise NotJSON(f"{text} is not JSON")


_reader = _Reader()


def parse(text: str) -> tuple[Any, str | None]:
    """Read JSON text, as `JSON.parse` does; return the value, and the text that says all of it.

    That is None where there is none, as for 1e999, which is infinite.

    Raises:
        NotJSON: it is not JSON.
    """
    _reader.is_rewritten = False
    try:
        value = _reader.decoder(text).decode(text)
    except json.JSONDecodeError as error:
        raise NotJSON(str(error)) from error
    return value, text_of(value) if _reader.is_rewritten else text


def parse_each(array: str) -> Iterator[tuple[Any, str | None]]:
    """Read the JSON text of an array; yield of each of its values what `parse` returns.

    Raises:
        NotJSON: it is not the JSON text of an array.
    """
    decode = _reader.decoder(array).raw_decode
    place, last = _skip_space(array, 1), len(array) - 1
    while place < last:
        _reader.is_rewritten = False
        try:
            value, end = decode(array, place)
        except json.JSONDecodeError as error:
            raise NotJSON(str(error)) from error
        yield value, text_of(value) if _reader.is_rewritten else array[place:end]
        place = _skip_space(array, end)
        if place == last:
            return
        if array[place] != "," or (place := _skip_space(array, place + 1)) == last:
            raise NotJSON(f"unexpected {array[place]!r} at character {place}")


def _skip_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return place if found is None else found.end()
