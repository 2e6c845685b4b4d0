"""Keys, and ranges of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from roomkeep.idb._platform import js, to_js

__all__ = ["Key", "KeyRange", "query_to_js"]

Key = str | int | float | bytes | Sequence["Key"]
"""What IndexedDB can order: numbers before strings before bytes before sequences of keys."""


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Keys from `lower` to `upper`; None leaves that end open to all.

    Attributes:
        lower_open: leave the lower bound itself out.
        upper_open: leave the upper bound itself out.
    """

    lower: Key | None = None
    upper: Key | None = None
    lower_open: bool = False
    upper_open: bool = False

    @classmethod
    def only(cls, key: Key) -> Self:
        """Make the range that holds one key."""
        return cls(key, key)

    @classmethod
    def starting_with(cls, *parts: Key) -> Self:
        """Make the range of the sequences that begin with these parts.

        Those that go on with a sequence in their turn are left out.
        """
        # A sequence sorts after every other type of key, so an empty one ends the range.
        return cls(parts, (*parts, ()))


def query_to_js(query: "Key | KeyRange | None") -> Any:
    """Turn a key or a range into what IndexedDB takes as a query."""
    if not isinstance(query, KeyRange):
        return to_js(query, field="key")
    ranges = js.IDBKeyRange
    if query.upper is None:
        # No key sorts below minus infinity, so that bound takes all.
        lower = to_js(float("-inf") if query.lower is None else query.lower, field="key")
        return ranges.lowerBound(lower, query.lower_open)
    if query.lower is None:
        return ranges.upperBound(to_js(query.upper, field="key"), query.upper_open)
    lower, upper = to_js(query.lower, field="key"), to_js(query.upper, field="key")
    return ranges.bound(lower, upper, query.lower_open, query.upper_open)
