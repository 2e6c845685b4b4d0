"""Cursors: where they go, and what they refuse."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import indexeddb
from indexeddb import Direction, InvalidKey, KeyRange, ReadOnly, UsageError
from support.js import run_js
from support.small_database import THINGS

TRUE = True


@pytest.fixture
async def filled(db: indexeddb.Database) -> indexeddb.Database:
    async def body(tx: indexeddb.Transaction) -> None:
        for thing in THINGS:
            tx.store("things").put(thing)

    await db.write(["things"], body)
    return db


def by_colour(tx: indexeddb.Transaction) -> indexeddb.Index:
    return tx.store("things").index("colour")


@pytest.mark.browser
async def test_a_cursor_of_keys_reads_no_record(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        in_store = tx.store("things").key_cursor(KeyRange("t1", "t3"), direction="prev")
        in_index = by_colour(tx).key_cursor("red")
        return (
            [(cursor.key, cursor.primary_key) async for cursor in in_store],
            [(cursor.key, cursor.primary_key) async for cursor in in_index],
        )

    run_js("""
        globalThis.kept = {};
        for (const source of [IDBObjectStore, IDBIndex]) {
            const plain = source.prototype.openCursor;
            kept[source.name] = () => { source.prototype.openCursor = plain };
            source.prototype.openCursor = () => { throw new Error('it read a record') };
        }
    """)
    try:
        in_store, in_index = await filled.read(["things"], body)
    finally:
        run_js("for (const restore of Object.values(globalThis.kept)) restore()")
    assert in_store == [("t3", "t3"), ("t2", "t2"), ("t1", "t1")]
    assert in_index == [("red", "t1"), ("red", "t4"), ("red", "t7")]
    assert not hasattr(indexeddb.KeyCursor, "value")


@pytest.mark.browser
@pytest.mark.parametrize("direction", ["next", "nextunique", "prev", "prevunique"])
async def test_a_range_without_a_record_has_a_cursor_that_ends(
    filled: indexeddb.Database, direction: Direction
) -> None:
    query = KeyRange("x", "z")

    async def body(tx: indexeddb.Transaction) -> list[Any]:
        found: list[Any] = []
        for source in (tx.store("things"), by_colour(tx)):
            found += [cursor async for cursor in source.cursor(query, direction=direction)]
            found += [cursor async for cursor in source.key_cursor(query, direction=direction)]
            found += await source.get_all(query, direction=direction, count=2)
            found += await source.get_all_keys(query, direction=direction, count=2)
            text = await source.get_all_json(query, direction=direction, offset=1)
            found += json.loads(text)
        return found

    assert await filled.write(["things"], body) == []


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("next", ["t0", "t6", "t4", "t2", "t8"]),
        ("prev", ["t8", "t2", "t4", "t6", "t0"]),
        ("nextunique", ["t0", "t2"]),
        ("prevunique", ["t2", "t0"]),
    ],
)
async def test_a_cursor_advances_by_a_count(
    filled: indexeddb.Database, direction: Direction, expected: list[str]
) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        seen = []
        async for cursor in by_colour(tx).cursor(direction=direction):
            seen.append(cursor.primary_key)
            cursor.advance(2)
        return seen

    assert await filled.read(["things"], body) == expected


@pytest.mark.parametrize(
    ("direction", "steps", "expected"),
    [
        ("next", {"t1": "t4", "t5": "t7x"}, ["t0", "t1", "t4", "t5", "t8"]),
        ("prev", {"t7": "t4", "t3": "t0x"}, ["t8", "t7", "t4", "t3", "t0"]),
        ("next", {"t1": "x"}, ["t0", "t1"]),
    ],
)
async def test_a_cursor_continues_at_a_key(
    filled: indexeddb.Database, direction: Direction, steps: dict[str, str], expected: list[str]
) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        things, seen = tx.store("things"), []
        async for cursor in things.key_cursor(direction=direction):
            seen.append(cursor.key)
            if cursor.key in steps:
                cursor.continue_to(steps[cursor.key])
                # It may be there long before the loop is.
                assert await things.count() == len(THINGS)
        return seen

    assert await filled.read(["things"], body) == expected


async def test_a_cursor_of_an_index_continues_at_a_pair_of_keys(filled: indexeddb.Database) -> None:
    async def forward(tx: indexeddb.Transaction) -> Any:
        seen = []
        async for cursor in by_colour(tx).cursor():
            seen.append(cursor.primary_key)
            match cursor.primary_key:
                case "t0":
                    cursor.continue_to("red", "t3")
                case "t4":
                    cursor.continue_to("teal")
                case "t2":
                    cursor.continue_to("teal", "t8")
        return seen

    async def backward(tx: indexeddb.Transaction) -> Any:
        seen = []
        async for cursor in by_colour(tx).key_cursor(direction="prev"):
            seen.append(cursor.primary_key)
            if cursor.primary_key == "t8":
                cursor.continue_to("red", "t5")
        return seen

    assert await filled.read(["things"], forward) == ["t0", "t4", "t2", "t8"]
    assert await filled.read(["things"], backward) == ["t8", "t4", "t1", "t6", "t3", "t0"]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("nextunique", [("blue", "t0"), ("red", "t1"), ("teal", "t2")]),
        ("prevunique", [("teal", "t2"), ("red", "t1"), ("blue", "t0")]),
    ],
)
async def test_a_unique_direction_gives_the_first_record_of_each_key(
    filled: indexeddb.Database, direction: Direction, expected: list[Any]
) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        cursor = by_colour(tx).key_cursor(direction=direction)
        return [(at.key, at.primary_key) async for at in cursor]

    assert await filled.read(["things"], body) == expected


def continue_to(*keys: Any) -> Callable[[indexeddb.KeyCursor], None]:
    return lambda cursor: cursor.continue_to(*keys)


def advance(count: int) -> Callable[[indexeddb.KeyCursor], None]:
    return lambda cursor: cursor.advance(count)


@pytest.mark.parametrize(
    ("direction", "move", "error"),
    [
        ("next", continue_to("blue"), InvalidKey),  # it is there
        ("next", continue_to("a"), InvalidKey),
        ("prev", continue_to("x"), InvalidKey),
        ("next", continue_to([1, TRUE]), InvalidKey),
        ("next", continue_to(None), InvalidKey),
        ("next", continue_to(float("nan")), InvalidKey),
        ("next", continue_to("red", TRUE), InvalidKey),
        ("next", continue_to("blue", "t0"), InvalidKey),  # it is there
        ("prev", continue_to("teal", "t9"), InvalidKey),
        ("nextunique", continue_to("red", "t4"), UsageError),
        ("next", advance(0), InvalidKey),
        ("next", advance(-1), InvalidKey),
    ],
)
async def test_a_move_that_cannot_be_is_refused_and_the_cursor_stays(
    filled: indexeddb.Database,
    direction: Direction,
    move: Callable[[indexeddb.KeyCursor], None],
    error: type[Exception],
) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        seen: list[Any] = []
        async for cursor in by_colour(tx).cursor(direction=direction):
            if not seen:
                with pytest.raises(error):
                    move(cursor)
            seen.append(cursor.value)
        return seen

    in_order = await filled.get_all("things", index="colour", direction=direction)
    assert await filled.read(["things"], body) == in_order


async def test_only_an_index_has_a_pair_of_keys(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        async for cursor in tx.store("things").key_cursor():
            cursor.continue_to("t4", "t4")

    with pytest.raises(UsageError, match="primary key"):
        await filled.read(["things"], body)


async def test_a_cursor_on_its_way_is_at_no_record(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        cursor = tx.store("things").cursor(KeyRange("t0", "t3"))
        uses: list[Callable[[], Any]] = [
            lambda: cursor.key,
            lambda: cursor.primary_key,
            lambda: cursor.value,
            lambda: cursor.update({"id": "t0"}),
            cursor.delete,
            lambda: cursor.advance(1),
            lambda: cursor.continue_to("t5"),
        ]

        def check(match: str) -> None:
            for use in uses:
                with pytest.raises(UsageError, match=match):
                    use()

        check("on its way")
        seen = []
        async for at in cursor:
            seen.append(at.key)
            at.advance(2)
            check("on its way")
        check("has left the last record")
        return seen, [at.key async for at in cursor]

    assert await filled.write(["things"], body) == (["t0", "t2"], [])
    assert await filled.get_all("things") == THINGS


async def test_a_cursor_changes_what_it_may(filled: indexeddb.Database) -> None:
    async def other_key(tx: indexeddb.Transaction) -> None:
        async for cursor in tx.store("things").cursor("t1"):
            with pytest.raises(InvalidKey):
                cursor.update({"id": "t2"})
            cursor.update({"id": "t1"})

    async def reading(tx: indexeddb.Transaction) -> None:
        async for cursor in tx.store("things").cursor():
            with pytest.raises(ReadOnly):
                cursor.update(cursor.value)
            with pytest.raises(ReadOnly):
                cursor.delete()

    await filled.write(["things"], other_key)
    assert await filled.get("things", "t1") == {"id": "t1"}
    await filled.read(["things"], reading)
    assert await filled.count("things") == len(THINGS)
