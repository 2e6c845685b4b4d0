"""Cursors in memory."""

from bisect import bisect_left, bisect_right
from functools import partial
from typing import Any

from indexeddb._memory.operations import Run, Source
from indexeddb._memory.records import TOP, Record, Span, keep_value, key_at, place_of, read_parts
from indexeddb._memory.store import Store, Undo
from indexeddb._platform import DOMException, jsnull
from indexeddb._structured import copy


class Cursor:
    """A position in a span of a store or an index; like the browser's, it is moved, never copied.

    Args:
        undo: gets what undoes the cursor's writes.
        source: the store or the index.
        span: the span.
        direction: where to, and whether (`"nextunique"`, `"prevunique"`) to one record a key.
    """

    def __init__(self, undo: Undo, source: Source, span: Span, direction: str) -> None:
        self._undo = undo
        self._source = source
        self._span = span
        self._is_backward = direction.startswith("prev")
        self._is_store = isinstance(source, Store)
        self._is_unique = direction.endswith("unique") and not self._is_store
        self._entry: Any = None
        self._record: Record | None = None

    @property
    def key(self) -> Any:
        """The key at this position: the index's, where an index is walked."""
        record = self._here()
        return copy(record.key) if self._is_store else key_at(self._entry[0])

    @property
    def primaryKey(self) -> Any:  # noqa: N802 the browser's name
        """The key of the record in its store."""
        return copy(self._here().key)

    @property
    def value(self) -> Any:
        """The record's value."""
        return self._here().load()

    def proceed(self, count: int | None, key: Any, primary_key: Any) -> Run:
        """Return what moves it on: by a count of records, to a key, or to the next record."""
        self._here()
        if key is None:
            return partial(self.advance, count or 1)
        target: Any = place_of(read_parts(key)[0])
        here = self._entry if self._is_store else self._entry[0]
        if primary_key is not None:
            target = (target, place_of(read_parts(primary_key)[0]))
            here = self._entry
        if not (target < here if self._is_backward else target > here):
            raise DOMException("DataError", "The key does not lie ahead of the cursor.")
        return partial(self._seek, target, has_primary_key=primary_key is not None)

    def advance(self, count: int) -> Any:
        """Move on by a count of records; return the cursor, or null at the end of the span."""
        entries = self._source.entries
        for _ in range(count):
            start, end = self._source.select(self._span)
            if self._entry is not None and self._is_backward:
                edge = (self._entry[0],) if self._is_unique else self._entry
                end = min(end, bisect_left(entries, edge))
            elif self._entry is not None:
                edge = (self._entry[0], TOP) if self._is_unique else self._entry
                start = max(start, bisect_right(entries, edge))
            if self._take(start, end) is jsnull:
                return jsnull
        return self

    def _seek(self, target: Any, *, has_primary_key: bool) -> Any:
        """Move to a place, or to the first record beyond it."""
        entries = self._source.entries
        start, end = self._source.select(self._span)
        is_whole = self._is_store or has_primary_key
        if self._is_backward:
            edge = target if is_whole else (target, TOP)
            end = min(end, bisect_right(entries, edge))
        else:
            edge = target if is_whole else (target,)
            start = max(start, bisect_left(entries, edge))
        return self._take(start, end)

    def _take(self, start: int, end: int) -> Any:
        """Move to the nearest of some entries."""
        if start >= end:
            self._record = None
            return jsnull
        entries: list[Any] = self._source.entries
        self._entry = entries[end - 1 if self._is_backward else start]
        if self._is_unique and self._is_backward:
            self._entry = entries[bisect_left(entries, (self._entry[0],))]
        self._record = self._source.record(self._entry)
        return self

    def update(self, value: Any) -> Run:
        """Return what writes the record anew."""
        record, store = self._here(), self._store
        kept, text = keep_value(value)
        if store.key_path is None:
            found = record.key, record.place
        else:
            own = store.key_for(kept, None)
            if own is None or own[1] != record.place:
                raise DOMException("DataError", "the record's key would not stay")
            found = own
        return lambda: store.write(kept, text, found, is_new=False, undo=self._undo)

    def delete(self) -> Run:
        """Return what deletes the record."""
        record, store = self._here(), self._store
        return lambda: store.delete(Span(record.place, record.place), self._undo)

    @property
    def _store(self) -> Store:
        self._undo.check_writable()
        return self._source if isinstance(self._source, Store) else self._source.store

    def _here(self) -> Record:
        if self._record is None:
            raise DOMException("InvalidStateError", "The cursor is at no record.")
        return self._record
