"""Stores, indexes, ranges, cursors, and values on their way in and out."""

from typing import Any

import pytest

import indexeddb
from indexeddb import InvalidKey, InvalidValue, KeyRange, NotFound
from support.js import run_js
from support.small_database import THINGS


async def fill(tx: indexeddb.Transaction) -> indexeddb.Store:
    things = tx.store("things")
    for thing in THINGS:
        things.put(thing)
    return things


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (None, range(9)),
        ("t4", [4]),
        (KeyRange(), range(9)),
        (KeyRange.only("t4"), [4]),
        (KeyRange("t3", "t5"), [3, 4, 5]),
        (KeyRange("t3", "t5", lower_open=True), [4, 5]),
        (KeyRange("t3", "t5", upper_open=True), [3, 4]),
        (KeyRange(lower="t7"), [7, 8]),
        (KeyRange(upper="t1"), [0, 1]),
        (KeyRange(upper="t1", upper_open=True), [0]),
        ("nothing", []),
    ],
)
@pytest.mark.parametrize("count", [None, 1, 2, 20])
async def test_ranges(
    db: indexeddb.Database,
    direction_support: None,
    query: Any,
    expected: list[int],
    count: int | None,
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = await fill(tx)
        wanted = [THINGS[n] for n in expected]
        ids = [thing["id"] for thing in wanted]
        assert await things.get_all(query, count=count) == wanted[:count]
        assert await things.get_all(query, count=count, direction="prev") == wanted[::-1][:count]
        assert await things.get_all_keys(query, count=count) == ids[:count]
        assert await things.count(query) == len(wanted)

    await db.write(["things"], body)


async def test_an_index_is_in_its_own_order(
    db: indexeddb.Database, direction_support: None
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        by_size = (await fill(tx)).index("size")
        red = KeyRange.starting_with("red")
        assert [thing["size"] for thing in await by_size.get_all(red)] == [1, 4, 7]
        newest = await by_size.get_all(red, direction="prev", count=2)
        assert [thing["size"] for thing in newest] == [7, 4]
        assert await by_size.get_all_keys(KeyRange(("red", 4), ("teal", 2))) == ["t4", "t7", "t2"]
        assert await by_size.get_key(KeyRange(lower=("red", 2))) == "t4"
        assert (await by_size.get(("teal", 8)))["id"] == "t8"
        assert await by_size.get(("teal", 9)) is None
        assert await by_size.count(red) == 3
        assert (by_size.name, by_size.key_path) == ("size", ["colour", "size"])

    await db.write(["things"], body)


async def test_a_cursor_walks_changes_and_deletes(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> list[Any]:
        things = await fill(tx)
        walked = []
        async for cursor in things.index("colour").cursor(KeyRange(lower="red"), direction="prev"):
            walked.append((cursor.key, cursor.primary_key, cursor.value["size"]))
            if cursor.key == "teal":
                cursor.delete()
            else:
                await cursor.update({**cursor.value, "size": -1})
        assert walked[:2] == [("teal", "t8", 8), ("teal", "t5", 5)]
        assert len(walked) == 6
        return [thing["size"] for thing in await things.get_all()]

    assert await db.write(["things"], body) == [0, -1, 3, -1, 6, -1]


async def test_many_records_cross_at_once(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        things.put_many_json(f'{{"id": "t{n:04}", "text": "a\\"],[b"}}' for n in range(2_000))
        things.put_many_json([])
        assert await things.count() == 2_000
        things.delete_many(f"t{n:04}" for n in range(1, 2_000))
        things.delete_many([])
        assert await things.get_all() == [{"id": "t0000", "text": 'a"],[b'}]

    await db.write(["things"], body)


async def test_one_bad_record_of_many_undoes_them_all(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        tx.store("things").put_many_json(['{"id": "fine"}', '{"id": true}'])

    with pytest.raises(InvalidKey):
        await db.write(["things"], body)

    async def count(tx: indexeddb.Transaction) -> int:
        return await tx.store("things").count()

    assert await db.read(["things"], count) == 0


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, "x", True, None, {"b": []}], "é": "😀"},
        [],
        "text",
        0,
        -1.5,
        False,
        2**52,
    ],
)
async def test_values_come_back_as_they_went(db: indexeddb.Database, value: object) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        await tx.store("numbers").put(value, "k")
        return await tx.store("numbers").get("k")

    returned = await db.write(["numbers"], body)
    assert returned == value
    assert type(returned) is type(value)


@pytest.mark.browser
async def test_null_and_undefined_are_none(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        numbers = tx.store("numbers")
        await numbers.put(run_js("({a: null, b: undefined, c: [null]})"), "k")
        return await numbers.get("k"), await numbers.get("nowhere")

    assert await db.write(["numbers"], body) == ({"a": None, "b": None, "c": [None]}, None)


async def test_a_result_can_come_as_json(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        things = await fill(tx)
        text = await things.get_all(KeyRange(upper="t1"), convert=indexeddb.to_json)
        return text, await things.get("nowhere", convert=indexeddb.to_json)

    text, nothing = await db.write(["things"], body)
    assert text.startswith('[{"id":"t0"')
    assert nothing is None


@pytest.mark.browser
async def test_a_blob_is_kept_beside_plain_values(db: indexeddb.Database) -> None:
    async def put(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put({"data": run_js("new Blob(['cat'])"), "n": 1}, "k")

    async def get(tx: indexeddb.Transaction) -> Any:
        return await tx.store("numbers").get("k")

    await db.write(["numbers"], put)
    found = await db.read(["numbers"], get)
    assert found["n"] == 1
    assert await found["data"].text() == "cat"


@pytest.mark.parametrize("key", ["k", 1, -2.5, b"bytes", ("a", 1), ["a", ["b"]]])
async def test_keys_of_every_kind(db: indexeddb.Database, key: indexeddb.Key) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        numbers = tx.store("numbers")
        await numbers.put("value", key)
        return await numbers.get(key), await numbers.count(KeyRange.only(key))

    assert await db.write(["numbers"], body) == ("value", 1)


@pytest.mark.parametrize("key", [True, None, {"a": 1}, float("nan"), ("a", None), object()])
async def test_what_is_no_key_is_refused(db: indexeddb.Database, key: Any) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put("kept?", "k")
        await tx.store("numbers").get(key)

    with pytest.raises(InvalidKey):
        await db.write(["numbers"], body)


async def test_what_cannot_be_kept_is_refused(db: indexeddb.Database) -> None:
    async def python_object(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put({"a": object()}, "k")

    with pytest.raises(InvalidValue):
        await db.write(["numbers"], python_object)


@pytest.mark.browser
async def test_a_function_cannot_be_kept(db: indexeddb.Database) -> None:
    async def function(tx: indexeddb.Transaction) -> None:
        await tx.store("numbers").put(run_js("({f() {}})"), "k")

    with pytest.raises(InvalidValue):
        await db.write(["numbers"], function)


@pytest.mark.parametrize("method", ["get_all", "get_all_keys"])
@pytest.mark.parametrize("count", [0, -1])
async def test_a_count_must_be_one_or_more(db: indexeddb.Database, method: str, count: int) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        await getattr(tx.store("things"), method)(count=count)

    with pytest.raises(InvalidKey, match="count"):
        await db.read(["things"], body)


async def test_a_store_or_an_index_that_is_not_there(db: indexeddb.Database) -> None:
    async def store(tx: indexeddb.Transaction) -> None:
        tx.store("nowhere")

    async def index(tx: indexeddb.Transaction) -> None:
        tx.store("things").index("nowhere")

    for body in (store, index):
        with pytest.raises(NotFound) as caught:
            await db.read(["things"], body)
        assert caught.value.name == "NotFoundError"
    with pytest.raises(NotFound):
        await db.read(["nowhere"], store)
