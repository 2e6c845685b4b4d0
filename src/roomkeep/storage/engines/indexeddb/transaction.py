"""A transaction of IndexedDB, as the operations see it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import dropwhile, islice
from typing import Any, TypeVar

import indexeddb
from indexeddb.keys import Key, KeyRange
from roomkeep.storage.asked import Asked
from roomkeep.storage.changes import Change
from roomkeep.storage.decode_errors import Suspects
from roomkeep.storage.encoding import encode
from roomkeep.storage.engines.immediate import Done
from roomkeep.storage.engines.indexeddb.blobs import StoredBlob, blob_of, put_blob
from roomkeep.storage.engines.indexeddb.decoding import Decoder
from roomkeep.storage.engines.indexeddb.scan import Entry, Scanner
from roomkeep.storage.schema import BYTES
from roomkeep.storage.transaction import Direction

K = TypeVar("K", bound=Key)
R = TypeVar("R")


class IndexedDBTransaction:
    """A transaction of IndexedDB, as the operations see it."""

    def __init__(
        self, tx: indexeddb.Transaction, missing: frozenset[tuple[str, str]], suspects: Suspects
    ) -> None:
        self.changes: list[Change] = []
        self._tx = tx
        self._missing = missing
        self._suspects = suspects
        self._sources: dict[tuple[str, str | None], Any] = {}
        self._decoder = Decoder(suspects)
        self._scanner = Scanner(self._source, missing, self._decoder)
        self.unreadable = self._decoder.unreadable

    def get(self, store: str, key: Key, kind: type[R]) -> Awaitable[R | None]:
        reading = self.get_many(store, [key], kind)

        async def first() -> R | None:
            return next(iter(await reading), None)

        return Asked(first)

    def get_many(self, store: str, keys: Sequence[Key], kind: type[R]) -> Awaitable[list[R]]:
        if not keys:
            return Done([])
        source = self._store(store)

        async def ask_values() -> list[Any]:
            return [await one for one in [source.get(key, convert=_as_is) for key in keys]]

        return self._decoded(store, kind, source.get_many_json(keys), ask_values)

    def get_all(  # noqa: PLR0913 all but two are options
        self,
        store: str,
        kind: type[R],
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        direction: Direction = "next",
        count: int | None = None,
        offset: int = 0,
        start: Key | None = None,
    ) -> Awaitable[list[R]]:
        if count == 0:
            return Done([])
        if index is not None and (store, index) in self._missing:

            async def scanned() -> list[R]:
                entries = await self._scan(store, index, query, direction, start)
                decoded = (self._decoder.decode(store, one.text, kind) for one in entries[offset:])
                return list(islice((one for one in decoded if one is not None), count))

            return Asked(scanned)
        source = self._source(store, index)

        def ask(wanted: int | None) -> Awaitable[str]:
            text: Awaitable[str] = source.get_all_json(
                query, count=wanted, direction=direction, offset=offset, start=start
            )
            return text

        # The first request is issued now, not when the result is awaited.
        first = ask(count)

        async def readable() -> list[R]:
            request, asked = first, count

            async def ask_values() -> list[Any]:
                skipped = offset
                if start is not None:
                    keys = await source.get_all_keys(query, direction=direction)
                    skipped += [_key(key) for key in keys].index(start)
                most = None if asked is None else asked + skipped
                values: list[Any] = await source.get_all(
                    query, count=most, direction=direction, convert=list
                )
                return values[skipped:]

            while True:
                text = await self._decoder.read_json(store, request, ask_values)
                records = self._decoder.decode_all(store, text, kind)
                found = _present(records)
                if asked is None or count is None or len(found) >= count or len(records) < asked:
                    return found[:count]
                # Unreadable records took the place of others: look further.
                asked += 2 * (asked - len(found))
                request = ask(asked)

        return Asked(readable)

    def get_page(
        self, store: str, kind: type[R], after: Key | None, count: int
    ) -> Awaitable[tuple[list[Any], list[R]]]:
        query = KeyRange(lower=after, lower_open=after is not None)
        source = self._store(store)
        asking_keys = source.get_all_keys(query, count=count)
        asking_text = source.get_all_json(query, count=count)

        async def page() -> tuple[list[Any], list[R]]:
            keys = [_key(key) for key in await asking_keys]
            text = await self._decoder.read_json(
                store, asking_text, lambda: source.get_all(query, count=count, convert=list)
            )
            return keys, _present(self._decoder.decode_all(store, text, kind))

        return Asked(page)

    def get_all_keys(
        self,
        store: str,
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        count: int | None = None,
    ) -> Awaitable[list[Any]]:
        if count == 0:
            return Done([])
        if index is not None and (store, index) in self._missing:
            return Asked(lambda: self._scan_keys(store, index, query, count))
        request = self._source(store, index).get_all_keys(query, count=count)

        async def keys() -> list[Any]:
            return [_key(key) for key in await request]

        return Asked(keys)

    def existing(self, store: str, keys: Sequence[Key]) -> Awaitable[set[Any]]:
        if not keys:
            return Done(set())
        request = self._store(store).existing(keys)

        async def found() -> set[Any]:
            return {key for key, is_there in zip(keys, await request, strict=True) if is_there}

        return Asked(found)

    def find(
        self, store: str, index: str, values: Sequence[Key], kind: type[R]
    ) -> Awaitable[list[R]]:
        if not values:
            return Done([])
        if (store, index) in self._missing:
            return Asked(lambda: self._scan_values(store, index, values, kind))
        source = self._source(store, index)

        async def ask_values() -> list[Any]:
            asked = [source.get_all(value, convert=list) for value in values]
            return [record for records in asked for record in await records]

        return self._decoded(store, kind, source.get_many_json(values), ask_values)

    def find_keys(
        self, store: str, index: str, values: Sequence[K]
    ) -> Awaitable[dict[K, list[Any]]]:
        if not values:
            return Done({})
        if (store, index) in self._missing:
            return Asked(lambda: self._scanner.find_keys(store, index, list(values)))
        request = self._source(store, index).find_keys(values)

        async def found() -> dict[K, list[Any]]:
            pairs = zip(values, await request, strict=True)
            return {value: [_key(key) for key in keys] for value, keys in pairs if keys}

        return Asked(found)

    def count(
        self, store: str, *, index: str | None = None, query: KeyRange | None = None
    ) -> Awaitable[int]:
        if index is not None and (store, index) in self._missing:
            return Asked(lambda: self._scan_count(store, index, query))
        counting: Awaitable[int] = self._source(store, index).count(query)
        return counting

    def get_blob(self, store: str, key: Key) -> Awaitable[StoredBlob | None]:
        return self._store(store).get(key, convert=blob_of)

    def put(self, store: str, records: Sequence[object], *, blob: object = None) -> None:
        if blob is None:
            if records:
                self._store(store).put_many_json(encode(record) for record in records)
            return
        for record in records:
            value = indexeddb.from_json(encode(record))
            put_blob(value, blob)
            self._store(store).put(value)

    def patch(
        self, store: str, keys: Sequence[Key], fields: Mapping[str, object]
    ) -> Awaitable[None]:
        # Laid over the stored objects themselves, so that what JSON cannot carry stays in them.
        return self._store(store).patch_many_json(keys, encode(fields)) if keys else Done(None)

    async def put_blob(self, store: str, keys: Sequence[Key], blob: object) -> None:
        if blob is None:
            await self.patch(store, keys, {BYTES: None})
            return
        for key in keys:
            value = await self._store(store).get(key, convert=_as_is)
            if value is not None:
                put_blob(value, blob)
                self._store(store).put(value)

    def delete(self, store: str, keys: Iterable[Key]) -> None:
        if keys := list(keys):
            self._store(store).delete_many(keys)

    def clear(self, store: str) -> None:
        self._store(store).clear()

    def suspects(self, store: str) -> list[Key]:
        return list(self._suspects.get(store, ()))

    def missing_indexes(self) -> list[str]:
        return sorted(f"{store}.{index}" for store, index in self._missing)

    def find_damage(self, store: str) -> Done[list[str]]:  # noqa: ARG002 the browser tells nothing
        return Done([])

    def _decoded(
        self,
        store: str,
        kind: type[R],
        asked: Awaitable[str],
        ask_values: Callable[[], Awaitable[list[Any]]],
    ) -> Awaitable[list[R]]:
        async def decoded() -> list[R]:
            text = await self._decoder.read_json(store, asked, ask_values)
            return _present(self._decoder.decode_all(store, text, kind))

        return Asked(decoded)

    def _store(self, name: str) -> indexeddb.Store:
        store: indexeddb.Store = self._source(name, None)
        return store

    def _source(self, store: str, index: str | None) -> Any:
        known = self._sources.get((store, index))
        if known is None:
            known = self._tx.store(store) if index is None else self._store(store).index(index)
            self._sources[store, index] = known
        return known

    async def _scan(
        self,
        store: str,
        index: str,
        query: KeyRange | None,
        direction: Direction,
        start: Key | None,
    ) -> list[Entry]:
        entries = await self._scanner.entries(store, index, query)
        if direction == "prev":
            entries.reverse()
        if start is None:
            return entries
        return list(dropwhile(lambda entry: entry.key != start, entries))

    async def _scan_values(
        self, store: str, index: str, values: Sequence[Key], kind: type[R]
    ) -> list[R]:
        found = await self._scanner.find_keys(store, index, list(values))
        return await self.get_many(store, [key for keys in found.values() for key in keys], kind)

    async def _scan_keys(
        self, store: str, index: str, query: KeyRange | None, count: int | None
    ) -> list[Any]:
        return [entry.key for entry in await self._scanner.entries(store, index, query)][:count]

    async def _scan_count(self, store: str, index: str, query: KeyRange | None) -> int:
        return len(await self._scanner.entries(store, index, query))


def _key(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key


def _present(records: Iterable[R | None]) -> list[R]:
    return [record for record in records if record is not None]


def _as_is(value: Any) -> Any:
    return value
