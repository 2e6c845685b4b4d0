"""What the browser takes away or breaks: noticed, told, and mended where that can be."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import indexeddb
from indexeddb import (
    ConnectionLost,
    QuotaExceeded,
    TransactionAborted,
    Unavailable,
    _log,
    _quirks,
    _watch,
)
from support.broken_open import BACKING_STORE, MUTATION
from support.js import run_js

pytestmark = pytest.mark.browser
NAME = "idb-test faults"


@pytest.fixture
def undone_by_the_browser() -> Iterator[Any]:
    """Have the next transaction be undone with a DOMException of this name, in its first event."""
    run_js("globalThis.keptTransaction = IDBDatabase.prototype.transaction")
    yield run_js("""(name) => {
        IDBDatabase.prototype.transaction = function (...given) {
            IDBDatabase.prototype.transaction = globalThis.keptTransaction;
            const transaction = this.transaction(...given);
            const error = name ? new DOMException("said the browser", name) : null;
            Object.defineProperty(transaction, "error", { value: error });
            const store = transaction.objectStore(transaction.objectStoreNames[0]);
            store.count().onsuccess = () => transaction.abort();
            return transaction;
        };
    }""")
    run_js("IDBDatabase.prototype.transaction = globalThis.keptTransaction")


async def put(tx: indexeddb.Transaction) -> None:
    await tx.store("numbers").put(1, "n")


async def put_and_go(tx: indexeddb.Transaction) -> None:
    tx.store("numbers").put(1, "n")


async def put_one(tx: indexeddb.Transaction) -> None:
    await tx.store("things").patch_many_json(["a", "b"], "{}")


async def test_a_backing_store_that_fails_is_tried_again(broken_open: Any) -> None:
    broken_open(2, *BACKING_STORE)
    database = await indexeddb.open(NAME, 1)
    database.close()
    await indexeddb.delete(NAME)
    assert run_js("globalThis.opens") == 3


async def test_a_backing_store_that_keeps_failing_says_so(
    broken_open: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_quirks, "REOPEN_PAUSES", (1, 1))
    broken_open(100, *BACKING_STORE)
    with pytest.raises(ConnectionLost, match="backing store"):
        await indexeddb.open(NAME, 1)
    assert run_js("globalThis.opens") == 3


async def test_a_private_window_that_lets_nothing_be_made_has_no_storage(broken_open: Any) -> None:
    broken_open(100, *MUTATION)
    with pytest.raises(Unavailable):
        await indexeddb.open(NAME, 1)


@pytest.mark.parametrize("method", ["read", "get_all"])
async def test_a_lost_server_is_reached_again(db: indexeddb.Database, method: str) -> None:
    await db.write(["numbers"], put)
    run_js("""
        globalThis.keptGet = IDBObjectStore.prototype.getAll;
        IDBObjectStore.prototype.getAll = function () {
            IDBObjectStore.prototype.getAll = globalThis.keptGet;
            const text = "Connection to Indexed Database server lost. Refresh the page.";
            throw Object.assign(new DOMException(text, "UnknownError"), {stack: "at getAll"});
        };
    """)

    async def get_all(tx: indexeddb.Transaction) -> Any:
        return await tx.store("numbers").get_all()

    if method == "read":
        assert await db.read(["numbers"], get_all) == [1]
    else:
        assert await db.get_all("numbers") == [1]


@pytest.mark.parametrize("body", [put, put_and_go, put_one])
async def test_a_full_disk_is_told_also_where_no_request_says_so(
    db: indexeddb.Database, undone_by_the_browser: Any, body: Any
) -> None:
    undone_by_the_browser("QuotaExceededError")
    with pytest.raises(QuotaExceeded, match="said the browser"):
        await db.write(["numbers", "things"], body)
    undone_by_the_browser("QuotaExceededError")
    with pytest.raises(QuotaExceeded, match="said the browser"):
        await db.put("numbers", 1, "n")
    assert await db.count("numbers") == 0


async def test_one_that_is_undone_for_no_reason_says_that(
    db: indexeddb.Database, undone_by_the_browser: Any
) -> None:
    undone_by_the_browser("")
    with pytest.raises(TransactionAborted):
        await db.write(["numbers"], put)
    undone_by_the_browser("")
    with pytest.raises(TransactionAborted):
        await db.put("numbers", 1, "n")
    assert await db.count("numbers") == 0


async def test_a_cancelled_call_of_one_request_writes_nothing(db: indexeddb.Database) -> None:
    free = asyncio.Event()

    async def hold(tx: indexeddb.Transaction) -> None:
        while not free.is_set():
            await tx.store("numbers").count()

    # The put waits its turn behind the first, so that it is not done when it is cancelled.
    holding = asyncio.ensure_future(db.write(["numbers"], hold))
    putting = asyncio.ensure_future(db.put("numbers", 1, "n"))
    await asyncio.sleep(0.01)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    free.set()
    await holding
    assert await db.count("numbers") == 0


@pytest.mark.parametrize("is_abort_heard", [True, False])
async def test_a_transaction_that_the_browser_forgets_is_given_up(
    db: indexeddb.Database, monkeypatch: pytest.MonkeyPatch, is_abort_heard: bool
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(_watch, "PATIENCE", 50)
        impatient = await indexeddb.open(db.name)
    run_js("globalThis.keptAbort = IDBTransaction.prototype.abort")
    if not is_abort_heard:
        run_js("IDBTransaction.prototype.abort = () => {}")
    begun, free = asyncio.Event(), asyncio.Event()

    async def hold(tx: indexeddb.Transaction) -> None:
        begun.set()
        while not free.is_set():
            await tx.store("numbers").count()

    # It waits its turn behind the first, and hears nothing.
    holding = asyncio.ensure_future(db.write(["numbers"], hold))
    await begun.wait()
    try:
        with pytest.raises(TransactionAborted, match="has not gone on"):
            await asyncio.wait_for(impatient.write(["numbers"], put), 5)
    finally:
        run_js("IDBTransaction.prototype.abort = globalThis.keptAbort")
    free.set()
    await holding
    await db.write(["numbers"], put)
    impatient.close()


async def test_protection_from_a_crash_leaves_nothing_behind() -> None:
    await asyncio.gather(indexeddb.protect_from_crash(), indexeddb.protect_from_crash())
    assert _log.BALLAST not in await indexeddb.names()
