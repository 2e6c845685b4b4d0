"""Changes: what is committed is told to subscribers, in this page and in every other."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

import indexeddb
from indexeddb import Change, KeyRange
from support.js import run_js
from support.small_database import NAME, THINGS, upgrade

NO_KEY: Any = True


@pytest.fixture
async def other(db: indexeddb.Database) -> AsyncIterator[indexeddb.Database]:
    """The same database, open a second time."""
    database = await indexeddb.open(NAME, 1, upgrade)
    yield database
    database.close()


class Heard:
    """What a database's subscriber hears."""

    def __init__(self, db: indexeddb.Database, *scope: Any) -> None:
        self.changes: list[Change] = []
        self._queue: asyncio.Queue[Change] = asyncio.Queue()
        self.subscription = db.subscribe(self._hear, *scope)

    def _hear(self, change: Change) -> None:
        self.changes.append(change)
        self._queue.put_nowait(change)

    async def next(self) -> Change:
        async with asyncio.timeout(10):
            return await self._queue.get()


async def let_time_pass(db: indexeddb.Database) -> None:
    """Wait until the clock shows another time: whoever subscribes does not hear what was before."""
    before = time.time()
    while time.time() == before:
        await db.get("numbers", 0)


def leave_page(*, is_kept: bool) -> None:
    run_js("""(persisted) =>
        dispatchEvent(new PageTransitionEvent('pagehide', {persisted}))""")(is_kept)


def return_to_page() -> None:
    run_js("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")


async def write_by_hand(tx: indexeddb.Transaction) -> None:
    numbers = tx.store("numbers")
    numbers.put(1, "a")
    numbers.add(2, "b")
    await numbers.delete("c")
    await numbers.delete(KeyRange("d", "e", upper_open=True))


async def write_in_batches(tx: indexeddb.Transaction) -> None:
    things = tx.store("things")
    things.put_many_json(json.dumps(thing) for thing in THINGS[:3])
    await things.patch_many_json(["t1", "nowhere"], '{"size": 5}')
    things.delete_many(["t2"])


async def write_by_cursor(tx: indexeddb.Transaction) -> None:
    async for cursor in tx.store("things").index("colour").cursor():
        if cursor.primary_key == "t0":
            cursor.update({**cursor.value, "size": 7})
        if cursor.primary_key == "t1":
            await cursor.delete()


async def clear(tx: indexeddb.Transaction) -> None:
    tx.store("numbers").put(1, "a")
    await tx.store("numbers").clear()


@pytest.mark.parametrize(
    ("body", "stores"),
    [
        (write_by_hand, {"numbers": ["a", "b", "c", KeyRange("d", "e", upper_open=True)]}),
        (write_in_batches, {"things": ["t0", "t1", "t2", "t1", "t2"]}),
        (write_by_cursor, {"things": ["t0", "t1"]}),
        (clear, {"numbers": None}),
    ],
)
async def test_a_change_names_what_its_transaction_wrote(
    db: indexeddb.Database,
    other: indexeddb.Database,
    body: indexeddb.Body[None],
    stores: dict[str, Any],
) -> None:
    if body is write_by_cursor:
        await db.write(["things"], write_in_batches)
        await let_time_pass(db)
    here, there = Heard(db), Heard(other)
    await db.write(["things", "numbers"], body)
    assert here.changes == [Change(stores, is_local=True)]
    assert await there.next() == Change(stores)


async def test_one_shots_are_told_too(db: indexeddb.Database) -> None:
    heard = Heard(db)
    await db.put("numbers", 1, "a")
    await db.add("numbers", 1, ("b", 2))
    await db.delete("numbers", KeyRange.prefix("b"))
    await db.clear("numbers")
    told = [change.stores["numbers"] for change in heard.changes]
    assert told == [["a"], [["b", 2]], [KeyRange.prefix("b")], None]


