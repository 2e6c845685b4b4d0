"""Object stores and indexes in memory, in the order of their keys."""

import itertools
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from functools import partial
from typing import Any

from indexeddb._memory.changes import Changes
from indexeddb._memory.records import (
    MISSING,
    TOP,
    Entries,
    KeyPath,
    Record,
    Span,
    can_inject,
    find_key,
    find_keys,
    inject,
)
from indexeddb._platform import DOMException
from indexeddb._structured import number, text_of
from indexeddb.keys import SortKey, sort_key

_LAST_KEY = 2**53
_numbers = itertools.count()


class Undo(list[Callable[[], object]]):
    """The steps that undo a transaction, to be taken from the last to the first.

    Attributes:
        changes: what they would undo.
    """

    def __init__(self, *, is_writable: bool) -> None:
        super().__init__()
        self.is_writable = is_writable
        self.changes = Changes()

    def check_writable(self) -> None:
        """Check that the transaction may write.

        Raises:
            DOMException: it may only read.
        """
        if not self.is_writable:
            raise DOMException("ReadOnlyError", "The transaction is read-only.")


class Index:
    """An index: pairs of what its key and the record's primary key sort by, in their order."""

    def __init__(
        self, store: "Store", name: str, key_path: KeyPath, *, unique: bool, multi_entry: bool
    ) -> None:
        self.store = store
        self.name = name
        self.key_path = key_path
        self.unique = unique
        self.multi_entry = multi_entry
        self.number = next(_numbers)
        self.is_filled = False  # with the records that were there before it
        self.entries: list[tuple[SortKey, SortKey]] = []

    def select(self, span: Span) -> tuple[int, int]:
        """Return from where to where a span lies in the entries."""
        start, end = 0, len(self.entries)
        if span.lower is not None:
            edge = (span.lower, TOP) if span.lower_open else (span.lower,)
            start = bisect_left(self.entries, edge)
        if span.upper is not None:
            edge = (span.upper,) if span.upper_open else (span.upper, TOP)
            end = bisect_left(self.entries, edge)
        return start, max(start, end)

    def record(self, entry: Any) -> Record:
        """Return the record of an entry."""
        return self.store.rows[entry[1]]

    def first_of_each_key(self, start: int, end: int) -> list[tuple[SortKey, SortKey]]:
        """Return from a part of the entries the first of those with the same key."""
        found = []
        while start < end:
            entry = self.entries[start]
            found.append(entry)
            start = bisect_left(self.entries, (entry[0], TOP), start)
        return found

    def entries_for(self, value: Any, place: SortKey) -> Entries:
        """Return what a record is found by."""
        found = find_keys(value, self.key_path, is_multi=self.multi_entry)
        return tuple([(key, place) for key in found])

    def check(self, entries: Entries) -> None:
        """Check that no other record has the keys of a record.

        Raises:
            DOMException: another has, and the index is unique.
        """
        if not self.unique:
            return
        for key, place in entries:
            start, end = self.select(Span(key, key))
            if any(other != place for _, other in self.entries[start:end]):
                msg = (
                    f"the unique index {self.name!r} of the store {self.store.name!r} has this key"
                )
                raise DOMException("ConstraintError", msg)

    def fill(self) -> None:
        """Take in the records that were there before the index.

        Raises:
            DOMException: two have the same key, and the index is unique.
        """
        self.is_filled = True
        for record in self.store.rows.values():
            entries = self.entries_for(record.load(), record.place)
            self.check(entries)
            record.entries = (*record.entries, (self.number, entries))
            for entry in entries:
                insort(self.entries, entry)


