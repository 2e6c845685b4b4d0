"""Databases: opening, upgrading, and what the world does to an open one."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

import indexeddb
from indexeddb._connection import Connection
from indexeddb._engines import DEFAULT
from support.js import run_js
from support.small_database import NAME, upgrade


async def put(tx: indexeddb.Transaction) -> None:
    await tx.store("numbers").put(1, "n")


async def get(tx: indexeddb.Transaction) -> Any:
    return await tx.store("numbers").get("n")


class ForeignConnections:
    """Connections to databases in memory that never let go."""

    def __init__(self) -> None:
        self._requests: list[Any] = []

    async def open(self, name: str) -> None:
        opened = asyncio.Event()
        self._requests.append(DEFAULT.factory().open(name))
        self._requests[-1].onsuccess = lambda _event: opened.set()
        await opened.wait()

    def close(self) -> None:
        for request in self._requests:
            request.result.close()


@pytest.fixture
def foreign(engine: str) -> Iterator[Any]:
    """Opens a connection as another tab would that never lets go of it."""
    made: Any = ForeignConnections()
    if engine == "browser":
        made = _foreign_in_browser()
    yield made
    made.close()


def _foreign_in_browser() -> Any:
    return run_js(
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


async def test_an_upgrade_is_told_the_version_that_was(db: indexeddb.Database) -> None:
    await db.write(["numbers"], put)
    db.close()
    seen: list[int] = []

    async def to_two(tx: indexeddb.UpgradeTransaction, old_version: int) -> None:
        seen.append(old_version)
        numbers = tx.store("numbers")
        await numbers.put(await numbers.get("n") + 1, "n")
        tx.delete_store("things")
        made = tx.create_store("made", auto_increment=True)
        made.create_index("unique", "u", unique=True)
        made.create_index("gone", "g", multi_entry=True)
        made.delete_index("gone")
        assert made.index_names == ["unique"]

    upgraded = await indexeddb.open(NAME, 2, to_two)
    assert seen == [1]
    assert (upgraded.name, upgraded.version) == (NAME, 2)
    assert upgraded.store_names == ["made", "numbers"]
    assert await upgraded.read(["numbers"], get) == 2
    upgraded.close()


async def test_an_upgrade_need_not_await_what_it_writes(db: indexeddb.Database) -> None:
    db.close()

    async def to_two(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        made = tx.create_store("made", key_path="id")
        made.put_many_json(['{"id": "a"}', '{"id": "b"}'])
        made.put({"id": "c"})

    upgraded = await indexeddb.open(NAME, 2, to_two)
    assert await upgraded.count("made") == 3
    upgraded.close()


async def test_a_store_that_an_upgrade_makes_anew_is_the_new_one(db: indexeddb.Database) -> None:
    await db.put("things", {"id": "old"})
    db.close()

    async def to_two(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        things = tx.store("things")
        assert things.index_names == ["colour", "size"]
        kept = await things.get("old")
        tx.delete_store("things")
        with pytest.raises(indexeddb.NotFound):
            tx.store("things")
        again = tx.create_store("things", key_path=["id", "n"])
        assert (again.index_names, again.key_path) == ([], ["id", "n"])
        await again.put({**kept, "n": 1})
        again.create_index("n", "n", unique=True)
        with pytest.raises(indexeddb.ConstraintViolated):
            again.create_index("n", "n")
        with pytest.raises(indexeddb.ConstraintViolated):
            tx.create_store("things")
        with pytest.raises(indexeddb.UsageError):
            tx.create_store("bad", key_path="not a path")

    upgraded = await indexeddb.open(NAME, 2, to_two)
    assert await upgraded.get_all("things") == [{"id": "old", "n": 1}]
    upgraded.close()


@pytest.mark.parametrize("version", [0, -1])
async def test_a_version_is_one_or_more(version: int) -> None:
    with pytest.raises(indexeddb.UsageError, match="1 or more"):
        await indexeddb.open(NAME, version)


async def test_an_upgrade_that_raises_leaves_the_database_as_it_was(db: indexeddb.Database) -> None:
    await db.write(["numbers"], put)
    db.close()

    async def broken(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        await tx.store("numbers").put(99, "n")
        tx.delete_store("things")
        raise ValueError("a broken upgrade")

    with pytest.raises(ValueError, match="a broken upgrade"):
        await indexeddb.open(NAME, 2, broken)
    again = await indexeddb.open(NAME)
    assert (again.version, again.store_names) == (1, ["numbers", "things"])
    assert await again.read(["numbers"], get) == 1
    again.close()


async def test_an_upgrade_that_the_browser_undoes_says_why(db: indexeddb.Database) -> None:
    db.close()

    async def careless(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        for _ in range(2):
            tx.store("numbers").add(1, "n")  # not awaited, as where a quota ends it

    with pytest.raises(indexeddb.ConstraintViolated, match="ConstraintError"):
        await indexeddb.open(NAME, 2, careless)


async def test_an_upgrade_that_takes_long_is_waited_for(db: indexeddb.Database) -> None:
    db.close()

    async def long(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        end = asyncio.get_running_loop().time() + 0.6
        while asyncio.get_running_loop().time() < end:
            await tx.store("numbers").count()

    upgraded = await indexeddb.open(NAME, 2, long, timeout=200)
    assert upgraded.version == 2
    upgraded.close()


async def test_a_newer_database_is_left_untouched(db: indexeddb.Database) -> None:
    await db.write(["numbers"], put)
    db.close()
    (await indexeddb.open(NAME, 5, lambda _tx, _old: _nothing())).close()
    with pytest.raises(indexeddb.VersionTooNew):
        await indexeddb.open(NAME, 1, upgrade)
    again = await indexeddb.open(NAME)
    assert again.version == 5
    assert await again.read(["numbers"], get) == 1
    again.close()


async def _nothing() -> None:
    pass


async def test_an_upgrade_that_another_tab_blocks_says_so(
    db: indexeddb.Database, foreign: Any
) -> None:
    db.close()
    await foreign.open(NAME)
    with pytest.raises(indexeddb.Blocked, match="another tab"):
        await indexeddb.open(NAME, 2, upgrade, timeout=200)
    # What waits behind a blocked request gets no event at all; it ends all the same.
    with pytest.raises(indexeddb.Unavailable, match="did not answer"):
        await indexeddb.open(NAME, 2, upgrade, timeout=200)
    foreign.close()


async def test_a_deletion_that_another_tab_blocks_says_so(
    db: indexeddb.Database, foreign: Any
) -> None:
    db.close()
    await foreign.open(NAME)
    with pytest.raises(indexeddb.Blocked, match="another tab"):
        await indexeddb.delete(NAME, timeout=200)
    foreign.close()


async def test_our_own_connection_never_blocks_an_upgrade(db: indexeddb.Database) -> None:
    await db.write(["numbers"], put)
    upgraded = await indexeddb.open(NAME, 2, lambda _tx, _old: _nothing())
    upgraded.close()
    # The old one closed itself; it opens again when it is used, and then finds a newer database.
    assert (db.version, db.store_names) == (None, [])
    with pytest.raises(indexeddb.VersionTooNew):
        await db.read(["numbers"], get)


async def test_an_open_that_comes_too_late_does_not_hold_the_database(
    db: indexeddb.Database, foreign: Any
) -> None:
    db.close()
    await foreign.open(NAME)
    with pytest.raises(indexeddb.Blocked):
        await indexeddb.open(NAME, 2, lambda _tx, _old: _nothing(), timeout=100)
    foreign.close()
    # The late one still upgrades, and closes at once, or this could not go on to 3.
    third = await indexeddb.open(NAME, 3, lambda _tx, _old: _nothing())
    assert third.version == 3
    third.close()


@pytest.mark.browser
async def test_concurrent_uses_share_one_open(db: indexeddb.Database) -> None:
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


async def test_who_waits_no_more_ends_the_open_of_nobody_else(db: indexeddb.Database) -> None:
    db._connection.close()  # type: ignore[union-attr]
    impatient, patient = (asyncio.ensure_future(db.write(["numbers"], put)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    await patient
    assert await db.read(["numbers"], get) == 1


async def test_an_open_that_is_cancelled_holds_nothing(
    db: indexeddb.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.close()
    opened: list[Connection] = []
    real = Connection.open

    async def spy(*given: Any) -> Connection:
        opened.append(await real(*given))
        return opened[-1]

    monkeypatch.setattr(Connection, "open", spy)
    opening = asyncio.ensure_future(indexeddb.open(NAME))
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


async def test_a_database_closed_while_it_opens_holds_nothing(db: indexeddb.Database) -> None:
    db._connection.close()  # type: ignore[union-attr]
    opening = asyncio.ensure_future(db.connect())
    await asyncio.sleep(0)
    db.close()
    await opening
    assert not db._connection.is_open  # type: ignore[union-attr]


@pytest.mark.browser
async def test_what_the_browser_closes_is_opened_when_it_is_next_used(
    db: indexeddb.Database,
) -> None:
    before = db._connection
    assert before is not None
    before.js.close()
    before.js.dispatchEvent(run_js("new Event('close')"))
    await db.connect()
    assert db._connection is not before


async def test_a_lost_connection_is_opened_again(db: indexeddb.Database) -> None:
    await db.write(["numbers"], put)
    # As when the browser closes it by itself: the handle is there, and of no use.
    db._connection.js.close()  # type: ignore[union-attr]
    assert await db.read(["numbers"], get) == 1


@pytest.mark.browser
async def test_a_connection_that_another_call_has_opened_again_stays(
    db: indexeddb.Database,
) -> None:
    again: list[object] = []

    async def lose(tx: indexeddb.Transaction) -> None:
        # Lost under the first attempt, and later than under another call.
        while not again:
            await tx.store("things").count()
        if len(again) == 1:
            again.append(None)
            with lost_server():
                tx.store("things").count()

    late = asyncio.ensure_future(db.read(["things"], lose))
    await asyncio.sleep(0)
    db._connection.close()  # type: ignore[union-attr]
    await db.write(["numbers"], put)
    again.append(db._connection)
    await late
    assert db._connection is again[0]
    assert db._connection.is_open  # type: ignore[union-attr]


@contextlib.contextmanager
def lost_server() -> Iterator[None]:
    """Have each `count` fail as where Safari has lost its server."""
    run_js("""
        globalThis.keptCount = IDBObjectStore.prototype.count;
        IDBObjectStore.prototype.count = function () {
            const text = "Connection to Indexed Database server lost. Refresh the page.";
            throw Object.assign(new DOMException(text, "UnknownError"), {stack: "at count"});
        };
    """)
    try:
        yield
    finally:
        run_js("IDBObjectStore.prototype.count = globalThis.keptCount")


async def test_a_loss_that_the_body_itself_raises_comes_out_of_its_one_run(
    db: indexeddb.Database,
) -> None:
    mine = indexeddb.ConnectionLost("to the server, of which the body knows")
    runs: list[str] = []

    async def body(tx: indexeddb.Transaction) -> None:
        runs.append("body")
        tx.store("numbers").put(1, "n")
        raise mine

    with pytest.raises(indexeddb.ConnectionLost) as caught:
        await db.write(["numbers"], body)
    assert caught.value is mine
    assert runs == ["body"]
    assert db._connection.is_open  # type: ignore[union-attr]
    assert await db.count("numbers") == 0

    async def to_two(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        runs.append("upgrade")
        tx.delete_store("numbers")
        raise mine

    with pytest.raises(indexeddb.ConnectionLost) as caught:
        await indexeddb.open(NAME, 2, to_two)
    assert caught.value is mine
    assert runs == ["body", "upgrade"]


@pytest.mark.browser
async def test_a_connection_that_is_lost_twice_says_so(db: indexeddb.Database) -> None:
    runs: list[object] = []

    async def body(tx: indexeddb.Transaction) -> None:
        runs.append(tx)
        await tx.store("numbers").count()

    with lost_server(), pytest.raises(indexeddb.ConnectionLost, match="server lost"):
        await db.read(["numbers"], body)
    assert len(runs) == 2
    assert await db.count("numbers") == 0


async def test_a_database_deleted_under_us_is_made_anew(db: indexeddb.Database) -> None:
    await db.write(["numbers"], put)
    await indexeddb.delete(NAME)
    assert await db.read(["numbers"], get) is None
    await db.write(["numbers"], put)
    assert await db.read(["numbers"], get) == 1


async def test_a_closed_database_stays_closed(db: indexeddb.Database) -> None:
    db.close()
    db.close()
    with pytest.raises(indexeddb.ConnectionLost, match="is closed"):
        await db.read(["numbers"], get)


async def test_a_transaction_under_way_is_finished_when_the_database_closes(
    db: indexeddb.Database,
) -> None:
    async def slow(tx: indexeddb.Transaction) -> None:
        for n in range(200):
            await tx.store("numbers").put(n, n)

    writing = asyncio.ensure_future(db.write(["numbers"], slow))
    await asyncio.sleep(0)
    db.close()
    await writing
    again = await indexeddb.open(NAME)

    async def count(tx: indexeddb.Transaction) -> int:
        return await tx.store("numbers").count()

    assert await again.read(["numbers"], count) == 200
    again.close()


async def test_looking_for_a_database_does_not_create_it(db: indexeddb.Database) -> None:
    before = await indexeddb.names()
    assert NAME in before
    assert await indexeddb.exists(NAME)
    assert not await indexeddb.exists("idb-test nowhere")
    assert await indexeddb.names() == before


@pytest.mark.browser
async def test_nor_does_it_where_databases_cannot_be_listed(db: indexeddb.Database) -> None:
    before = await indexeddb.names()
    run_js("globalThis.kept = IDBFactory.prototype.databases")
    run_js("delete IDBFactory.prototype.databases")
    try:
        assert await indexeddb.exists(NAME)
        assert not await indexeddb.exists("idb-test nowhere")
        with pytest.raises(indexeddb.Unavailable):
            await indexeddb.names()
    finally:
        run_js("IDBFactory.prototype.databases = globalThis.kept")
    assert await indexeddb.names() == before


@pytest.mark.browser
async def test_a_database_whose_making_was_undone_is_not_there(db: indexeddb.Database) -> None:
    async def broken(_tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        raise ValueError("a broken upgrade")

    with pytest.raises(ValueError, match="a broken upgrade"):
        await indexeddb.open("idb-test undone", 1, broken)
    # WebKit goes on to list it; other browsers are made to.
    run_js("""
        const {databases} = IDBFactory.prototype;
        IDBFactory.prototype.databases = async function () {
            IDBFactory.prototype.databases = databases;
            const infos = await databases.call(this);
            return [...infos, {name: "idb-test undone", version: 0}];
        };
    """)
    names = await indexeddb.names()
    assert NAME in names
    assert "idb-test undone" not in names
    assert not await indexeddb.exists("idb-test undone")
    await indexeddb.delete("idb-test undone")


async def test_deleting_what_is_not_there_does_nothing() -> None:
    await indexeddb.delete("idb-test nowhere")


@pytest.mark.browser
async def test_a_browser_without_indexed_db(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexeddb._platform.js", run_js("({})"))
    with pytest.raises(indexeddb.Unavailable, match="has no IndexedDB"):
        await indexeddb.open(NAME)


@pytest.mark.browser
async def test_a_browser_that_refuses_indexed_db(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = run_js("({get indexedDB() { throw new DOMException('no', 'SecurityError') }})")
    monkeypatch.setattr("indexeddb._platform.js", refusing)
    with pytest.raises(indexeddb.Unavailable, match=r"(?s)refuses.*SecurityError"):
        await indexeddb.open(NAME)


@pytest.mark.browser
async def test_a_browser_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = run_js("({indexedDB: {open() { return {} }}})")
    monkeypatch.setattr("indexeddb._platform.js", silent)
    with pytest.raises(indexeddb.Unavailable, match="did not answer within 50 ms"):
        await indexeddb.open(NAME, timeout=50)
