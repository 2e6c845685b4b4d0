"""How long a transaction is waited for."""

import asyncio
from collections.abc import AsyncIterator

import pytest

import indexeddb
from indexeddb import TransactionAborted, _watch

pytestmark = pytest.mark.browser
LONG = _watch.PATIENCE


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    # Longer than a busy machine keeps a transaction waiting that goes on.
    monkeypatch.setattr(_watch, "PATIENCE", 600)


@pytest.fixture
async def other(
    db: indexeddb.Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[indexeddb.Database]:
    """Another connection to the same database, which gives nothing up."""
    with monkeypatch.context() as patch:
        patch.setattr(_watch, "PATIENCE", LONG)
        other = await indexeddb.open(db.name)
    yield other
    other.close()


def now() -> float:
    return asyncio.get_running_loop().time()


async def hold(db: indexeddb.Database, seconds: float) -> None:
    """Keep the numbers busy."""
    end = now() + seconds

    async def body(tx: indexeddb.Transaction) -> None:
        while now() < end:
            await tx.store("numbers").count()

    await db.write(["numbers"], body)


async def put(tx: indexeddb.Transaction) -> None:
    await tx.store("numbers").put(1, "n")


async def test_one_that_waits_its_turn_is_not_stuck(db: indexeddb.Database) -> None:
    holding = asyncio.ensure_future(hold(db, 2))
    await asyncio.sleep(0)
    await asyncio.gather(db.write(["numbers"], put), db.put("numbers", 2, "m"))
    await holding
    assert await db.get_all("numbers") == [2, 1]


async def test_many_that_wait_for_each_other_are_not_stuck(db: indexeddb.Database) -> None:
    await asyncio.gather(*(hold(db, 0.3 * n) for n in range(1, 6)), db.write(["numbers"], put))
    assert await db.get("numbers", "n") == 1


async def test_one_of_which_nothing_is_heard_is_given_up(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    # It waits behind another connection, whose progress nothing tells it.
    holding = asyncio.ensure_future(hold(other, 4))
    await asyncio.sleep(0.01)
    for stuck in (db.write(["numbers"], put), db.put("numbers", 2, "m")):
        with pytest.raises(TransactionAborted, match="has not gone on"):
            await stuck
    assert not holding.done()
    await holding
    assert await db.count("numbers") == 0


async def test_those_that_began_later_do_not_keep_it_waiting(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    holding = asyncio.ensure_future(hold(other, 4))
    await asyncio.sleep(0.01)
    stuck = asyncio.ensure_future(db.write(["numbers"], put))
    while not stuck.done():
        await db.get_all("things")
    with pytest.raises(TransactionAborted, match="has not gone on"):
        await stuck
    assert not holding.done()
    await holding


async def test_a_page_that_was_asleep_gives_nothing_up(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> int:
        numbers = tx.store("numbers")
        for _ in range(5):
            await numbers.put(1, "n")
            end = now() + 1.5
            while now() < end:  # nothing else can run
                pass
        return await numbers.count()

    assert await db.write(["numbers"], body) == 1
