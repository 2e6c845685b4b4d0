"""An account's database in IndexedDB: opened, upgraded, used."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import indexeddb
from roomkeep.errors import StorageError
from roomkeep.storage.changes import Change, decode_changes, encode_changes
from roomkeep.storage.decode_errors import Suspects
from roomkeep.storage.engines.indexeddb.errors import storage_errors
from roomkeep.storage.engines.indexeddb.transaction import IndexedDBTransaction
from roomkeep.storage.operations.meta import CURRENT_USER_ID
from roomkeep.storage.operations.older_clients import UPGRADED
from roomkeep.storage.schema import (
    SCHEMA,
    SEARCH_SCHEMA,
    SEARCH_VERSION,
    VERSION,
    KeyPath,
    StoreSchema,
)
from roomkeep.storage.transaction import Body

T = TypeVar("T")
logger = logging.getLogger(__name__)


async def open_engine(
    name: str,
    durability: indexeddb.Durability,
    *,
    owner: str | None,
    look: Body[T],
    on_create: Callable[[], None] = lambda: None,
    memory: indexeddb.Memory | None = None,
) -> "tuple[IndexedDBEngine, T]":
    """Open a database with schema version 2, and create or upgrade it where it is not there.

    Args:
        name: the database's name.
        durability: how safe a write is when it returns, as `indexeddb.Database.write` says.
        owner: the account that a new database belongs to.
        on_create: called when the database is created, also when that happens while it is open,
            because its data were deleted.
        look: reads what one wants to know first. It shares a transaction with what the engine
            itself reads.
        memory: where to keep it; None keeps it in the browser.

    Returns:
        the engine, and the result of `look`.

    Raises:
        StorageUnavailable: there is no IndexedDB here, it was refused, or it does not answer.
        StorageBlocked: another tab holds an older version open.
        SchemaTooNew: the database has a higher version.
        StorageError: it lacks a store, so it is not ours or is damaged. It is not taken for a
            browser without storage: memory would hide what there is.
    """

    async def create_or_upgrade(tx: indexeddb.UpgradeTransaction, old_version: int) -> None:
        await upgrade(tx, old_version)
        if old_version == 0:
            if owner is not None:
                await tx.store("meta").put({"key": CURRENT_USER_ID, "value": owner})
            on_create()

    async def first_look(tx: indexeddb.Transaction) -> tuple[frozenset[tuple[str, str]], T]:
        missing = _find_missing_indexes(tx)
        return missing, await look(IndexedDBTransaction(tx, missing, {}))

    with storage_errors:
        database = await indexeddb.open(name, VERSION, create_or_upgrade, memory=memory)
        try:
            _check_stores(name, database.store_names)
            missing, found = await database.read(list(SCHEMA), first_look)
        except BaseException:
            database.close()
            raise
    engine = IndexedDBEngine(database, durability, missing, is_protected=memory is not None)
    return engine, found


async def open_index(name: str, memory: indexeddb.Memory | None = None) -> "IndexedDBEngine":
    """Open a search index, and create it where it is not there, or is one of another version.

    Args:
        name: the database's name.
        memory: where to keep it; None keeps it in the browser.

    Raises:
        StorageError: it cannot be opened.
    """

    async def create(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        for store in tx.store_names:
            tx.delete_store(store)
        _create_missing(tx, SEARCH_SCHEMA)

    with storage_errors:
        database = await indexeddb.open(name, SEARCH_VERSION, create, memory=memory)
    return IndexedDBEngine(database, "relaxed", frozenset(), is_protected=memory is not None)


async def upgrade(tx: indexeddb.UpgradeTransaction, old_version: int) -> None:
    """Create what is missing, from nothing (0) or from version 1; every record stays.

    Version 1 had no attachments store and no indexes. Its messages may not name their reactions or
    their channel: that is put right afterwards, in small transactions, as the note in meta says.
    """
    _create_missing(tx, SCHEMA)
    if old_version > 0:
        await tx.store("meta").put({"key": UPGRADED, "value": True})


class IndexedDBEngine:
    """An account's database in IndexedDB.

    Args:
        database: the open database.
        durability: how safe a write is when it returns, as `indexeddb.Database.write` says.
        missing: the indexes that the database lacks, as pairs of store and index.
        is_protected: no crash of the browser endangers what is written.
    """

    def __init__(
        self,
        database: indexeddb.Database,
        durability: indexeddb.Durability,
        missing: frozenset[tuple[str, str]],
        *,
        is_protected: bool = False,
    ) -> None:
        self.name = database.name
        self._database = database
        self._durability = durability
        self._missing = missing
        self._suspects: Suspects = {}
        self._protection = None if is_protected else asyncio.ensure_future(_protect())

    @property
    def is_connected(self) -> bool:
        """Whether it is open now; else reading opens it again, and makes a deleted one anew."""
        return self._database.version is not None

    async def read(self, stores: Sequence[str], body: Body[T]) -> T:
        with storage_errors:
            return await self._database.read(stores, self._adapt(body))

    async def write(self, stores: Sequence[str], body: Body[T]) -> T:
        if self._protection is not None:
            await asyncio.shield(self._protection)
        with storage_errors:
            return await self._database.write(
                stores, self._adapt_writing(body), durability=self._durability
            )

    def follow_others(self, listener: Callable[[list[Change]], None]) -> None:
        """Call `listener` with the changes that other tabs make, until the database is closed."""

        def hear(change: indexeddb.Change) -> None:
            if change.is_local:
                return
            if change.note is not None:
                listener(decode_changes(change.note, "other_tab"))
                return
            # Which records it was is not known: a tab has gone before it could tell, or this page
            # was in the back-forward cache.
            listener(
                [
                    Change(store=store, action="clear", origin="other_tab")
                    for store in change.stores
                    if store in SCHEMA
                ]
            )

        self._database.subscribe(hear)

    def close(self) -> None:
        self._database.close()

    def _adapt(self, body: Body[T]) -> Callable[[indexeddb.Transaction], Coroutine[Any, Any, T]]:
        return lambda tx: body(IndexedDBTransaction(tx, self._missing, self._suspects))

    def _adapt_writing(
        self, body: Body[T]
    ) -> Callable[[indexeddb.Transaction], Coroutine[Any, Any, T]]:
        async def adapted(tx: indexeddb.Transaction) -> T:
            transaction = IndexedDBTransaction(tx, self._missing, self._suspects)
            result = await body(transaction)
            # Also where there are none: a change without a note means that all may have changed.
            tx.attach(encode_changes(transaction.changes))
            return result

        return adapted


async def _protect() -> None:
    try:
        await indexeddb.protect_from_crash()
    except indexeddb.IndexedDBError:
        logger.warning("the data may not survive that the browser was killed", exc_info=True)


def _check_stores(name: str, present: list[str]) -> None:
    lacking = sorted(set(SCHEMA) - set(present))
    if lacking:
        msg = f"the database {name!r} lacks the stores {', '.join(lacking)}"
        raise StorageError(msg)


def _find_missing_indexes(tx: indexeddb.Transaction) -> frozenset[tuple[str, str]]:
    present = {store: tx.store(store).index_names for store in SCHEMA}
    return frozenset(
        (store, index)
        for store, schema in SCHEMA.items()
        for index in schema.indexes
        if index not in present[store]
    )


def _create_missing(tx: indexeddb.UpgradeTransaction, schemas: Mapping[str, StoreSchema]) -> None:
    """Create the stores and indexes that are not there."""
    existing = tx.store_names
    for name, schema in schemas.items():
        if name in existing:
            store = tx.store(name)
        else:
            store = tx.create_store(name, key_path=_js_path(schema.key_path))
        present = store.index_names
        for index, path in schema.indexes.items():
            if index not in present:
                store.create_index(index, _js_path(path))


def _js_path(path: KeyPath) -> str | list[str]:
    return path if isinstance(path, str) else list(path)
