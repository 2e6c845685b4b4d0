"""Requests about many records, whose result crosses into Python once."""

import json
from typing import Any

import pytest

import indexeddb
from indexeddb import InvalidKey, InvalidValue, KeyRange, UsageError
from support.js import run_js
from support.small_database import THINGS


@pytest.fixture
async def filled(db: indexeddb.Database) -> indexeddb.Database:
    async def body(tx: indexeddb.Transaction) -> None:
        tx.store("things").put_many_json(map(json.dumps, THINGS))

    await db.write(["things"], body)
    return db


async def test_many_records_come_in_the_order_of_their_keys(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> list[Any]:
        things = tx.store("things")
        some = things.get_many_json(["t5", "nowhere", "t1", "t5"])
        none = things.get_many_json(iter([]))
        return [json.loads(await some), json.loads(await none)]

    found, nothing = await filled.read(["things"], body)
    assert found == [THINGS[5], None, THINGS[1], THINGS[5]]
    assert nothing == []


async def test_many_keys_of_every_kind(db: indexeddb.Database) -> None:
    keys: list[indexeddb.Key] = ["a", 1, -1.5, b"x", ("a", b"y"), float("inf")]

    async def body(tx: indexeddb.Transaction) -> None:
        numbers = tx.store("numbers")
        for place, key in enumerate(keys):
            await numbers.put(place, key)
        assert json.loads(await numbers.get_many_json(keys)) == list(range(6))
        assert await numbers.existing([*keys, "b"]) == [True] * 6 + [False]
        assert await numbers.get_all_keys() == [-1.5, 1, float("inf"), "a", b"x", ["a", b"y"]]
        await numbers.put({}, "a")
        await numbers.patch_many_json(["a"], '{"b": 1}')
        assert await numbers.get("a") == {"b": 1}
        numbers.delete_many(keys)
        assert await numbers.count() == 0

    await db.write(["numbers"], body)


async def test_which_of_many_keys_are_there(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        things = tx.store("things")
        return await things.existing([]), await things.existing(["t0", "t", "t8"])

    assert await filled.read(["things"], body) == ([], [True, False, True])


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param([], id="nothing"),
        pytest.param(["k03", "k07", "k15"], id="few"),
        pytest.param([f"k{n:02}" for n in range(8, 12)], id="some in a row"),
        pytest.param([f"k{n:02}" for n in range(0, 32, 2)], id="every second one"),
        pytest.param([f"k00{n:03}" for n in range(90)], id="many others at the beginning"),
        pytest.param([*(f"k08{n:03}" for n in range(90)), "k15"], id="many others in the midst"),
        pytest.param([5, "k15", ["k15"], b"k15"], id="keys of other types"),
    ],
)
@pytest.mark.parametrize("count", [7, 8, 16])
async def test_which_of_many_keys_are_there_does_not_depend_on_others(
    db: indexeddb.Database, stored: list[Any], count: int
) -> None:
    keys: list[Any] = [f"k{n:02}" for n in range(count)]
    asked = [*reversed(keys), "k15", ["k15"], 5, "k03"]

    async def body(tx: indexeddb.Transaction) -> list[bool]:
        numbers = tx.store("numbers")
        for key in stored:
            numbers.put(0, key)
        return await numbers.existing(asked)

    assert await db.write(["numbers"], body) == [key in stored for key in asked]


