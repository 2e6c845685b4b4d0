"""Values that JSON lacks: moments, bytes, Blobs, special numbers. As values, and as keys."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

import indexeddb
from indexeddb import Blob, InvalidKey, InvalidValue, KeyRange
from support.js import run_js

NOON = datetime(2026, 3, 1, 12, 30, 0, 123_000, tzinfo=UTC)
VALUES: list[Any] = [
    NOON,
    {"at": NOON, "in": [{"at": NOON, "n": 1}, None]},
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    b"",
    {"data": b"\0\xff", "at": NOON, "none": None, "big": math.inf},
    [math.inf, -math.inf, 1e300, 2**53, -(2**53), 0.1],
    {"__proto__": NOON, "a b": {"": b"x"}},
]


async def stored(db: indexeddb.Database, code: str) -> Any:
    """Return what JavaScript says of the value that is stored under the key `"k"`."""

    async def body(tx: indexeddb.Transaction) -> Any:
        return await tx.store("numbers").get("k", convert=run_js(code))

    return await db.read(["numbers"], body)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
async def test_values_that_json_lacks_come_back(db: indexeddb.Database, value: object) -> None:
    async def body(tx: indexeddb.Transaction) -> Any:
        numbers = tx.store("numbers")
        await numbers.put(value, "in a body")
        async for cursor in numbers.cursor("in a body"):
            assert cursor.value == value
            await cursor.update([value])
        return await numbers.get("in a body")

    assert await db.write(["numbers"], body) == [value]
    await db.put("numbers", value, "k")
    assert await db.get("numbers", "k") == value
    assert await db.get_all("numbers") == [[value], value]


@pytest.mark.parametrize("text", ["x", "é", "\ufeff☂", "🌱", "\ud83c", '\0\x1f"\\'])
async def test_long_values_come_back(db: indexeddb.Database, text: str) -> None:
    long = {"text": text * 3_000, "more": [text, NOON] * 1_000}
    await db.put("numbers", long, "k")
    assert await db.get("numbers", "k") == long
    await db.put("numbers", b"\xff" * 3_000, "bytes")
    assert await db.get("numbers", "bytes") == b"\xff" * 3_000

    async def body(tx: indexeddb.Transaction) -> str:
        tx.store("things").put({"id": "k", "text": text * 3_000})
        return await tx.store("things").get_all_json()

    assert json.loads(await db.write(["things"], body)) == [{"id": "k", "text": text * 3_000}]


async def test_nan_and_minus_zero_come_back(db: indexeddb.Database) -> None:
    await db.put("numbers", [math.nan, -0.0, {"n": math.nan}], "k")
    nan, zero, inner = await db.get("numbers", "k")
    assert math.isnan(nan)
    assert math.isnan(inner["n"])
    assert math.copysign(1, zero) == -1


async def test_a_moment_is_a_date_in_utc_cut_to_milliseconds(db: indexeddb.Database) -> None:
    moment = NOON.astimezone(timezone(timedelta(hours=2))) + timedelta(microseconds=999)
    await db.put("numbers", {"at": moment}, "k")
    found = (await db.get("numbers", "k"))["at"]
    assert (found, found.tzinfo) == (NOON, UTC)


@pytest.mark.browser
async def test_values_are_those_that_javascript_would_store(db: indexeddb.Database) -> None:
    value = {"at": NOON, "photo": Blob(b"x", "image/png"), "bytes": [b"a", bytearray(b"b")]}
    await db.put("numbers", value, "k")
    assert await stored(db, "({ at }) => at instanceof Date && at.toISOString()") == (
        "2026-03-01T12:30:00.123Z"
    )
    assert await stored(db, "({ photo }) => photo instanceof Blob && photo.type") == "image/png"
    are_bytes = "({ bytes }) => bytes.every((one) => one instanceof Uint8Array)"
    assert await stored(db, are_bytes)


@pytest.mark.browser
async def test_bytes_of_every_kind_of_javascript_come_back_as_bytes(db: indexeddb.Database) -> None:
    value = run_js("""({
        buffer: new Uint8Array([1, 2, 3]).buffer,
        part: new Uint8Array([0, 1, 2, 3]).subarray(1, 3),
        wide: new Uint16Array([258]),
        view: new DataView(new Uint8Array([7, 8]).buffer),
    })""")
    await db.put("numbers", value, "k")
    assert await db.get("numbers", "k") == {
        "buffer": b"\1\2\3",
        "part": b"\1\2",
        "wide": b"\2\1",
        "view": b"\7\x08",
    }


async def test_bytes_of_every_kind_come_back_as_bytes(db: indexeddb.Database) -> None:
    given = [b"a", bytearray(b"b"), memoryview(b"cxd")[::2]]
    await db.put("numbers", given, "k")
    assert await db.get("numbers", "k") == [b"a", b"b", b"cd"]


async def test_a_blob_is_made_stored_and_read(db: indexeddb.Database) -> None:
    photo = Blob(b"\x89PNG", type="image/png")
    await db.put("numbers", {"photo": photo, "taken": NOON, "tags": []}, "k")
    found = await db.get("numbers", "k")
    blob = found.pop("photo")
    assert found == {"taken": NOON, "tags": []}
    assert isinstance(blob, Blob)
    assert (blob.size, blob.type, await blob.bytes()) == (4, "image/png", b"\x89PNG")
    await db.put("numbers", blob, "again")
    assert await (await db.get("numbers", "again")).bytes() == b"\x89PNG"
    assert await photo.bytes() == b"\x89PNG"
    with pytest.raises(TypeError, match="made of bytes"):
        Blob("text")


@pytest.mark.browser
async def test_a_file_comes_back_as_a_blob(db: indexeddb.Database) -> None:
    await db.put("numbers", run_js("new File(['häh'], 'x.txt', { type: 'text/plain' })"), "k")
    file = await db.get("numbers", "k")
    assert (file.type, await file.text(), file.js.name) == ("text/plain", "häh", "x.txt")


@pytest.mark.browser
async def test_a_blob_that_the_browser_has_lost_is_a_lost_connection() -> None:
    blob = Blob(
        run_js("""({
        type: '', size: 3,
        arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')),
    })""")
    )
    with pytest.raises(indexeddb.ConnectionLost, match="no longer has these bytes") as caught:
        await blob.bytes()
    assert caught.value.name == "NotFoundError"


@pytest.mark.browser
@pytest.mark.parametrize("made", ["new Date(NaN)", "new Date(8.64e15)"])
async def test_a_date_that_python_cannot_say_is_named(db: indexeddb.Database, made: str) -> None:
    await db.put("numbers", run_js(f"({{ days: [{made}] }})"), "k")
    with pytest.raises(InvalidValue, match=r"^days\[0\]: the Date"):
        await db.get("numbers", "k")
    await db.put("numbers", run_js(f"({{ days: [{made}], b: new Uint8Array(1) }})"), "k")
    with pytest.raises(InvalidValue, match="the Date"):
        await db.get("numbers", "k")


async def test_a_refused_value_is_named_with_its_place(db: indexeddb.Database) -> None:
    refused: list[tuple[Any, str]] = [
        ({"notes": [1, {"lines": {1}}]}, r"^notes\[1\]\.lines: a set cannot be stored"),
        ({"n": 2**60}, r"^n: an integer beyond"),
        ({"at": NOON.replace(tzinfo=None)}, r"^at: a datetime without a time zone"),
        (lambda: None, "^a function cannot be stored"),
    ]

    async def body(tx: indexeddb.Transaction) -> None:
        numbers = tx.store("numbers")
        await numbers.put(1, "k")
        for value, message in refused:
            for method in (numbers.put, numbers.add):
                with pytest.raises(InvalidValue, match=message):
                    method(value, "other")
            async for cursor in numbers.cursor():
                with pytest.raises(InvalidValue, match=message):
                    cursor.update(value)

    await db.write(["numbers"], body)
    for value, message in refused:
        with pytest.raises(InvalidValue, match=message):
            await db.put("numbers", value, "k")
    assert await db.get_all("numbers") == [1]


@pytest.mark.browser
async def test_a_refused_function_of_javascript_is_named_with_its_place(
    db: indexeddb.Database,
) -> None:
    with pytest.raises(InvalidValue, match=r"^on\[0\]: a .* cannot be stored"):
        await db.put("numbers", {"on": [run_js("() => 1")]}, "k")


async def test_a_date_key_sorts_between_numbers_and_strings(db: indexeddb.Database) -> None:
    keys: list[indexeddb.Key] = [
        -1.5,
        math.inf,
        datetime(1900, 1, 1, tzinfo=UTC),
        NOON,
        NOON + timedelta(milliseconds=1),
        "",
        b"",
        [],
        [1, NOON],
        [NOON, b"x"],
    ]
    assert sorted(keys, key=indexeddb.keys.sort_key) == keys

    async def body(tx: indexeddb.Transaction) -> None:
        numbers = tx.store("numbers")
        for key in reversed(keys):
            assert await numbers.put({"key": key}, key) == key
        assert await numbers.get_all_keys() == keys
        assert await numbers.get_all_keys(KeyRange(NOON, [])) == keys[3:8]
        assert await numbers.get_key(KeyRange(NOON, lower_open=True)) == keys[4]
        walked = [(cursor.key, cursor.primary_key) async for cursor in numbers.cursor()]
        assert walked == [(key, key) for key in keys]
        assert await numbers.existing([NOON, NOON + timedelta(days=1)]) == [True, False]
        assert len(json.loads(await numbers.get_many_json(keys))) == len(keys)
        numbers.delete_many(keys[::2])
        assert await numbers.get_all_keys() == keys[1::2]

    await db.write(["numbers"], body)
    assert await db.get("numbers", NOON) == {"key": NOON}
    assert await db.count("numbers", KeyRange(NOON, [])) == 3
    with pytest.raises(InvalidKey, match="without a time zone"):
        await db.get("numbers", NOON.replace(tzinfo=None))


async def test_an_index_has_dates(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        for n in range(4):
            await things.put({"id": f"t{n}", "colour": NOON + timedelta(days=n)})
        colour = things.index("colour")
        wanted = KeyRange(NOON, NOON + timedelta(days=2), lower_open=True)
        assert [thing["id"] for thing in await colour.get_all(wanted)] == ["t1", "t2"]
        assert await colour.find_keys([NOON + timedelta(days=3), NOON]) == [["t3"], ["t0"]]

    await db.write(["things"], body)


async def test_a_text_that_is_not_json_is_named(db: indexeddb.Database) -> None:
    good = '{"id": "good"}'

    async def body(tx: indexeddb.Transaction) -> None:
        things = tx.store("things")
        await things.put({"id": "old"})
        for bad in ("{", "", f"{good},{good}", '{"id": "x", "n": NaN}', '{"id": 1}]['):
            with pytest.raises(InvalidValue, match=r"^records\[1\] is not JSON"):
                things.put_many_json([good, bad, good])
            with pytest.raises(InvalidValue, match=r"^fields is not JSON"):
                await things.patch_many_json(["old"], bad)
        for bad in ("[1]", "null", '"text"'):
            with pytest.raises(InvalidValue, match=r"^fields is not the JSON of an object"):
                await things.patch_many_json(["old"], bad)
        assert await things.get_all() == [{"id": "old"}]

    async def patch_number(tx: indexeddb.Transaction) -> None:
        numbers = tx.store("numbers")
        await numbers.put(5, "k")
        with pytest.raises(InvalidValue, match="not an object"):
            await numbers.patch_many_json(["k"], "{}")
        assert await numbers.get("k") == 5

    await db.write(["things"], body)
    await db.write(["numbers"], patch_number)
    with pytest.raises(InvalidValue, match="not JSON"):
        indexeddb.from_json("{")
    with pytest.raises(InvalidValue):
        indexeddb.to_json(2**60)


async def test_a_record_of_many_that_has_no_key_is_named(db: indexeddb.Database) -> None:
    async def body(tx: indexeddb.Transaction) -> None:
        tx.store("things").put_many_json(['{"id": "a"}', '{"id": "b"}', '{"no": "id"}'])

    with pytest.raises(InvalidKey, match=r"records\[2\]"):
        await db.write(["things"], body)
    assert await db.count("things") == 0
