"""Databases: opening, upgrading, and what the world does to an open one."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from roomkeep import idb
from roomkeep.errors import (
    InvalidRecord,
    SchemaTooNew,
    StorageBlocked,
    StorageLost,
    StorageUnavailable,
)
from roomkeep.idb._connection import Connection
from support.js import run_js
from support.small_database import NAME, upgrade


async def put(tx: idb.Transaction) -> None:
    await tx.store("numbers").put(1, "n")


async def get(tx: idb.Transaction) -> Any:
    return await tx.store("numbers").get("n")


@pytest.fixture
def foreign() -> Iterator[Any]:
    """Opens a connection as another tab would that never lets go of it."""
    made = run_js(
        """({
            connections: [],
            open(name, version) {
                return new Promise((resolve, reject) => {
                    const request = indexedDB.open(name, version);
                    request.onsuccess = () => { this.connections.push(request.result); resolve() };
                    request.onerror = () => reject(request.error);
                });
            },
            close() { this.connections.forEach((connection) => connection.close()) },
        })"""
    )
    yield made
    made.close()


async def test_an_upgrade_is_told_the_version_that_was(db: idb.Database) -> None:
    await db.write(["numbers"], put)
    db.close()
    seen: list[int] = []

    async def to_two(tx: idb.UpgradeTransaction, old_version: int) -> None:
        seen.append(old_version)
        numbers = tx.store("numbers")
        await numbers.put(await numbers.get("n") + 1, "n")
        tx.delete_store("things")
        made = tx.create_store("made", auto_increment=True)
        made.create_index("unique", "u", unique=True)
        made.create_index("gone", "g", multi_entry=True)
        made.delete_index("gone")
        assert made.index_names == ["unique"]

    upgraded = await idb.open(NAME, 2, to_two)
    assert seen == [1]
    assert (upgraded.name, upgraded.version) == (NAME, 2)
    assert upgraded.store_names == ["made", "numbers"]
    assert await upgraded.read(["numbers"], get) == 2
    upgraded.close()


async def test_an_upgrade_that_raises_leaves_the_database_as_it_was(db: idb.Database) -> None:
    await db.write(["numbers"], put)
    db.close()

    async def broken(tx: idb.UpgradeTransaction, _old_version: int) -> None:
        await tx.store("numbers").put(99, "n")
        tx.delete_store("things")
        raise ValueError("a broken upgrade")

    with pytest.raises(ValueError, match="a broken upgrade"):
        await idb.open(NAME, 2, broken)
    again = await idb.open(NAME)
    assert (again.version, again.store_names) == (1, ["numbers", "things"])
    assert await again.read(["numbers"], get) == 1
    again.close()


async def test_an_upgrade_that_the_browser_undoes_says_why(db: idb.Database) -> None:
    db.close()

    async def careless(tx: idb.UpgradeTransaction, _old_version: int) -> None:
        for _ in range(2):
            tx.store("numbers").add(1, "n")  # not awaited, as where a quota ends it

    with pytest.raises(InvalidRecord, match="ConstraintError"):
        await idb.open(NAME, 2, careless)


async def test_an_upgrade_that_takes_long_is_waited_for(db: idb.Database) -> None:
    db.close()

    async def long(tx: idb.UpgradeTransaction, _old_version: int) -> None:
        end = asyncio.get_running_loop().time() + 0.6
        while asyncio.get_running_loop().time() < end:
            await tx.store("numbers").count()

    upgraded = await idb.open(NAME, 2, long, timeout=200)
    assert upgraded.version == 2
    upgraded.close()


async def test_a_newer_database_is_left_untouched(db: idb.Database) -> None:
    await db.write(["numbers"], put)
    db.close()
    (await idb.open(NAME, 5, lambda _tx, _old: _nothing())).close()
    with pytest.raises(SchemaTooNew):
        await idb.open(NAME, 1, upgrade)
    again = await idb.open(NAME)
    assert again.version == 5
    assert await again.read(["numbers"], get) == 1
    again.close()


async def _nothing() -> None:
    pass


async def test_an_upgrade_that_another_tab_blocks_says_so(db: idb.Database, foreign: Any) -> None:
    db.close()
    await foreign.open(NAME)
    with pytest.raises(StorageBlocked, match="another tab"):
        await idb.open(NAME, 2, upgrade, timeout=200)
    # What waits behind a blocked request gets no event at all; it ends all the same.
    with pytest.raises(StorageUnavailable, match="did not answer"):
        await idb.open(NAME, 2, upgrade, timeout=200)
    foreign.close()


async def test_a_deletion_that_another_tab_blocks_says_so(db: idb.Database, foreign: Any) -> None:
    db.close()
    await foreign.open(NAME)
    with pytest.raises(StorageBlocked, match="another tab"):
        await idb.delete(NAME, timeout=200)
    foreign.close()


async def test_our_own_connection_never_blocks_an_upgrade(db: idb.Database) -> None:
    await db.write(["numbers"], put)
    upgraded = await idb.open(NAME, 2, lambda _tx, _old: _nothing())
    upgraded.close()
    # The old one closed itself; it opens again when it is used, and then finds a newer database.
    assert (db.version, db.store_names) == (None, [])
    with pytest.raises(SchemaTooNew):
        await db.read(["numbers"], get)


async def test_an_open_that_comes_too_late_does_not_hold_the_database(
    db: idb.Database, foreign: Any
) -> None:
    db.close()
    await foreign.open(NAME)
    with pytest.raises(StorageBlocked):
        await idb.open(NAME, 2, lambda _tx, _old: _nothing(), timeout=100)
    foreign.close()
    # The late one still upgrades, and closes at once, or this could not go on to 3.
    third = await idb.open(NAME, 3, lambda _tx, _old: _nothing())
    assert third.version == 3
    third.close()


async def test_concurrent_uses_share_one_open(db: idb.Database) -> None:
    db._connection.close()  # type: ignore[union-attr]
    run_js("""
        globalThis.opens = 0;
        globalThis.keptOpen = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...given) {
            globalThis.opens += 1;
            return globalThis.keptOpen.apply(this, given);
        };
    """)
    try:
        results = await asyncio.gather(*(db.write(["numbers"], put) for _ in range(20)))
    finally:
        run_js("IDBFactory.prototype.open = globalThis.keptOpen")
    assert len(results) == 20
    assert run_js("globalThis.opens") == 1
    assert await db.read(["numbers"], get) == 1


async def test_who_waits_no_more_ends_the_open_of_nobody_else(db: idb.Database) -> None:
    db._connection.close()  # type: ignore[union-attr]
    impatient, patient = (asyncio.ensure_future(db.write(["numbers"], put)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    await patient
    assert await db.read(["numbers"], get) == 1


async def test_an_open_that_is_cancelled_holds_nothing(
    db: idb.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.close()
    opened: list[Connection] = []
    real = Connection.open

    async def spy(*given: Any) -> Connection:
        opened.append(await real(*given))
        return opened[-1]

    monkeypatch.setattr(Connection, "open", spy)
    opening = asyncio.ensure_future(idb.open(NAME))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    async with asyncio.timeout(5):
        await _until(lambda: opened)
    await asyncio.sleep(0)
    assert [connection.is_open for connection in opened] == [False]


async def _until(is_so: Any) -> None:
    while not is_so():  # noqa: ASYNC110 it is the browser's to do
        await asyncio.sleep(0.01)


async def test_a_database_closed_while_it_opens_holds_nothing(db: idb.Database) -> None:
    db._connection.close()  # type: ignore[union-attr]
    opening = asyncio.ensure_future(db.connect())
    await asyncio.sleep(0)
    db.close()
    await opening
    assert not db._connection.is_open  # type: ignore[union-attr]


async def test_what_the_browser_closes_is_opened_when_it_is_next_used(db: idb.Database) -> None:
    before = db._connection
    assert before is not None
    before.js.close()
    before.js.dispatchEvent(run_js("new Event('close')"))
    await db.connect()
    assert db._connection is not before


async def test_a_lost_connection_is_opened_again(db: idb.Database) -> None:
    await db.write(["numbers"], put)
    # As when the browser closes it by itself: the handle is there, and of no use.
    db._connection.js.close()  # type: ignore[union-attr]
    assert await db.read(["numbers"], get) == 1


async def test_a_connection_that_another_call_has_opened_again_stays(db: idb.Database) -> None:
    again: list[object] = []

    async def lose(tx: idb.Transaction) -> None:
        # Lost under the first attempt, and later than under another call.
        while not again:
            await tx.store("things").count()
        if db._connection is again[0] and len(again) == 1:
            again.append(None)
            raise StorageLost("the connection is lost")

    late = asyncio.ensure_future(db.read(["things"], lose))
    await asyncio.sleep(0)
    db._connection.close()  # type: ignore[union-attr]
    await db.write(["numbers"], put)
    again.append(db._connection)
    await late
    assert db._connection is again[0]
    assert db._connection.is_open  # type: ignore[union-attr]


async def test_a_database_deleted_under_us_is_made_anew(db: idb.Database) -> None:
    await db.write(["numbers"], put)
    await idb.delete(NAME)
    assert await db.read(["numbers"], get) is None
    await db.write(["numbers"], put)
    assert await db.read(["numbers"], get) == 1


async def test_a_closed_database_stays_closed(db: idb.Database) -> None:
    db.close()
    db.close()
    with pytest.raises(StorageLost, match="is closed"):
        await db.read(["numbers"], get)


async def test_a_transaction_under_way_is_finished_when_the_database_closes(
    db: idb.Database,
) -> None:
    async def slow(tx: idb.Transaction) -> None:
        for n in range(200):
            await tx.store("numbers").put(n, n)

    writing = asyncio.ensure_future(db.write(["numbers"], slow))
    await asyncio.sleep(0)
    db.close()
    await writing
    again = await idb.open(NAME)

    async def count(tx: idb.Transaction) -> int:
        return await tx.store("numbers").count()

    assert await again.read(["numbers"], count) == 200
    again.close()


@pytest.mark.parametrize("can_list", [True, False])
async def test_looking_for_a_database_does_not_create_it(db: idb.Database, can_list: bool) -> None:
    before = await idb.names()
    assert NAME in before
    if not can_list:
        run_js("globalThis.kept = IDBFactory.prototype.databases")
        run_js("delete IDBFactory.prototype.databases")
    try:
        assert await idb.exists(NAME)
        assert not await idb.exists("idb-test nowhere")
        if not can_list:
            with pytest.raises(StorageUnavailable):
                await idb.names()
    finally:
        if not can_list:
            run_js("IDBFactory.prototype.databases = globalThis.kept")
    assert await idb.names() == before


async def test_a_database_whose_making_was_undone_is_not_there(db: idb.Database) -> None:
    async def broken(_tx: idb.UpgradeTransaction, _old_version: int) -> None:
        raise ValueError("a broken upgrade")

    with pytest.raises(ValueError, match="a broken upgrade"):
        await idb.open("idb-test undone", 1, broken)
    # WebKit goes on to list it; other browsers are made to.
    run_js("""
        const {databases} = IDBFactory.prototype;
        IDBFactory.prototype.databases = async function () {
            IDBFactory.prototype.databases = databases;
            const infos = await databases.call(this);
            return [...infos, {name: "idb-test undone", version: 0}];
        };
    """)
    names = await idb.names()
    assert NAME in names
    assert "idb-test undone" not in names
    assert not await idb.exists("idb-test undone")
    await idb.delete("idb-test undone")


async def test_deleting_what_is_not_there_does_nothing() -> None:
    await idb.delete("idb-test nowhere")


async def test_a_browser_without_indexed_db(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roomkeep.idb._platform.js", run_js("({})"))
    with pytest.raises(StorageUnavailable, match="has no IndexedDB"):
        await idb.open(NAME)


async def test_a_browser_that_refuses_indexed_db(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = run_js("({get indexedDB() { throw new DOMException('no', 'SecurityError') }})")
    monkeypatch.setattr("roomkeep.idb._platform.js", refusing)
    with pytest.raises(StorageUnavailable, match=r"(?s)refuses.*SecurityError"):
        await idb.open(NAME)


async def test_a_browser_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = run_js("({indexedDB: {open() { return {} }}})")
    monkeypatch.setattr("roomkeep.idb._platform.js", silent)
    with pytest.raises(StorageUnavailable, match="did not answer within 50 ms"):
        await idb.open(NAME, timeout=50)
