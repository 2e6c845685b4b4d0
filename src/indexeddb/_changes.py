"""Changes: what a committed transaction did, as subscribers get it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indexeddb._text import decode
from indexeddb.errors import InvalidValue
from indexeddb.keys import Key, KeyRange, sort_key


@dataclass(frozen=True, slots=True)
class Change:
    """What one committed transaction changed.

    Attributes:
        stores: by the names of the stores, the keys and ranges of keys whose records were written
            or deleted, in this order, some maybe more than once. None where it may be any record:
            a store was cleared, there are more than 100 keys, or a key has no text (bytes).
        note: the text that the transaction attached, if any.
        is_local: whether this `Database` made it, and no other tab or `Database`.
    """

    stores: Mapping[str, Sequence[Key | KeyRange] | None]
    note: str | None = None
    is_local: bool = False

    def touches(self, store: str, query: Key | KeyRange | None = None) -> bool:
        """Return whether it may have changed a record of a store, with this key or in this range.

        Raises:
            InvalidKey: the query is neither a key nor a range.
        """
        wanted = None if query is None else as_range(query)
        if store not in self.stores:
            return False
        changed = self.stores[store]
        if changed is None or wanted is None:
            return True
        return any(_overlap(wanted, as_range(one)) for one in changed)


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody wants to hear of.

    Attributes:
        stores: the names of the stores; None for every change.
        query: the keys of their records; None for all.
    """

    stores: Sequence[str] | None
    query: KeyRange | None

    def is_touched_by(self, change: Change) -> bool:
        """Return whether the change may be about one of these records."""
        if self.stores is None:
            return True
        return any(change.touches(store, self.query) for store in self.stores)


NOTHING_CHANGED: Final = "{}"
"""The text of a transaction that changed nothing."""


def everything_in(stores: Iterable[str]) -> str:
    """Return the text of a change of which no more is known than the stores."""
    return json.dumps(dict.fromkeys(stores))


def encode_change(stores: str, note: str | None) -> str:
    """Encode a change for other tabs, given the text of what it changed."""
    return json.dumps([stores, note])


def decode_change(text: str) -> Change:
    """Decode a change of another tab."""
    stores, note = json.loads(text)
    return Change(decode_stores(stores), note)


def decode_stores(text: str) -> dict[str, list[Key | KeyRange] | None]:
    """Decode the kernel's text of what a transaction changed."""
    try:
        found = decode(text)
    except InvalidValue:  # a key is a Date that Python cannot say
        return dict.fromkeys(json.loads(text[1:])[0])
    return {
        store: None if queries is None else [_decode_query(*query) for query in queries]
        for store, queries in found.items()
    }


def _decode_query(first: Key, *rest: object) -> Key | KeyRange:
    return KeyRange(first, *rest) if rest else first  # type: ignore[arg-type]


def as_range(query: Key | KeyRange) -> KeyRange:
    """Return the range that a query means."""
    return query if isinstance(query, KeyRange) else KeyRange.only(query)


def _overlap(one: KeyRange, other: KeyRange) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: KeyRange, other: KeyRange) -> bool:
    if one.lower is None or other.upper is None:
        return True
    lower, upper = sort_key(one.lower), sort_key(other.upper)
    return lower < upper or (lower == upper and not (one.lower_open or other.upper_open))
