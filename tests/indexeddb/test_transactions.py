"""The law of transactions: a body lives inside one, whole or not at all."""

import asyncio
from typing import Any

import pytest

import indexeddb


async def read_all(db: indexeddb.Database, store: str = "numbers") -> list[Any]:
    async def body(tx: indexeddb.Transaction) -> Any:
        return await tx.store(store).get_all()

    result: list[Any] = await db.read([store], body)
    return result


async def increment(tx: indexeddb.Transaction) -> int:
    numbers = tx.store("numbers")
    value = (await numbers.get("n") or 0) + 1
    await numbers.put(value, "n")
    return value


async def test_the_race_that_a_naive_build_loses(db: indexeddb.Database) -> None:
    async def get(tx: indexeddb.Transaction) -> int:
        return await tx.store("numbers").get("n") or 0

    async def naive() -> None:
        value = await db.read(["numbers"], get)

        async def put(tx: indexeddb.Transaction) -> None:
            await tx.store("numbers").put(value + 1, "n")

        await db.write(["numbers"], put)

    await asyncio.gather(*(naive() for _ in range(50)))
    assert await db.read(["numbers"], get) < 50

    await db.write(["numbers"], _clear)
    results = await asyncio.gather(*(db.write(["numbers"], increment) for _ in range(50)))
    assert await db.read(["numbers"], get) == 50
    assert sorted(results) == list(range(1, 51))


async def _clear(tx: indexeddb.Transaction) -> None:
    await tx.store("numbers").clear()


async def test_a_body_may_await_as_often_and_as_deep_as_it_likes(db: indexeddb.Database) -> None:
    async def step(numbers: indexeddb.Store, key: int) -> None:
        for _ in range(3):
            await numbers.put((await numbers.get(key) or 0) + 1, key)

    async def body(tx: indexeddb.Transaction) -> int:
        numbers = tx.store("numbers")
        for key in range(100):
            await step(numbers, key)
        return sum(await numbers.get_all())

    assert await db.write(["numbers"], body) == 300


async def test_requests_may_be_issued_together_and_awaited_in_any_order(
    db: indexeddb.Database,
) -> None:
    async def body(tx: indexeddb.Transaction) -> list[Any]:
        numbers = tx.store("numbers")
        for key in range(5):
            numbers.put(key * 10, key)
        first, *others, last = [numbers.get(key) for key in range(5)]
        return [await last, await first, *[await other for other in others]]

    assert await db.write(["numbers"], body) == [40, 0, 10, 20, 30]


