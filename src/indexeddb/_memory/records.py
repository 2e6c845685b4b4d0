"""Records in memory, their keys, and what is asked for by keys."""

import functools
from datetime import datetime
from typing import Any, Final, NamedTuple

from indexeddb import _structured
from indexeddb._blob import Blob
from indexeddb._platform import DOMException, JsException, JsProxy, js
from indexeddb._structured import Read
from indexeddb._time import from_milliseconds
from indexeddb._values import to_py
from indexeddb.errors import InvalidKey
from indexeddb.keys import LARGEST_INT, SortKey, sort_key

KeyPath = str | list[str]
Entries = tuple[tuple[SortKey, SortKey], ...]
"""Pairs of what a key in an index and the record's own key sort by."""
TOP: SortKey = (9, None)
"""Sorts after every key."""
MISSING: Final = object()
"""What is at a key path that leads nowhere; None is null, which is no key."""


class Record:
    """A stored record.

    Attributes:
        key: its primary key.
        place: what its key sorts by.
        text: the JSON text that says all of it; None where there is none.
        entries: what it is found by in each index, by the index's number.
    """

    __slots__ = ("_value", "entries", "key", "place", "text")

    def __init__(self, key: Any, place: SortKey, value: Any, text: str | None) -> None:
        self.key = key
        self.place = place
        self.text = text
        # One copy is enough to keep.
        self._value = value if text is None else None
        # No dicts or lists, which Python's garbage collector would look at again and again.
        self.entries: tuple[tuple[int, Entries], ...] = ()

    def entries_of(self, index: int) -> Entries:
        """Return what it is found by in an index."""
        return next((entries for number, entries in self.entries if number == index), ())

    def load(self) -> Any:
        """Return a copy of the value."""
        if self.text is None:
            return _structured.copy(self._value)
        return _structured.parse(self.text)

    def stringify(self) -> str:
        """Return the value as JSON text, also where that does not say all of it.

        Raises:
            DOMException: it holds a BigInt.
        """
        return _structured.stringify(self._value) if self.text is None else self.text


class Span(NamedTuple):
    """The keys from one to another, by what they sort by; None leaves that end open."""

    lower: SortKey | None = None
    upper: SortKey | None = None
    lower_open: bool = False
    upper_open: bool = False


ALL = Span()
_NUMBER, _STRING, _ARRAY = (sort_key(key)[0] for key in (0, "", ()))
_DATE = _NUMBER + 1


def read_value(text: str, objects: Any = None) -> Read:
    """Return the value of a text, given what has no text, and the JSON text that says all of it."""
    value, kept = _structured.read(text, to_py(objects))
    # What is JavaScript's is the user's own, and can change.
    return keep_value(value) if objects is not None else (value, kept)


def keep_value(value: Any) -> Read:
    """Return a copy of a value, and the JSON text that says all of it."""
    try:
        copy = _structured.copy(to_py(value), _copy_leaf)
        return copy, _structured.text_of(copy)
    except RecursionError as error:
        raise DOMException("RangeError", "the value holds itself, or is too deep") from error


def _copy_leaf(value: Any) -> Any:
    """Copy what only JavaScript has."""
    if not isinstance(value, JsProxy):
        return value
    try:
        return js.structuredClone(value)
    except JsException as error:
        raise DOMException("DataCloneError", error.message) from error


def read_parts(given: Any) -> list[Any]:
    """Return the keys that are given as a text or as an array."""
    parts: list[Any] = _structured.read(given)[0] if isinstance(given, str) else to_py(given)
    return parts


def read_keys(given: Any) -> list[SortKey]:
    """Return what many keys sort by."""
    return [place_of(key) for key in read_parts(given)]


def read_query(given: Any) -> Span:
    """Return the span that is given as [key] or as [lower, upper, lower_open, upper_open]."""
    if given is None:
        return ALL
    parts = read_parts(given)
    if len(parts) == 1:
        place = place_of(parts[0])
        return Span(place, place)
    lower, upper = (None if part is None else place_of(part) for part in parts[:2])
    return Span(lower, upper, *parts[2:])


