"""Answers in place of an index that the database lacks: read, sort, select.

An older client's database has no index but the messages' `roomId`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from indexeddb.keys import Key, KeyRange, sort_key
from roomkeep.storage.engines.indexeddb.decoding import Decoder, split_records, stored_fields
from roomkeep.storage.schema import SCHEMA

K = TypeVar("K", bound=Key)


class Entry(NamedTuple):
    """A record, where the missing index would have it."""

    index_key: tuple[int, Any]
    sort_key: tuple[int, Any]
    key: Any
    text: bytes


class Scanner:
    """Finds the records of a transaction that a missing index would list.

    Args:
        source: returns a store (index None) or one of its indexes.
        missing: the indexes that the database lacks, as pairs of store and index.
        decoder: takes note of the records that cannot be decoded.
    """

    def __init__(
        self,
        source: Callable[[str, str | None], Any],
        missing: frozenset[tuple[str, str]],
        decoder: Decoder,
    ) -> None:
        self._source = source
        self._missing = missing
        self._decoder = decoder

    async def entries(self, store: str, index: str, query: KeyRange | None) -> list[Entry]:
        """Return the records of a range of the index, in its order."""
        schema = SCHEMA[store]
        found = []
        for text in split_records(await self._read(store, index, query)):
            fields = stored_fields(text)
            key, index_key = schema.key_of(fields), schema.index_key_of(fields, index)
            if key is None or index_key is None or not (query is None or query.includes(index_key)):
                continue
            found.append(Entry(sort_key(index_key), sort_key(key), key, text))
        return sorted(found, key=lambda entry: entry[:2])

    async def find_keys(self, store: str, index: str, values: list[K]) -> dict[K, list[Any]]:
        """Return the primary keys of the records with these values, by the value."""
        wanted = {sort_key(value): value for value in values}
        found: dict[K, list[Any]] = {}
        for entry in await self.entries(store, index, None):
            if (value := wanted.get(entry.index_key)) is not None:
                found.setdefault(value, []).append(entry.key)
        return found

    async def _read(self, store: str, index: str, query: KeyRange | None) -> str:
        """Return all records that may be in the range, as a JSON list."""
        source, narrowed = self._source(store, None), None
        path = SCHEMA[store].indexes[index]
        first = _common_first(query)
        if isinstance(path, tuple) and first is not None:
            for other, other_path in SCHEMA[store].indexes.items():
                if other_path == path[0] and (store, other) not in self._missing:
                    source, narrowed = self._source(store, other), KeyRange.only(first)
        return await self._decoder.read_json(
            store, source.get_all_json(narrowed), lambda: source.get_all(narrowed, convert=list)
        )


def _common_first(query: KeyRange | None) -> Any:
    """Return what all keys of a range begin with; None where that is not one thing."""
    if query is None or not isinstance(query.lower, tuple) or not isinstance(query.upper, tuple):
        return None
    lower, upper = query.lower[:1], query.upper[:1]
    return lower[0] if lower and lower == upper else None
