"""Live queries: results that are read again when a commit has changed them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, assert_type

import pytest

import indexeddb
from indexeddb import InvalidValue, KeyRange
from support.small_database import NAME, THINGS, upgrade

T = TypeVar("T")
NO_KEY: Any = True


@pytest.fixture
async def other(db: indexeddb.Database) -> AsyncIterator[indexeddb.Database]:
    """The same database, open a second time."""
    database = await indexeddb.open(NAME, 1, upgrade)
    yield database
    database.close()


async def following(results: AsyncGenerator[T]) -> T:
    async with asyncio.timeout(10):
        return await anext(results)


async def read_numbers(tx: indexeddb.Transaction) -> Any:
    return await tx.store("numbers").get_all()


async def test_it_yields_the_result_and_then_each_new_one(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    results = db.live.get_all("numbers")
    assert await following(results) == []
    await db.put("numbers", 1, "a")
    assert await following(results) == [1]
    await other.put("numbers", 2, "b")
    assert await following(results) == [1, 2]
    await results.aclose()


QUERIES: dict[str, tuple[Callable[[indexeddb.Database], AsyncGenerator[Any]], Any, Any]] = {
    "read": (lambda db: db.live.read(["things"], count_things), 9, 10),
    "get": (lambda db: db.live.get("things", "u"), None, {"id": "u", "colour": "red"}),
    "get_by_index": (
        lambda db: db.live.get("things", KeyRange.only("red"), index="colour"),
        {"id": "t1", "colour": "red", "size": 1},
        {"id": "a", "colour": "red"},
    ),
    "get_all": (
        lambda db: db.live.get_all("things", KeyRange(lower="t8"), count=1, direction="prev"),
        [THINGS[8]],
        [{"id": "u", "colour": "red"}],
    ),
    "get_all_keys": (
        lambda db: db.live.get_all_keys("things", KeyRange.only("red"), index="colour", count=2),
        ["t1", "t4"],
        ["a", "t1"],
    ),
    "count": (lambda db: db.live.count("things", "u"), 0, 1),
}


async def count_things(tx: indexeddb.Transaction) -> int:
    return await tx.store("things").count()


async def fill(tx: indexeddb.Transaction) -> None:
    for thing in THINGS:
        tx.store("things").put(thing)


@pytest.mark.parametrize("name", QUERIES)
async def test_whatever_reads_can_be_live(db: indexeddb.Database, name: str) -> None:
    query, before, after = QUERIES[name]
    await db.write(["things"], fill)
    results = query(db)
    assert await following(results) == before
    key = "a" if "index" in name or name == "get_all_keys" else "u"
    await db.put("things", {"id": key, "colour": "red"})
    assert await following(results) == after
    await results.aclose()


@dataclass
class Thing:
    id: str
    colour: str
    size: int = 0


async def test_typed_stores_can_be_live(db: indexeddb.Database) -> None:
    things = db.store("things", Thing)
    results = (
        things.live.get("a"),
        things.live.get_all("red", index="colour", count=2, direction="prev"),
        things.live.get_all_keys(KeyRange(lower="a")),
        things.live.count("red", index="colour"),
    )
    assert [await following(result) for result in results] == [None, [], [], 0]
    thing = Thing("a", "red")
    await things.put(thing)
    assert [await following(result) for result in results] == [thing, [thing], ["a"], 1]
    assert_type(results[0], AsyncGenerator[Thing | None])
    assert_type(results[1], AsyncGenerator[list[Thing]])
    for result in results:
        await result.aclose()


async def test_a_live_record_that_does_not_fit_its_type_is_named(db: indexeddb.Database) -> None:
    await db.put("things", {"id": "a", "colour": 1})
    with pytest.raises(InvalidValue, match=r"things\['a'\].colour"):
        await following(db.store("things", Thing).live.get_all())


async def test_it_reads_again_only_after_what_can_change_the_result(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    readings = 0

    async def read(tx: indexeddb.Transaction) -> Any:
        nonlocal readings
        readings += 1
        return await read_numbers(tx)

    of_store = db.live.read(["numbers"], read)
    of_range = db.live.get_all("numbers", KeyRange("b", "c"))
    await following(of_store)
    await following(of_range)
    waiting = [asyncio.ensure_future(following(one)) for one in (of_store, of_range)]
    await db.put("things", {"id": "b"})
    await other.put("things", {"id": "b"})
    await other.put("numbers", 1, "a")
    assert await waiting[0] == [1]
    assert readings == 2
    assert not waiting[1].done()
    await db.put("numbers", 2, "b")
    assert await waiting[1] == [2]
    assert await following(of_store) == [1, 2]
    await of_store.aclose()
    await of_range.aclose()


async def test_commits_while_one_is_busy_lead_to_one_reading(db: indexeddb.Database) -> None:
    results = db.live.count("numbers")
    assert await following(results) == 0
    for n in range(20):
        await db.put("numbers", n, n)
    assert await following(results) == 20
    again = asyncio.ensure_future(following(results))
    await db.put("numbers", 0, 20)
    assert await again == 21
    await results.aclose()


async def test_what_a_reading_has_seen_does_not_lead_to_another(db: indexeddb.Database) -> None:
    results = db.live.get_all("numbers")
    # The write begins first, so the reading waits for it, and hears of it when it has begun.
    writing = asyncio.ensure_future(db.put("numbers", 1, "a"))
    await asyncio.sleep(0)
    assert await following(results) == [1]
    await writing
    later = asyncio.ensure_future(following(results))
    await db.get_all("numbers")
    await db.get_all("numbers")
    assert not later.done()
    await db.put("numbers", 2, "b")
    assert await later == [1, 2]
    await results.aclose()


async def test_none_is_missed_between_the_first_reading_and_what_follows(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    for n in range(1, 101):
        # One is committed about when the query begins, here or there, before or after.
        results = db.live.get("numbers", "n")
        writing = asyncio.ensure_future((db, other)[n % 2].put("numbers", n, "n"))
        async with asyncio.timeout(10):
            while await anext(results) != n:
                pass
        await writing
        await results.aclose()


async def test_leaving_the_loop_ends_the_query(db: indexeddb.Database) -> None:
    feed: Any = db._feed
    async for numbers in db.live.get_all("numbers"):
        assert numbers == []
        assert len(feed._listeners) == 1
        break
    async with asyncio.timeout(10):  # the event loop closes the iterator
        while feed._listeners:  # noqa: ASYNC110
            await asyncio.sleep(0)

    async def follow() -> None:
        async for _ in db.live.count("numbers"):
            started.set()

    started = asyncio.Event()
    task = asyncio.ensure_future(follow())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not feed._listeners


async def test_closing_the_database_ends_the_iteration(db: indexeddb.Database) -> None:
    seen: list[Any] = []

    async def follow() -> None:
        async for numbers in db.live.get_all("numbers"):
            seen.append(numbers)
            started.set()

    started = asyncio.Event()
    task = asyncio.ensure_future(follow())
    await started.wait()
    db.close()
    async with asyncio.timeout(10):
        await task
    assert seen == [[]]
    with pytest.raises(indexeddb.ConnectionLost, match="is closed"):
        await following(db.live.read(["numbers"], read_numbers))


async def test_an_error_comes_out_of_the_iteration(db: indexeddb.Database) -> None:
    async def read(tx: indexeddb.Transaction) -> float:
        return 1 / await tx.store("numbers").count()

    await db.put("numbers", 1, "a")
    results = db.live.read(["numbers"], read)
    assert await following(results) == 1
    await db.clear("numbers")
    with pytest.raises(ZeroDivisionError):
        await following(results)
    feed: Any = db._feed
    assert not feed._listeners
    with pytest.raises(indexeddb.NotFound, match="'size'"):
        await following(db.live.get("numbers", 1, index="size"))


async def test_what_cannot_be_asked_is_refused_at_once(db: indexeddb.Database) -> None:
    with pytest.raises(indexeddb.NotFound, match="'nots'"):
        db.live.get("nots", 1)
    with pytest.raises(indexeddb.NotFound, match="'nots'"):
        db.live.read(["nots"], read_numbers)
    with pytest.raises(indexeddb.InvalidKey):
        db.live.count("numbers", NO_KEY)
    with pytest.raises(indexeddb.InvalidKey):
        db.live.get_all("numbers", NO_KEY, index="colour")
    with pytest.raises(indexeddb.InvalidKey, match="count"):
        db.live.get_all_keys("numbers", count=0)


async def test_data_that_were_deleted_and_made_anew_are_read_again(db: indexeddb.Database) -> None:
    await db.put("numbers", 1, "a")
    results = db.live.get_all("numbers")
    assert await following(results) == [1]
    later = asyncio.ensure_future(following(results))
    await indexeddb.delete(NAME)
    assert await db.count("things") == 0
    assert await later == []
    await results.aclose()