async def test_nothing_is_told_of_what_did_not_happen(db: indexeddb.Database) -> None:
    heard = Heard(db)
    await db.put("numbers", 1, "a")

    async def add_in_vain(tx: indexeddb.Transaction) -> None:
        with pytest.raises(indexeddb.ConstraintViolated):
            await tx.store("numbers").add(2, "a")
        tx.store("things").put(THINGS[0])

    async def undo(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put(2, "b")
        raise KeyError

    async def look(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").get("a")

    await db.write(["numbers", "things"], add_in_vain)
    with pytest.raises(KeyError):
        await db.write(["numbers"], undo)
    await db.write(["numbers"], look)
    await db.get("numbers", "a")
    assert [change.stores for change in heard.changes] == [{"numbers": ["a"]}, {"things": ["t0"]}]


async def test_a_change_of_many_names_the_store_as_a_whole(db: indexeddb.Database) -> None:
    heard = Heard(db)
    for count in (100, 101):

        async def fill(tx: indexeddb.Transaction, count: int = count) -> None:
            for key in range(count):
                tx.store("numbers").put(0, key)
            tx.store("things").put(THINGS[0])

        await db.write(["numbers", "things"], fill)
    assert [change.stores["numbers"] for change in heard.changes] == [list(range(100)), None]
    assert [change.stores["things"] for change in heard.changes] == [["t0"], ["t0"]]


async def test_keys_of_every_kind_are_told(db: indexeddb.Database) -> None:
    heard = Heard(db)
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    keys: list[Any] = [float("inf"), [moment, 1], b"bytes", "long" * 20_000]
    for key in keys:
        await db.put("numbers", 0, key)
    told = [change.stores for change in heard.changes]
    assert told == [
        {"numbers": [float("inf")]},
        {"numbers": [[moment, 1]]},
        {"numbers": None},
        {"numbers": None},
    ]


@pytest.mark.browser
async def test_a_key_that_python_cannot_say_is_any(db: indexeddb.Database) -> None:
    heard = Heard(db)

    async def put_too_early(tx: indexeddb.Transaction) -> None:
        tx.store("things").put(run_js("({ id: new Date(-1e14) })"))

    await db.write(["things"], put_too_early)
    assert [change.stores for change in heard.changes] == [{"things": None}]


async def test_one_hears_of_the_stores_and_keys_that_one_asked_for(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    of_things = Heard(db, ["things"])
    of_keys = Heard(db, ["numbers", "things"], KeyRange("b", "d", upper_open=True))
    elsewhere = Heard(other, "numbers", "c")
    for key in "abcd":
        await db.put("numbers", 1, key)
    await db.put("things", {"id": "c"})
    await db.delete("numbers", KeyRange("c", "z"))
    await db.delete("numbers", KeyRange("d", "z"))
    await db.clear("numbers")
    assert [change.stores for change in of_things.changes] == [{"things": ["c"]}]
    assert [change.stores for change in of_keys.changes] == [
        {"numbers": ["b"]},
        {"numbers": ["c"]},
        {"things": ["c"]},
        {"numbers": [KeyRange("c", "z")]},
        {"numbers": None},
    ]
    told = [(await elsewhere.next()).stores["numbers"] for _ in range(3)]
    assert told == [["c"], [KeyRange("c", "z")], None]


async def test_other_tabs_hear_in_the_order_of_the_commits(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    here, there = Heard(db), Heard(other)
    await asyncio.gather(*(db.put("numbers", n, n) for n in range(50)))
    assert [(await there.next()).stores["numbers"] for _ in range(50)] == [[n] for n in range(50)]
    assert [change.stores["numbers"] for change in here.changes] == [[n] for n in range(50)]


async def test_all_who_subscribe_hear_each_other(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    third = await indexeddb.open(NAME)
    try:
        databases = (db, other, third)
        heard = [Heard(database) for database in databases]
        for n, database in enumerate(databases):
            await database.put("numbers", n, n)
            for m, one in enumerate(heard):
                assert await one.next() == Change({"numbers": [n]}, is_local=n == m)
    finally:
        third.close()


async def test_what_others_did_before_one_subscribed_is_not_told(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    await db.put("numbers", 1, "before")
    await let_time_pass(db)
    heard = Heard(other)
    await db.put("numbers", 1, "after")
    assert (await heard.next()).stores == {"numbers": ["after"]}


async def test_what_is_written_before_one_knows_who_listens_is_told(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    heard = Heard(db)
    writing = [asyncio.ensure_future(other.put("numbers", n, n)) for n in range(50)]
    await asyncio.gather(*writing)
    change = await heard.next()
    # Those that were kept until then come as one, where they are many.
    assert change.stores["numbers"] in (None, [0])
    while change.stores["numbers"] != [49]:
        change = await heard.next()


async def test_it_is_told_before_the_write_returns_and_can_be_read(db: indexeddb.Database) -> None:
    reading: list[asyncio.Future[Any]] = []
    db.subscribe(lambda _change: reading.append(asyncio.ensure_future(db.get("numbers", "a"))))
    await db.put("numbers", 1, "a")
    assert await reading[0] == 1


async def test_a_note_goes_along(db: indexeddb.Database, other: indexeddb.Database) -> None:
    here, there = Heard(db), Heard(other)

    async def noted(tx: indexeddb.Transaction) -> None:
        tx.attach("first")
        tx.attach('"last" ☂')

    async def refused(tx: indexeddb.Transaction) -> None:
        tx.attach({"no": "text"})  # type: ignore[arg-type]

    await db.write(["numbers"], noted)
    assert here.changes == [Change({}, '"last" ☂', is_local=True)]
    assert await there.next() == Change({}, '"last" ☂')
    with pytest.raises(indexeddb.InvalidValue, match="not 'dict'"):
        await db.write(["numbers"], refused)


async def test_a_subscriber_that_fails_spoils_nothing(db: indexeddb.Database) -> None:
    failures: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()

    def fail(_change: Change) -> None:
        raise KeyError("a broken view")

    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda _loop, context: failures.append(context))
    try:
        db.subscribe(fail)
        heard = Heard(db)
        assert await db.put("numbers", 1, "a") == "a"
    finally:
        loop.set_exception_handler(handler)
    assert len(heard.changes) == 1
    assert [str(failure["exception"]) for failure in failures] == ["'a broken view'"]


async def test_an_ended_subscription_hears_nothing(db: indexeddb.Database) -> None:
    heard = Heard(db)
    with db.subscribe(heard.changes.append) as subscription:
        heard.subscription.close()
        heard.subscription.close()
        await db.put("numbers", 1, "a")
    subscription.close()
    await db.put("numbers", 2, "a")
    assert len(heard.changes) == 1


async def test_what_cannot_be_subscribed_to_is_named(db: indexeddb.Database) -> None:
    async def callback(_change: Change) -> None:
        pass

    with pytest.raises(indexeddb.NotFound, match="'nots'"):
        db.subscribe(print, ["things", "nots"])
    with pytest.raises(indexeddb.InvalidKey):
        db.subscribe(print, ["things"], NO_KEY)
    with pytest.raises(indexeddb.UsageError, match="stores"):
        db.subscribe(print, query="a")
    with pytest.raises(TypeError, match="not an async one"):
        db.subscribe(callback)
    db.close()
    with pytest.raises(indexeddb.ConnectionLost, match="is closed"):
        db.subscribe(print)


async def test_what_is_under_way_when_a_database_is_closed_is_told(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    heard = Heard(other)
    writing = asyncio.ensure_future(db.put("numbers", 1, "a"))
    await asyncio.sleep(0)
    db.close()
    await writing
    assert (await heard.next()).stores == {"numbers": ["a"]}


async def test_a_database_that_is_made_anew_has_changed(db: indexeddb.Database) -> None:
    await db.put("numbers", 1, "a")
    heard = Heard(db)
    await indexeddb.delete(NAME)
    assert await db.get("numbers", "a") is None
    assert [change.stores for change in heard.changes] == [{"numbers": None, "things": None}]


@pytest.mark.browser
async def test_others_hear_of_what_a_page_may_not_live_to_tell(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    heard = Heard(other)
    leave_page(is_kept=False)  # nothing is under way: nothing is told
    writing = asyncio.ensure_future(db.put("numbers", 1, "a"))
    reading = asyncio.ensure_future(db.get("things", "t0"))
    await asyncio.sleep(0)
    leave_page(is_kept=False)
    assert await heard.next() == Change({"numbers": None})
    await asyncio.gather(writing, reading)
    assert (await heard.next()).stores == {"numbers": ["a"]}


@pytest.mark.browser
async def test_a_page_in_the_back_forward_cache_holds_nothing(db: indexeddb.Database) -> None:
    heard = Heard(db)
    writing = asyncio.ensure_future(db.put("numbers", 1, "a"))
    await asyncio.sleep(0)
    leave_page(is_kept=True)
    await writing
    await db.get("numbers", "a")
    assert db.version is None
    heard.changes.clear()
    return_to_page()
    assert [change.stores for change in heard.changes] == [{"numbers": None, "things": None}]
    assert await db.get("numbers", "a") == 1
    assert db.version == 1


@pytest.mark.browser
async def test_a_page_that_is_back_hears_again(
    db: indexeddb.Database, other: indexeddb.Database
) -> None:
    heard = Heard(other)
    leave_page(is_kept=True)
    return_to_page()
    assert await heard.next() == Change({"numbers": None, "things": None})
    await db.put("numbers", 1, "a")
    assert await heard.next() == Change({"numbers": ["a"]})


async def test_ten_thousand_subscriptions_leave_nothing_behind(db: indexeddb.Database) -> None:
    for _ in range(10_000):
        db.subscribe(print).close()
    feed: Any = db._feed
    assert not feed._listeners
    assert not feed._writing
    db.close()
    assert feed._channel._js is None
