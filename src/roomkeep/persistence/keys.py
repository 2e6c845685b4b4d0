"""IndexedDB's order of keys, in Python.

https://www.w3.org/TR/IndexedDB-3/#compare-two-keys: numbers come before strings, strings before
bytes, bytes before sequences; strings compare by UTF-16 code unit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from roomkeep.idb import Key, KeyRange

__all__ = ["Order", "in_range", "key_at", "order"]

Order = tuple[int, Any]
"""What stands for a key in comparisons."""


def order(key: Key) -> Order:
    """Return what compares as IndexedDB compares the key."""
    if isinstance(key, str):
        return (2, key.encode("utf-16-be", "surrogatepass"))
    if isinstance(key, int | float):
        return (1, key)
    if isinstance(key, bytes):
        return (3, key)
    return (4, tuple(order(part) for part in key))


def in_range(place: Order, query: KeyRange) -> bool:
    """Tell whether a key lies in a range."""
    if query.lower is not None:
        lower = order(query.lower)
        if place < lower or (query.lower_open and place == lower):
            return False
    if query.upper is not None:
        upper = order(query.upper)
        if place > upper or (query.upper_open and place == upper):
            return False
    return True


def key_at(record: Mapping[str, Any], path: str | Sequence[str]) -> Key | None:
    """Return the key that a record has at a key path; None where it has none."""
    if isinstance(path, str):
        key = record.get(path)
        return key if isinstance(key, str | int | float) and not isinstance(key, bool) else None
    parts = [key_at(record, part) for part in path]
    return None if None in parts else tuple(part for part in parts if part is not None)