class Store:
    """An object store: records by what their keys sort by, in that order."""

    def __init__(self, name: str, key_path: KeyPath | None, *, auto_increment: bool) -> None:
        self.name = name
        self.key_path = key_path
        self.auto_increment = auto_increment
        self.next_key = 1
        self.rows: dict[SortKey, Record] = {}
        self.entries: list[SortKey] = []
        self.indexes: dict[str, Index] = {}

    def select(self, span: Span) -> tuple[int, int]:
        """Return from where to where a span lies in the entries."""
        start, end = 0, len(self.entries)
        if span.lower is not None:
            cut = bisect_right if span.lower_open else bisect_left
            start = cut(self.entries, span.lower)
        if span.upper is not None:
            cut = bisect_left if span.upper_open else bisect_right
            end = cut(self.entries, span.upper)
        return start, max(start, end)

    def record(self, entry: Any) -> Record:
        """Return the record of an entry."""
        return self.rows[entry]

    def key_for(self, value: Any, given: tuple[Any, SortKey] | None) -> tuple[Any, SortKey] | None:
        """Return the key to store a value under, and what it sorts by; None for a generated one.

        Raises:
            DOMException: there is none, or one too many.
        """
        if self.key_path is None:
            if given is None and not self.auto_increment:
                raise DOMException("DataError", f"the store {self.name!r} takes keys with records")
            return given
        if given is not None:
            raise DOMException("DataError", f"the store {self.name!r} has its keys in its records")
        key, place = find_key(value, self.key_path)
        if place is not None:
            return key, place
        if key is MISSING and self.auto_increment and isinstance(self.key_path, str):
            if not can_inject(value, self.key_path):
                raise DOMException("DataError", f"no key can be put at {self.key_path!r}")
            return None
        raise DOMException("DataError", f"the record has no key at {self.key_path!r}")

    def write(
        self,
        value: Any,
        text: str | None,
        found: tuple[Any, SortKey] | None,
        *,
        is_new: bool,
        undo: Undo,
    ) -> Any:
        """Store a value under a key, and return the key.

        Args:
            value: the value.
            text: its JSON text, if any.
            found: the key, and what it sorts by; None to generate one.
            is_new: refuse to replace a record.
            undo: gets what undoes this.

        Raises:
            DOMException: the key is taken, or one in a unique index.
        """
        before = self.next_key
        if found is None:
            if before > _LAST_KEY:
                raise DOMException("ConstraintError", "the generator has no keys left")
            generated = number(float(before))
            found = generated, sort_key(generated)
            if isinstance(self.key_path, str):
                inject(value, self.key_path, generated)
                text = text_of(value)
        key, place = found
        if is_new and place in self.rows:
            raise DOMException("ConstraintError", f"the store {self.name!r} has this key")
        record = Record(key, place, value, text)
        record.entries = tuple(
            [
                (index.number, index.entries_for(value, place))
                for index in self.indexes.values()
                if index.is_filled
            ]
        )
        for index in self.indexes.values():
            if index.unique:
                index.check(record.entries_of(index.number))
        old = self._swap(place, record)
        after = before
        if self.auto_increment and isinstance(key, int | float) and key >= before:
            after = self.next_key = int(min(key, _LAST_KEY)) + 1

        def take_back() -> None:
            self._swap(place, old)
            if after != before:
                self.next_key = before

        undo.append(take_back)
        undo.changes.add(self.name, Span(place, place))
        return key

    def delete(self, span: Span, undo: Undo) -> None:
        """Delete the records of a span."""
        start, end = self.select(span)
        for place in self.entries[start:end]:
            old = self._swap(place, None)
            undo.append(partial(self._swap, place, old))
        undo.changes.add(self.name, span)

    def clear(self, undo: Undo) -> None:
        """Delete all records."""
        rows, entries = self.rows, self.entries
        kept = [(index, index.entries) for index in self.indexes.values()]
        self.rows, self.entries = {}, []
        for index, _ in kept:
            index.entries = []

        def take_back() -> None:
            self.rows, self.entries = rows, entries
            for index, old in kept:
                index.entries = old

        undo.append(take_back)
        undo.changes.add(self.name, None)

    def _swap(self, place: SortKey, record: Record | None) -> Record | None:
        """Put a record (None: nothing) where a key is; return what was there."""
        old = self.rows.pop(place, None)
        if old is None:
            if record is not None:
                insort(self.entries, place)
        elif record is None:
            del self.entries[bisect_left(self.entries, place)]
        if record is not None:
            self.rows[place] = record
        for index in self.indexes.values():
            removed = () if old is None else old.entries_of(index.number)
            added = () if record is None else record.entries_of(index.number)
            if removed == added:
                continue
            for entry in removed:
                del index.entries[bisect_left(index.entries, entry)]
            for entry in added:
                insort(index.entries, entry)
        return old
