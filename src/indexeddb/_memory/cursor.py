"""Cursors in memory."""

from bisect import bisect_left, bisect_right
from typing import Any

from indexeddb._memory.operations import Run, Source
from indexeddb._memory.records import Record, Span, key_at, read_value
from indexeddb._memory.store import Store, Undo
from indexeddb._platform import DOMException, jsnull


class Cursor:
    """A position in a span of a store or an index; like the browser's, it is moved, never copied.

    Args:
        undo: gets what undoes the cursor's writes.
        source: the store or the index.
        span: the span.
        direction: `"next"` or `"prev"`.
    """

    def __init__(self, undo: Undo, source: Source, span: Span, direction: str) -> None:
        self.key: Any = None
        self._undo = undo
        self._source = source
        self._span = span
        self._is_backward = direction == "prev"
        self._entry: Any = None
        self._record: Record | None = None

    @property
    def primaryKey(self) -> Any:  # noqa: N802 the browser's name
        """The key of the record in its store."""
        return self._here().key

    @property
    def value(self) -> Any:
        """The record's value."""
        return self._here().load()

    def move(self) -> Any:
        """Move to the next record; return the cursor, or null at the end of the span."""
        entries = self._source.entries
        start, end = self._source.select(self._span)
        if self._entry is not None and self._is_backward:
            end = min(end, bisect_left(entries, self._entry))
        elif self._entry is not None:
            start = max(start, bisect_right(entries, self._entry))
        if start >= end:
            self._record = None
            return jsnull
        self._entry = entries[end - 1 if self._is_backward else start]
        self._record = self._source.record(self._entry)
        is_store = isinstance(self._source, Store)
        self.key = self._record.key if is_store else key_at(self._entry[0])
        return self

    def update(self, value: Any) -> Run:
        """Return what writes the record anew."""
        record, store = self._here(), self._store
        cloned, text = read_value(value, is_text=False)
        if store.key_path is None:
            found = record.key, record.place
        else:
            own = store.key_for(cloned, None)
            if own is None or own[1] != record.place:
                raise DOMException("DataError", "the record's key would not stay")
            found = own
        return lambda: store.write(cloned, text, found, is_new=False, undo=self._undo)

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
