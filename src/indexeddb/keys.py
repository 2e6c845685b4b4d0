"""Keys, their order, and ranges of them, in pure Python.

https://www.w3.org/TR/IndexedDB-3/#compare-two-keys: numbers come before datetimes (which are Dates
there), these before strings, strings before bytes, bytes before sequences; strings compare by
UTF-16 code unit. What should be a key and is none raises `InvalidKey`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from indexeddb._time import to_milliseconds
from indexeddb.errors import InvalidKey

__all__ = [
    "Direction",
    "Key",
    "KeyRange",
    "SortKey",
    "compare",
    "extract_key",
    "prefix_of",
    "sort_key",
]

Key = str | int | float | datetime | bytes | Sequence["Key"]
"""What IndexedDB can order: a number, a datetime, a string, bytes, or a list or tuple of keys.

A datetime is aware, and as a key it is exact to the millisecond.
"""

Direction = Literal["next", "nextunique", "prev", "prevunique"]
"""From the first key of a range to its last, or (`"prev"`) from the last to the first.

The unique ones give one record for each key of an index: of those with the same key, the one with
the lowest primary key.
"""

SortKey = tuple[int, Any]
"""What stands for a key in comparisons."""

LARGEST_INT = 2**53
"""To IndexedDB a number is a float: beyond this, not every integer is one."""


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys from `lower` to `upper`; None leaves that end open to all.

    Attributes:
        lower_open: leave the lower bound itself out.
        upper_open: leave the upper bound itself out.

    Raises:
        InvalidKey: a bound is not a key, or no key can lie between the two.
    """

    lower: Key | None = None
    upper: Key | None = None
    lower_open: bool = False
    upper_open: bool = False

    def __post_init__(self) -> None:
        lower = None if self.lower is None else sort_key(self.lower)
        upper = None if self.upper is None else sort_key(self.upper)
        if lower is None or upper is None:
            return
        if lower > upper or (lower == upper and (self.lower_open or self.upper_open)):
            msg = f"no key lies between {self.lower!r} and {self.upper!r}"
            raise InvalidKey(msg)

    @classmethod
    def only(cls, key: Key) -> Self:
        """Make the range that holds one key."""
        sort_key(key)  # None would leave both ends open
        return cls(key, key)

    @classmethod
    def starting_with(cls, *parts: Key) -> Self:
        """Make the range of the sequences that begin with these parts.

        Those that go on with a sequence in their turn are left out.
        """
        # A sequence sorts after every other type of key, so an empty one ends the range.
        return cls(parts, (*parts, ()))

    @classmethod
    def prefix(cls, text: str) -> Self:
        """Make the range of the strings that begin with `text`; `""` gives all strings.

        Raises:
            InvalidKey: `text` ends in half a surrogate pair.
        """
        kept = text.rstrip("\uffff")  # the last of all characters has no successor
        # Bytes sort after every string.
        end: Key = kept[:-1] + _next_character(kept[-1]) if kept else b""
        return cls(text, end, upper_open=True)

    def includes(self, key: Key) -> bool:
        """Return whether a key lies in the range."""
        found = sort_key(key)
        if self.lower is not None:
            lower = sort_key(self.lower)
            if found < lower or (self.lower_open and found == lower):
                return False
        if self.upper is not None:
            upper = sort_key(self.upper)
            if found > upper or (self.upper_open and found == upper):
                return False
        return True


def _next_character(character: str) -> str:
    """Return the character that follows in the order of UTF-16: not of code points."""
    # Characters beyond U+FFFF are written as pairs of units from U+D800 to U+DFFF, which come
    # before U+E000.
    match character:
        case "\ud7ff":
            return "\U00010000"
        case "\U0010ffff":
            return "\ue000"
    if "\ud800" <= character <= "\udfff":
        msg = "a prefix cannot end in half a surrogate pair"
        raise InvalidKey(msg)
    return chr(ord(character) + 1)


def prefix_of(query: KeyRange) -> str | None:
    """Return the text that the strings of a range begin with; None for other kinds of range."""
    text = query.lower
    if not isinstance(text, str) or not query.upper_open or query.lower_open:
        return None
    try:
        return text if query == KeyRange.prefix(text) else None
    except InvalidKey:
        return None


def sort_key(key: Key) -> SortKey:
    """Return a value that sorts as IndexedDB sorts the key."""
    if isinstance(key, str):
        return (3, key.encode("utf-16-be", "surrogatepass"))
    if isinstance(key, int | float):
        return (1, _number(key))
    if isinstance(key, datetime):
        try:
            return (2, to_milliseconds(key))
        except ValueError as error:
            raise InvalidKey(str(error)) from None
    if isinstance(key, bytes):
        return (4, key)
    if isinstance(key, list | tuple):
        try:
            return (5, tuple([sort_key(part) for part in key]))
        except RecursionError:
            msg = "a key cannot be nested so deep"
            raise InvalidKey(msg) from None
    raise _no_key(key)


def _number(key: float) -> float:
    is_exact = abs(key) <= LARGEST_INT if isinstance(key, int) else not math.isnan(key)
    if isinstance(key, bool) or not is_exact:
        raise _no_key(key)
    return key


def compare(left: Key, right: Key) -> int:
    """Return -1, 0 or 1: whether a key comes before another, is the same, or comes after."""
    first, second = sort_key(left), sort_key(right)
    return (first > second) - (first < second)


def _no_key(value: object) -> InvalidKey:
    kinds = "a number, a datetime, a string, bytes, or a list of those"
    return InvalidKey(f"{value!r} is not a key: {kinds}")


def extract_key(record: Mapping[str, Any], path: str | Sequence[str]) -> Key | None:
    """Return the key that a record has at a key path; None where it has none.

    Args:
        record: the record.
        path: the name of a field, names joined by dots that lead into inner mappings, or a
            sequence of such paths, which makes a key of several parts. `""` is the record itself.
    """
    if isinstance(path, str):
        value: Any = record
        for name in path.split(".") if path else ():
            value = value.get(name) if isinstance(value, Mapping) else None
        if value is None or isinstance(value, str):
            return value
        try:
            sort_key(value)
        except InvalidKey:
            return None
        key: Key = value
        return key
    parts = [extract_key(record, part) for part in path]
    return None if None in parts else tuple(part for part in parts if part is not None)
