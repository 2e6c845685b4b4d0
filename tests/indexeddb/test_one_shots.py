"""What a database does in one transaction of one request."""

from typing import Any

import pytest

import indexeddb
from indexeddb import ConstraintViolated, Direction, InvalidKey, KeyRange, NotFound
from support.js import run_js
from support.small_database import THINGS


@pytest.fixture
async def filled(db: indexeddb.Database) -> indexeddb.Database:
    async def body(tx: indexeddb.Transaction) -> None:
        for thing in THINGS:
            tx.store("things").put(thing)

    await db.write(["things"], body)
    return db


async def test_records_are_read_by_their_own_keys(filled: indexeddb.Database) -> None:
    assert await filled.get("things", "t4") == THINGS[4]
    assert await filled.get("things", KeyRange(lower="t5")) == THINGS[5]
    assert await filled.get("things", "nowhere") is None
    assert await filled.get_key("things", KeyRange(lower="t4", lower_open=True)) == "t5"
    assert await filled.get_key("things", "nowhere") is None
    assert await filled.get_all("things", KeyRange("t2", "t3")) == THINGS[2:4]
    assert await filled.get_all("things", count=2, direction="prev") == THINGS[:-3:-1]
    assert await filled.get_all_keys("things", count=2) == ["t0", "t1"]
    assert await filled.get_all_keys("things", count=2, direction="prev") == ["t8", "t7"]
    assert await filled.count("things", KeyRange(upper="t3")) == 4


async def test_records_are_read_by_an_index(filled: indexeddb.Database) -> None:
    assert await filled.get("things", "teal", index="colour") == THINGS[2]
    assert await filled.get_key("things", ("red", 4), index="size") == "t4"
    red = KeyRange.starting_with("red")
    newest = await filled.get_all("things", red, index="size", direction="prev", count=2)
    assert newest == [THINGS[7], THINGS[4]]
    assert await filled.get_all_keys("things", "red", index="colour") == ["t1", "t4", "t7"]
    assert await filled.count("things", "red", index="colour") == 3
    for call in (filled.get, filled.get_key, filled.get_all, filled.get_all_keys, filled.count):
        with pytest.raises(NotFound):
            await call("things", "red", index="nowhere")


async def test_records_are_written_and_deleted(db: indexeddb.Database) -> None:
    assert await db.put("things", {"id": "a", "n": 1}) == "a"
    assert await db.put("numbers", 1, ("k", 1)) == ["k", 1]
    assert await db.add("things", {"id": "b"}) == "b"
    with pytest.raises(ConstraintViolated):
        await db.add("things", {"id": "a", "n": 2})
    assert await db.get_all("things") == [{"id": "a", "n": 1}, {"id": "b"}]
    await db.delete("things", "a")
    assert await db.get_all_keys("things") == ["b"]
    await db.clear("things")
    assert await db.count("things") == 0
    assert await db.count("numbers") == 1


@pytest.mark.browser
async def test_each_write_takes_its_durability(db: indexeddb.Database) -> None:
    run_js("""
        const plain = IDBDatabase.prototype.transaction;
        globalThis.asked = [];
        globalThis.restore = () => { IDBDatabase.prototype.transaction = plain };
        IDBDatabase.prototype.transaction = function (stores, mode, options) {
            globalThis.asked.push(`${mode} ${options.durability}`);
            return plain.call(this, stores, mode, options);
        };
    """)
    try:
        await db.put("numbers", 1, "n", durability="strict")
        await db.add("numbers", 1, "m", durability="strict")
        await db.delete("numbers", "n", durability="strict")
        await db.clear("numbers", durability="strict")
        await db.put("numbers", 1, "n")
        await db.get("numbers", "n")
        assert run_js("globalThis.asked").to_py() == [
            *["readwrite strict"] * 4,
            "readwrite relaxed",
            "readonly default",
        ]
    finally:
        run_js("globalThis.restore()")


async def test_bad_input_is_refused_by_name(db: indexeddb.Database) -> None:
    no_keys: list[Any] = [None, True, float("nan"), {"a": 1}, ("a", None)]
    for key in no_keys:
        for call in (db.get, db.get_key, db.delete):
            with pytest.raises(InvalidKey):
                await call("numbers", key)
        if key is not None:
            for call in (db.get_all, db.get_all_keys, db.count):
                with pytest.raises(InvalidKey):
                    await call("numbers", key)
            for write in (db.put, db.add):
                with pytest.raises(InvalidKey):
                    await write("numbers", 1, key)
    for read in (db.get_all, db.get_all_keys):
        with pytest.raises(InvalidKey, match="count"):
            await read("numbers", count=0)
        with pytest.raises(indexeddb.UsageError):
            await read("numbers", direction="sideways")  # type: ignore[arg-type]
    with pytest.raises(InvalidKey):
        await db.put("numbers", 1)
    with pytest.raises(InvalidKey):
        await db.put("things", {"id": True})
    with pytest.raises(NotFound):
        await db.clear("nowhere")


DIRECTIONS: dict[Direction, list[int]] = {
    "next": [0, 3, 6, 1, 4, 7, 2, 5, 8],
    "prev": [8, 5, 2, 7, 4, 1, 6, 3, 0],
    "nextunique": [0, 1, 2],
    "prevunique": [2, 1, 0],
}


@pytest.mark.parametrize(("direction", "order"), DIRECTIONS.items())
@pytest.mark.parametrize("count", [None, 1, 2, 20])
async def test_an_index_is_read_in_every_direction(
    filled: indexeddb.Database,
    direction_support: None,
    direction: Direction,
    order: list[int],
    count: int | None,
) -> None:
    wanted = [THINGS[n] for n in order][:count]
    ids = [thing["id"] for thing in wanted]
    in_order: dict[str, Any] = {"count": count, "direction": direction}
    assert await filled.get_all("things", index="colour", **in_order) == wanted
    assert await filled.get_all_keys("things", index="colour", **in_order) == ids

    async def body(tx: indexeddb.Transaction) -> Any:
        colour = tx.store("things").index("colour")
        walked = [cursor.value async for cursor in colour.cursor(direction=direction)]
        return await colour.get_all(**in_order), await colour.get_all_keys(**in_order), walked

    all_in_order = [THINGS[n] for n in order]
    assert await filled.read(["things"], body) == (wanted, ids, all_in_order)


@pytest.mark.parametrize(("direction", "order"), DIRECTIONS.items())
async def test_one_key_of_an_index_is_read_in_every_direction(
    filled: indexeddb.Database, direction_support: None, direction: Direction, order: list[int]
) -> None:
    red = [f"t{n}" for n in order if THINGS[n]["colour"] == "red"]
    for query in ("red", KeyRange.only("red")):
        keys = await filled.get_all_keys("things", query, index="colour", direction=direction)
        assert keys == red
        found = await filled.get_all("things", query, index="colour", direction=direction)
        assert [thing["id"] for thing in found] == red


async def test_an_open_end_takes_the_first_key_too(db: indexeddb.Database) -> None:
    await db.put("numbers", 1, float("-inf"))
    assert await db.count("numbers", KeyRange(lower_open=True)) == 1