def place_of(key: Any) -> SortKey:
    """Return what a key sorts by."""
    try:
        return _place(key)
    except InvalidKey as error:
        raise DOMException("DataError", str(error)) from error
    except RecursionError as error:
        raise DOMException("DataError", "a key cannot be nested so deep") from error


def key_at(place: SortKey) -> Any:
    """Return the key that sorts by this."""
    kind, value = place
    if kind == _STRING:
        return value.decode("utf-16-be", "surrogatepass")
    if kind == _DATE:
        return from_milliseconds(value)
    return [key_at(part) for part in value] if kind == _ARRAY else value


def _place(value: Any) -> SortKey:
    """Do what `sort_key` does, sooner; in a record, an integer that is larger is a BigInt."""
    kind = type(value)
    if kind is str:
        return _place_of_string(value)
    if kind is int:
        if not -LARGEST_INT <= value <= LARGEST_INT:
            raise InvalidKey(f"{value} is a BigInt")
        return _NUMBER, value
    if kind is list:
        return _ARRAY, tuple([_place(part) for part in value])
    return sort_key(value)


@functools.lru_cache(4096)
def _place_of_string(text: str) -> SortKey:
    # Many records have the same string, such as the id of a room: so it is kept once.
    return sort_key(text)


@functools.lru_cache(4096)
def _split(path: str) -> list[str]:
    return path.split(".") if path else []


def find(value: Any, path: str) -> Any:
    """Return what is at a key path of a value; MISSING where there is nothing."""
    for name in _split(path):
        if isinstance(value, dict):
            value = value.get(name, MISSING)
        elif name == "length" and isinstance(value, str):
            # JavaScript counts the units of UTF-16.
            value = len(value.encode("utf-16-le", "surrogatepass")) // 2
        elif name == "length" and isinstance(value, list):
            value = len(value)
        elif isinstance(value, JsProxy) or (isinstance(value, Blob) and name in {"size", "type"}):
            value = getattr(value, name, MISSING)
        else:
            value = MISSING
    return value


def find_key(value: Any, path: KeyPath) -> tuple[Any, SortKey | None]:
    """Return the key at a key path, and what it sorts by: None where it is no key.

    Where there is nothing, the key is MISSING.
    """
    key = find(value, path) if isinstance(path, str) else [find(value, part) for part in path]
    if isinstance(path, list) and MISSING in key:
        key = MISSING
    if key is MISSING:
        return key, None
    try:
        return key, _place(key)
    except (InvalidKey, RecursionError):
        return key, None


def find_keys(value: Any, path: KeyPath, *, is_multi: bool) -> list[SortKey]:
    """Return what the keys sort by that an index has for a value."""
    if not is_multi:
        place = find_key(value, path)[1]
        return [] if place is None else [place]
    found = find(value, path) if isinstance(path, str) else None
    if not isinstance(found, list):
        return find_keys(value, path, is_multi=False)
    places = dict.fromkeys(find_key(item, "")[1] for item in found)
    return [place for place in places if place is not None]


def can_inject(value: Any, path: str) -> bool:
    """Return whether `inject` can put a key into a value."""
    *names, _ = path.split(".")
    for name in names:
        if not isinstance(value, dict):
            break
        value = value.get(name, {})
    return isinstance(value, dict | list | bytes | datetime | Blob | JsProxy)


def inject(value: Any, path: str, key: Any) -> None:
    """Put a generated key into a value, where its key path says."""
    *names, last = path.split(".")
    for name in names:
        if isinstance(value, dict):
            value = value.setdefault(name, {})
    # JavaScript's arrays, bytes and Dates have fields, too, which no reader in Python ever sees.
    if isinstance(value, dict):
        value[last] = key


def check_path(path: Any) -> None:
    """Check that something is a key path.

    Raises:
        DOMException: it is none.
    """
    if path is None or path == "":
        return
    parts = path if isinstance(path, list) else [path]
    if not parts or not all(isinstance(part, str) and _is_path(part) for part in parts):
        raise DOMException("SyntaxError", f"{path!r} is not a key path")


def _is_path(path: str) -> bool:
    return not path or all(name.replace("$", "_").isidentifier() for name in path.split("."))