@pytest.mark.parametrize(
    "query",
    [None, KeyRange("t2", "t7"), KeyRange("t2", "t7", lower_open=True), KeyRange("x", "y"), "t4"],
)
@pytest.mark.parametrize("count", [None, 1, 3, 20])
@pytest.mark.parametrize("offset", [0, 1, 4, 8, 9, 20])
@pytest.mark.parametrize("direction", ["next", "prev"])
async def test_pages_of_a_store(
    filled: indexeddb.Database,
    direction_support: None,
    query: Any,
    count: int | None,
    offset: int,
    direction: indexeddb.Direction,
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        everything = await things.get_all(query, direction=direction)
        text = await things.get_all_json(query, count=count, direction=direction, offset=offset)
        assert json.loads(text) == everything[offset:][:count]

    await filled.read(["things"], body)


@pytest.mark.parametrize("query", [None, "red", KeyRange("red", "teal")])
@pytest.mark.parametrize("count", [None, 1, 2, 20])
@pytest.mark.parametrize("direction", ["next", "nextunique", "prev", "prevunique"])
async def test_pages_of_an_index_whose_keys_are_the_same(
    filled: indexeddb.Database,
    direction_support: None,
    query: Any,
    count: int | None,
    direction: indexeddb.Direction,
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        colour = tx.store("things").index("colour")
        everything = await colour.get_all(query, direction=direction)
        for offset in range(len(everything) + 2):
            text = await colour.get_all_json(query, count=count, direction=direction, offset=offset)
            assert json.loads(text) == everything[offset:][:count]

    await filled.read(["things"], body)


@pytest.mark.parametrize("index", [None, "colour", "size"])
@pytest.mark.parametrize("query", [None, KeyRange("red", "teal")])
@pytest.mark.parametrize("direction", ["next", "prev"])
async def test_pages_begin_with_a_record(
    filled: indexeddb.Database,
    direction_support: None,
    index: str | None,
    query: Any,
    direction: indexeddb.Direction,
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        source = things if index is None else things.index(index)
        everything = await source.get_all(query, direction=direction)
        for thing in THINGS:
            at = everything.index(thing) if thing in everything else len(everything)
            for count in (None, 1, 4):
                for offset in (0, 2):
                    text = await source.get_all_json(
                        query,
                        count=count,
                        direction=direction,
                        offset=offset,
                        start=str(thing["id"]),
                    )
                    assert json.loads(text) == everything[at + offset :][:count]
        assert await source.get_all_json(query, direction=direction, start="nowhere") == "[]"

    await filled.read(["things"], body)


async def test_a_record_with_several_places_is_no_start(db: indexeddb.Database) -> None:
    name = "idb-test tagged"

    async def make(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        tx.create_store("notes").create_index("tags", "tags", multi_entry=True)

    async def body(tx: indexeddb.Transaction) -> None:
        with pytest.raises(UsageError, match="'tags'"):
            tx.store("notes").index("tags").get_all_json(start=1)

    tagged = await indexeddb.open(name, 1, make)
    await tagged.read(["notes"], body)
    tagged.close()
    await indexeddb.delete(name)


@pytest.mark.browser
async def test_a_page_reads_nothing_of_what_it_skips(db: indexeddb.Database) -> None:
    run_js("""
        globalThis.read = 0;
        globalThis.kept = {};
        for (const source of [IDBObjectStore, IDBIndex]) {
            for (const method of ["get", "getAll", "openCursor"]) {
                const plain = source.prototype[method];
                kept[source.name + method] = () => { source.prototype[method] = plain };
                source.prototype[method] = function (...given) {
                    const request = plain.apply(this, given);
                    request.addEventListener("success", ({ target: { result } }) => {
                        read += Array.isArray(result) ? result.length : 1;
                    });
                    return request;
                };
            }
        }
    """)

    directions: list[indexeddb.Direction] = ["next", "prev"]

    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        things.put_many_json(
            json.dumps({"id": f"t{n:03}", "colour": "red" if n < 100 else f"c{n // 3}", "size": n})
            for n in range(300)
        )
        for source in (things, things.index("colour"), things.index("size")):
            for direction in directions:
                for offset in (1, 50, 100, 150, 250, 298):
                    before = run_js("read")
                    text = await source.get_all_json(count=5, offset=offset, direction=direction)
                    found = [thing["id"] for thing in json.loads(text)]
                    assert run_js("read") - before <= 5 + 16
                    everything = [thing["id"] for thing in await source.get_all()]
                    wanted = everything if direction == "next" else everything[::-1]
                    assert found == wanted[offset : offset + 5]

    try:
        await db.write(["things"], body)
    finally:
        run_js("Object.values(kept).forEach((restore) => restore())")


async def test_records_are_read_by_many_values(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        colour, size = things.index("colour"), things.index("size")

        async def ids(index: indexeddb.Index, values: list[Any]) -> list[str]:
            return [one["id"] for one in json.loads(await index.get_many_json(values))]

        assert await ids(colour, []) == []
        assert await ids(colour, ["teal", "green", "blue"]) == ["t2", "t5", "t8", "t0", "t3", "t6"]
        assert await ids(size, [("red", 4), ("red", 5), ["blue", 0]]) == ["t4", "t0"]
        with pytest.raises(InvalidKey):
            colour.get_many_json(["red", None])  # type: ignore[list-item]

    await filled.read(["things"], body)


async def test_keys_are_found_by_many_values(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        colour, size = things.index("colour"), things.index("size")
        assert await colour.find_keys([]) == []
        assert await colour.find_keys(["teal", "green", "blue", "teal"]) == [
            ["t2", "t5", "t8"],
            [],
            ["t0", "t3", "t6"],
            ["t2", "t5", "t8"],
        ]
        assert await colour.find_keys(["zinc", "amber"]) == [[], []]
        assert await size.find_keys([("red", 4), ("red", 5), ["blue", 0]]) == [["t4"], [], ["t0"]]
        with pytest.raises(InvalidKey):
            colour.find_keys(["red", None])  # type: ignore[list-item]

    await filled.read(["things"], body)


@pytest.mark.browser
async def test_finding_keys_takes_as_many_steps_as_there_are_records_or_values(
    db: indexeddb.Database,
) -> None:
    run_js("""
        globalThis.steps = 0;
        globalThis.keptCursor = IDBIndex.prototype.openKeyCursor;
        globalThis.keptContinue = IDBCursor.prototype.continue;
        IDBIndex.prototype.openKeyCursor = function (...given) {
            globalThis.steps += 1;
            return globalThis.keptCursor.apply(this, given);
        };
        IDBCursor.prototype.continue = function (...given) {
            globalThis.steps += 1;
            return globalThis.keptContinue.apply(this, given);
        };
    """)

    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        colour = things.index("colour")
        many = [f"c{n:04}" for n in range(1000)]
        assert await colour.find_keys(many) == [[] for _ in many]
        assert run_js("globalThis.steps") == 1
        things.put_many_json(json.dumps({"id": f"t{n}", "colour": f"c{n:04}"}) for n in range(1000))
        assert await colour.find_keys(["c0000", "c0500", "c0999"]) == [["t0"], ["t500"], ["t999"]]
        assert run_js("globalThis.steps") < 10

    try:
        await db.write(["things"], body)
    finally:
        run_js("IDBIndex.prototype.openKeyCursor = globalThis.keptCursor")
        run_js("IDBCursor.prototype.continue = globalThis.keptContinue")


async def test_fields_are_laid_over_what_is_stored(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        await things.put({"id": "bytes", "data": b"cat", "size": 1})
        await things.patch_many_json([], "{}")
        await things.patch_many_json(["t0", "nowhere", "bytes"], '{"size": 99, "new": [1]}')
        assert await things.get("t0") == {**THINGS[0], "size": 99, "new": [1]}
        assert await things.get("nowhere") is None
        assert await things.count() == 10

    await filled.write(["things"], body)
    assert await filled.get("things", "bytes") == {
        "id": "bytes",
        "data": b"cat",
        "size": 99,
        "new": [1],
    }


async def test_a_patch_that_fails_undoes_everything_unless_it_is_caught(
    filled: indexeddb.Database,
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        await tx.store("things").patch_many_json(["t0", "t1"], '{"id": true}')

    async def unawaited(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        things.put({"id": "new"})
        things.patch_many_json(["t0", "t1"], '{"id": true}')
        await things.count()

    async def careful(tx: indexeddb.Transaction) -> int:
        with pytest.raises(InvalidKey):
            await tx.store("things").patch_many_json(["t0", "t1"], '{"id": true}')
        return await tx.store("things").count()

    for failing in (body, unawaited):
        with pytest.raises(InvalidKey):
            await filled.write(["things"], failing)
    assert await filled.get_all("things") == THINGS
    assert await filled.write(["things"], careful) == 9


async def test_what_a_body_leaves_to_be_done_when_it_ends_is_done(
    filled: indexeddb.Database,
) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        await things.count()
        # Each reads before it writes.
        things.patch_many_json(["t0", "t2"], '{"even": true}')
        things.patch_many_json(["t1"], '{"even": false}')

    await filled.write(["things"], body)
    found = await filled.get_all("things", KeyRange("t0", "t2"))
    assert [one.get("even") for one in found] == [True, False, True]


@pytest.mark.browser
async def test_a_record_that_is_no_json_fails_its_request_alone(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        things = tx.store("things")
        value = run_js("({ id: 't4', colour: 'x' })")
        value.self = value
        await things.put(value)
        await things.put(run_js("({ id: 't6', colour: 'x', big: 2n ** 70n })"))
        for bad in ("t4", "t6"):
            with pytest.raises(InvalidValue):
                await things.get_many_json(["t0", bad])
            with pytest.raises(InvalidValue):
                await things.get_all_json(bad)
            with pytest.raises(InvalidValue):
                await things.get(bad, convert=indexeddb.to_json)
        assert (await things.get("t6"))["big"] == 2**70
        return [thing["id"] for thing in await things.get_all(KeyRange("t3", "t7"))]

    assert await filled.write(["things"], body) == ["t3", "t4", "t5", "t6", "t7"]
    assert (await filled.get("things", "t6"))["big"] == 2**70


async def test_requests_about_many_may_be_issued_together(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        things = tx.store("things")
        first = things.existing(["t0"])
        second = things.index("colour").find_keys(["red"])
        third = things.get_many_json(["t1"])
        return [json.loads(await third), await second, await first, await first]

    assert await filled.read(["things"], body) == [
        [THINGS[1]],
        [["t1", "t4", "t7"]],
        [True],
        [True],
    ]


async def test_one_call_for_what_needs_no_body(db: indexeddb.Database) -> None:
    assert await db.put("things", THINGS[0]) == "t0"
    assert await db.put("numbers", [1, None, b"x"], ("k", 1)) == ["k", 1]
    assert await db.get("things", "t0") == THINGS[0]
    assert await db.get("things", "nowhere") is None
    assert await db.get("numbers", ["k", 1]) == [1, None, b"x"]
    await db.put("things", THINGS[1])
    assert await db.get_all("things") == THINGS[:2]
    assert await db.get_all("things", count=1) == THINGS[:1]
    assert await db.get_all("things", KeyRange("t1")) == THINGS[1:2]
    assert (await db.count("things"), await db.count("things", "t1")) == (2, 1)
    await db.delete("things", "t0")
    await db.delete("things", "t0")
    assert await db.count("things") == 1


async def test_one_call_fails_as_its_transaction_would(db: indexeddb.Database) -> None:
    no_keys: list[Any] = [None, True, {"a": 1}]
    for bad in no_keys:
        for call in (db.get, db.delete):
            with pytest.raises(InvalidKey):
                await call("things", bad)
    with pytest.raises(InvalidKey):
        await db.put("things", {"id": True})
    with pytest.raises(InvalidKey):
        await db.get_all("things", count=0)
    with pytest.raises(InvalidValue):
        await db.put("things", {"id": "t", "value": object()})
    with pytest.raises(indexeddb.NotFound):
        await db.get("nowhere", "t0")
    assert await db.count("things") == 0


async def test_the_range_of_one_key_is_never_the_range_of_all(filled: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        await tx.store("things").delete(KeyRange.only(None))  # type: ignore[arg-type]

    with pytest.raises(InvalidKey):
        await filled.write(["things"], body)
    assert await filled.count("things") == 9


@pytest.mark.parametrize("text", ["", "a", "a\ud7ff", "a\U0010ffff", "a\uffff"])
async def test_a_prefix_finds_what_begins_with_it(db: indexeddb.Database, text: str) -> None:
    tails = ["", "\0", "b", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff"]
    keys = sorted({a + b + c for a in ("", "a", "b") for b in tails for c in tails})

    async def body(tx: indexeddb.Transaction) -> None:
        numbers = tx.store("numbers")
        for key in [*keys]:
            numbers.put(0, key)
        for other in (1, b"", b"a", ("a",)):
            numbers.put(0, other)
        found = await numbers.get_all_keys(KeyRange.prefix(text))
        assert sorted(found) == [key for key in keys if key.startswith(text)]
        assert found == sorted(found, key=indexeddb.keys.sort_key)

    await db.write(["numbers"], body)


@pytest.mark.parametrize(
    "value",
    [
        {"n": 2**53, "text": "1234567890123456789"},
        [float("inf"), -0.0, 1e300],
        {"b": b"x", "none": None, "in": [{"deep": (1, None)}]},
        ["a", None],
        None,
        "1234567890123456789",
        {"\ud83d": "half \ud83d"},
    ],
)
async def test_what_json_cannot_say_is_stored_too(db: indexeddb.Database, value: Any) -> None:
    def plain(value: Any) -> Any:
        if isinstance(value, tuple):
            return [plain(item) for item in value]
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    await db.put("numbers", value, "k")
    assert await db.get("numbers", "k") == plain(value)