async def test_what_is_never_awaited_is_written_all_the_same(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        tx.store("numbers").put(1, "a")

    await db.write(["numbers"], body)
    assert await read_all(db) == [1]


async def test_a_raise_undoes_everything_and_comes_out_as_itself(db: indexeddb.Database) -> None:
    failure = ValueError("on purpose")

    async def body(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put(1, "a")
        tx.store("things").put({"id": "x"})
        raise failure

    with pytest.raises(ValueError, match="on purpose") as caught:
        await db.write(["numbers", "things"], body)
    assert caught.value is failure
    assert await read_all(db) == []
    assert await read_all(db, "things") == []


async def test_a_failed_request_can_be_caught_and_the_rest_goes_on(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> str | None:
        numbers = tx.store("numbers")
        await numbers.add(1, "a")
        try:
            await numbers.add(2, "a")
        except indexeddb.ConstraintViolated as error:
            await numbers.add(3, "b")
            return error.name
        return None

    assert await db.write(["numbers"], body) == "ConstraintError"
    assert await read_all(db) == [1, 3]


async def test_a_failed_request_that_is_not_caught_undoes_everything(
    db: indexeddb.Database,
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").add(1, "a")
        await tx.store("numbers").add(2, "a")

    with pytest.raises(indexeddb.ConstraintViolated, match="ConstraintError"):
        await db.write(["numbers"], body)
    assert await read_all(db) == []


async def test_a_failed_request_that_nobody_awaits_undoes_everything(
    db: indexeddb.Database,
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        tx.store("numbers").add(1, "a")
        tx.store("numbers").add(2, "a")

    with pytest.raises(indexeddb.ConstraintViolated, match="ConstraintError"):
        await db.write(["numbers"], body)
    assert await read_all(db) == []


async def test_one_that_failed_before_it_is_awaited_raises_there(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        numbers = tx.store("numbers")
        numbers.add(1, "a")
        failing = numbers.add(2, "a")
        await numbers.count()
        await failing

    with pytest.raises(indexeddb.ConstraintViolated, match="ConstraintError"):
        await db.write(["numbers"], body)
    assert await read_all(db) == []


@pytest.mark.parametrize("swallow", [False, True])
async def test_awaiting_anything_else_is_refused_and_undoes_everything(
    db: indexeddb.Database, swallow: bool
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put(1, "a")
        try:
            await asyncio.sleep(0.001)
        except TypeError:
            if not swallow:
                raise
        tx.store("numbers")

    with pytest.raises(TypeError, match="only the transaction's own requests may be awaited"):
        await db.write(["numbers"], body)
    assert await read_all(db) == []


async def test_a_transaction_that_ends_before_its_body_says_so(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put(1, "a")
        # The browser never answers this one, and so commits what there is.
        await indexeddb.Request(tx, 2**31, int)

    with pytest.raises(indexeddb.TransactionAborted, match="before its body had ended"):
        await db.write(["numbers"], body)


async def test_a_request_of_another_transaction_is_refused(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        foreign: list[Any] = []

        async def other(inner: indexeddb.Transaction) -> None:
            foreign.append(inner.store("things").get("x"))
            await foreign[0]

        reading = asyncio.ensure_future(db.read(["things"], other))
        tx.store("numbers").put(1, "a")
        await tx.store("numbers").count()
        keep.append(reading)
        await indexeddb.Request(object(), tx.store("numbers").count().id, int)

    keep: list[Any] = []
    with pytest.raises(TypeError, match="a request of another transaction"):
        await db.write(["numbers"], body)
    await keep[0]
    assert await read_all(db) == []


async def test_a_body_that_is_no_coroutine_is_refused(db: indexeddb.Database) -> None:
    body: Any = lambda tx: tx.store("numbers").put(1, "a")  # noqa: E731
    with pytest.raises(TypeError, match="async function"):
        await db.write(["numbers"], body)
    assert await read_all(db) == []


async def test_a_body_that_raises_before_its_coroutine_is_there_undoes_everything(
    db: indexeddb.Database,
) -> None:
    def body(tx: indexeddb.Transaction) -> Any:
        tx.store("numbers").put(1, "a")
        raise KeyError("none of the body's own")

    with pytest.raises(KeyError):
        await db.write(["numbers"], body)
    assert await read_all(db) == []


async def test_a_cancelled_call_writes_nothing(db: indexeddb.Database) -> None:
    begun = asyncio.Event()

    async def body(tx: indexeddb.Transaction) -> None:
        begun.set()
        numbers = tx.store("numbers")
        while True:
            await numbers.put(1, "a")

    writing = asyncio.ensure_future(db.write(["numbers"], body))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await read_all(db) == []


async def test_a_body_that_awaits_while_it_is_closed_does_no_harm(db: indexeddb.Database) -> None:
    begun = asyncio.Event()

    async def body(tx: indexeddb.Transaction) -> None:
        begun.set()
        try:
            while True:
                await tx.store("numbers").put(1, "a")
        finally:
            await tx.store("numbers").put(2, "b")

    writing = asyncio.ensure_future(db.write(["numbers"], body))
    await begun.wait()
    writing.cancel()
    with pytest.raises((asyncio.CancelledError, indexeddb.TransactionAborted)):
        await writing
    assert await read_all(db) == []


async def test_a_transaction_for_reading_cannot_write(db: indexeddb.Database) -> None:
    with pytest.raises(indexeddb.ReadOnly) as caught:
        await db.read(["numbers"], increment)
    assert caught.value.name == "ReadOnlyError"


async def test_a_transaction_that_has_ended_is_of_no_use(db: indexeddb.Database) -> None:
    kept: list[indexeddb.Store] = []

    async def body(tx: indexeddb.Transaction) -> None:
        kept.append(tx.store("numbers"))
        await kept[0].count()

    for run in (db.read, db.write):
        kept.clear()
        await run(["numbers"], body)
        with pytest.raises(indexeddb.TransactionAborted, match="already ended"):
            kept[0].count()


async def test_one_store_may_be_named_alone(db: indexeddb.Database) -> None:
    assert await db.write("numbers", increment) == 1
    assert await db.read("numbers", _names) == ["numbers"]
    with pytest.raises(indexeddb.UsageError) as caught:
        await db.read([], increment)
    assert caught.value.name == "InvalidAccessError"


async def _names(tx: indexeddb.Transaction) -> list[str]:
    return tx.store_names


async def test_a_body_that_reads_waits_for_what_it_has_asked_for(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> str:
        first = tx.store("numbers").get_all()
        tx.store("things").count()
        await first
        return "done"

    assert await db.read(["numbers", "things"], body) == "done"


async def test_what_is_raised_after_a_transaction_tells_of_nothing_else(
    db: indexeddb.Database,
) -> None:
    async def write(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put(1, "a")

    await read_all(db)
    after_body = ValueError("not there")
    with pytest.raises(ValueError, match="not there"):
        raise after_body
    await db.write(["numbers"], write)
    await db.get("numbers", "a")
    after_one_shot = ValueError("not there either")
    with pytest.raises(ValueError, match="not there either"):
        raise after_one_shot
    assert after_body.__context__ is None
    assert after_one_shot.__context__ is None


async def test_when_a_write_returns_every_connection_sees_it(db: indexeddb.Database) -> None:
    other = await indexeddb.open(db.name)
    await db.write(["numbers"], increment)
    assert await read_all(other) == [1]
    other.close()


@pytest.mark.parametrize("run", ["read", "write"])
@pytest.mark.parametrize("chosen", [None, KeyError("the plants are watered")])
@pytest.mark.parametrize("is_caught", [False, True])
async def test_an_abort_undoes_everything_whatever_the_body_makes_of_it(
    db: indexeddb.Database, run: str, chosen: Exception | None, is_caught: bool
) -> None:
    async def body(tx: indexeddb.Transaction) -> str:
        numbers = tx.store("numbers")
        pending = numbers.get("n")
        if run == "write":
            await numbers.put(1, "n")
        try:
            tx.abort(chosen)
        except (indexeddb.TransactionAborted, KeyError):
            if not is_caught:
                raise
        with pytest.raises(indexeddb.IndexedDBError):
            await pending
        with pytest.raises(indexeddb.IndexedDBError):
            await numbers.get("n")
        return "done"

    with pytest.raises((indexeddb.TransactionAborted, KeyError)) as caught:
        await getattr(db, run)(["numbers"], body)
    if chosen is None:
        assert "the body has undone the transaction" in str(caught.value)
    else:
        assert caught.value is chosen
    assert await read_all(db) == []


async def test_a_body_that_goes_on_when_all_is_undone_runs_once(db: indexeddb.Database) -> None:
    runs: list[str] = []

    async def abort(tx: indexeddb.Transaction) -> None:
        with pytest.raises(KeyError):
            tx.abort(KeyError())
        await ask(tx)

    async def fail(tx: indexeddb.Transaction) -> None:
        for _ in range(2):
            tx.store("numbers").add(1, "a")
        with pytest.raises(indexeddb.ConstraintViolated):
            await tx.store("numbers").count()
        await ask(tx)

    async def ask(tx: indexeddb.Transaction) -> None:
        runs.append("asked")
        with pytest.raises(indexeddb.TransactionAborted, match="already ended"):
            await tx.store("things").count()
        raise ValueError("on purpose")

    for body, error in ((abort, KeyError), (fail, ValueError)):
        with pytest.raises(error):
            await db.write(["numbers", "things"], body)
    assert runs == ["asked", "asked"]
    assert await read_all(db) == []


async def test_the_first_abort_counts(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        for n in range(3):
            with pytest.raises(KeyError):
                tx.abort(KeyError(n))
        raise ValueError

    with pytest.raises(KeyError) as caught:
        await db.write(["numbers"], body)
    assert caught.value.args == (0,)


async def test_a_transaction_that_is_aborted_while_its_body_waits(db: indexeddb.Database) -> None:
    begun: asyncio.Future[indexeddb.Transaction] = asyncio.get_running_loop().create_future()

    async def body(tx: indexeddb.Transaction) -> None:
        begun.set_result(tx)
        while True:
            await tx.store("numbers").put(1, "n")

    writing = asyncio.ensure_future(db.write(["numbers"], body))
    tx = await begun
    with pytest.raises(indexeddb.TransactionAborted):
        tx.abort()
    with pytest.raises(indexeddb.TransactionAborted, match="the body has undone"):
        await writing
    assert await read_all(db) == []


async def test_a_transaction_tells_what_it_is(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        return tx.mode, tx.durability, tx.store_names

    stores = ["things", "numbers"]
    assert await db.read(stores, body) == ("readonly", "default", ["numbers", "things"])
    assert await db.write(stores, body) == ("readwrite", "relaxed", ["numbers", "things"])
    written = await db.write(["things"], body, durability="strict")
    assert written == ("readwrite", "strict", ["things"])


async def test_strict_durability_is_taken(db: indexeddb.Database) -> None:
    assert await db.write(["numbers"], increment, durability="strict") == 1


@pytest.mark.browser
async def test_thousands_of_transactions_leave_no_proxy_behind(db: indexeddb.Database) -> None:
    import gc

    import pyodide_js

    module = pyodide_js._module

    def live() -> tuple[int, int]:
        gc.collect()
        # Python objects that JavaScript holds, and JavaScript objects that Python holds.
        return module.pyproxy_alloc_map.size, module._hiwire_num_refs()

    async def fail(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put(1, "a")
        raise KeyError

    async def many(rounds: int) -> None:
        for _ in range(rounds):
            await db.write(["numbers"], increment)
            with pytest.raises(KeyError):
                await db.write(["numbers"], fail)

    module.enable_pyproxy_allocation_tracing()
    try:
        await many(50)
        before = live()
        await many(1_000)
        after = live()
    finally:
        module.disable_pyproxy_allocation_tracing()
    # What the event loop holds for its next turn comes and goes: a handful, not one a transaction.
    assert after[0] - before[0] < 20
    assert after[1] - before[1] < 100
