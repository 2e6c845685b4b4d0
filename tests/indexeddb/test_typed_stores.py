"""Stores whose records are of a Python type: in transactions, and in one call."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, assert_type

import msgspec
import pytest

import indexeddb
from indexeddb import Blob, ConstraintViolated, InvalidValue, KeyRange, NotFound, UsageError

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    id: str
    colour: str
    size: int = 0
    made: datetime = NOON
    tags: tuple[str, ...] = ()


class Struct(msgspec.Struct, frozen=True):
    id: str
    colour: str
    size: int = 0
    made: datetime = NOON
    tags: tuple[str, ...] = ()


class Dict(TypedDict):
    id: str
    colour: str
    size: int
    made: datetime
    tags: list[str]


@dataclass
class Photo:
    data: bytes
    blob: Blob
    taken: list[datetime] = field(default_factory=list)


def make(kind: Any, n: int) -> Any:
    tags: Any = ["a"] if kind is Dict else ("a",)
    colour = ["blue", "red", "teal"][n % 3]
    return kind(id=f"t{n}", colour=colour, size=n, made=NOON + timedelta(n), tags=tags)


@pytest.fixture(params=[Thing, Struct, Dict])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


async def test_a_transaction_has_stores_of_a_type(
    db: indexeddb.Database, direction_support: None, kind: Any
) -> None:
    things = [make(kind, n) for n in range(6)]

    async def body(tx: indexeddb.Transaction) -> None:
        store = tx.store("things", kind)
        for thing in things[:5]:
            store.put(thing)
        assert await store.add(things[5]) == "t5"
        with pytest.raises(ConstraintViolated):
            await store.add(things[5])
        assert await store.get("t1") == things[1]
        assert await store.get("nowhere") is None
        assert await store.get_all() == things
        assert await store.get_all(KeyRange("t2"), count=2, direction="prev") == things[:3:-1]
        red = store.index("colour")
        assert await red.get_all("red") == [things[1], things[4]]
        assert await red.get("red") == things[1]
        assert await store.get_key(KeyRange("t3")) == "t3"
        assert await store.existing(["t0", "x"]) == [True, False]
        assert await store.count() == 6
        async for cursor in red.cursor(KeyRange(lower="red"), direction="prev"):
            assert cursor.value == things[int(cursor.primary_key[1:])]
            if cursor.key == "teal":
                cursor.delete()
            else:
                await cursor.update(make(kind, int(cursor.primary_key[1:])))
        assert [thing["id"] for thing in await tx.store("things").get_all()] == [
            "t0",
            "t1",
            "t3",
            "t4",
        ]

    await db.write(["things"], body)


async def test_a_database_has_stores_of_a_type(db: indexeddb.Database, kind: Any) -> None:
    things = [make(kind, n) for n in range(4)]
    store = db.store("things", kind)
    assert await store.add(things[0]) == "t0"
    for thing in things[1:]:
        assert await store.put(thing, durability="strict") == thing_id(thing)
    with pytest.raises(ConstraintViolated):
        await store.add(things[0])
    assert await store.get("t1") == things[1]
    assert await store.get("teal", index="colour") == things[2]
    assert await store.get("nowhere") is None
    assert await store.get_all() == things
    assert await store.get_all("blue", index="colour", count=1, direction="prev") == [things[3]]
    assert await store.get_key("red", index="colour") == "t1"
    assert await store.get_all_keys(KeyRange("t1"), count=2) == ["t1", "t2"]
    assert await store.count("blue", index="colour") == 2
    await store.delete("t0")
    assert await store.count() == 3
    await store.clear()
    assert await store.get_all() == []
    with pytest.raises(NotFound):
        await db.store("nowhere", kind).get("x")


def thing_id(thing: Any) -> Any:
    return thing["id"] if isinstance(thing, dict) else thing.id


async def test_a_datetime_is_a_date_for_every_type(db: indexeddb.Database, kind: Any) -> None:
    await db.store("things", kind).put(make(kind, 1))
    assert await db.get("things", "t1") == {
        "id": "t1",
        "colour": "red",
        "size": 1,
        "made": NOON + timedelta(1),
        "tags": ["a"],
    }


async def test_bytes_and_blobs_are_fields_too(db: indexeddb.Database) -> None:
    photos = db.store("numbers", Photo)
    await photos.put(Photo(b"\0\1", Blob(b"cat", "image/png"), [NOON]), 1)
    found = await photos.get(1)
    assert found is not None
    assert (found.data, found.taken, found.blob.type) == (b"\0\1", [NOON], "image/png")
    assert await found.blob.bytes() == b"cat"


Ask = Callable[[Any], Awaitable[Any]]


@pytest.mark.parametrize(
    ("ask", "record"),
    [
        (lambda store: store.get("bad"), "things['bad']"),
        (lambda store: store.get_all(), "things['bad']"),
        (lambda store: store.get_all(KeyRange("bad", "bae")), "things['bad']"),
    ],
)
async def test_a_record_that_does_not_fit_is_named_by_its_key_and_place(
    db: indexeddb.Database, kind: Any, ask: Ask, record: str
) -> None:
    good = {"id": "a", "colour": "red", "size": 1, "made": NOON, "tags": []}
    await db.put("things", good)
    await db.put("things", {**good, "id": "bad", "tags": ["x", 5]})

    async def body(tx: indexeddb.Transaction) -> Any:
        store = tx.store("things", kind)
        with pytest.raises(InvalidValue) as caught:
            await ask(store)
        assert str(caught.value).startswith(f"{record}.tags[1]: ")
        # The transaction goes on.
        return await store.get("a")

    assert thing_id(await db.read(["things"], body)) == "a"
    with pytest.raises(InvalidValue) as caught:
        await ask(db.store("things", kind))
    assert str(caught.value).startswith(f"{record}.tags[1]: ")

    async def walk(tx: indexeddb.Transaction) -> None:
        async for cursor in tx.store("things", kind).cursor("bad"):
            assert cursor.value

    with pytest.raises(InvalidValue) as caught:
        await db.read(["things"], walk)
    assert str(caught.value).startswith(f"{record}.tags[1]: ")


async def test_a_record_without_a_key_in_it_is_named_by_what_was_asked_or_its_position(
    db: indexeddb.Database,
) -> None:
    store = db.store("numbers", Thing)
    await store.put(Thing("a", "red"), 1)
    await db.put("numbers", {"id": "b"}, 2)
    with pytest.raises(InvalidValue, match=r"^numbers: found\[1\]\.colour: is missing$"):
        await store.get_all()
    with pytest.raises(InvalidValue, match=r"^numbers\[2\]\.colour: is missing$"):
        await store.get(2)

    async def body(tx: indexeddb.Transaction) -> None:
        with pytest.raises(InvalidValue, match=r"^numbers\[2\]\.colour: is missing$"):
            await tx.store("numbers", Thing).get(2)

    await db.read(["numbers"], body)


async def test_what_does_not_fit_the_type_is_not_written(db: indexeddb.Database) -> None:
    bad: Any = Thing("a", None)  # type: ignore[arg-type]
    store = db.store("things", Thing)

    async def body(tx: indexeddb.Transaction) -> None:
        inside = tx.store("things", Thing)
        for write in (inside.put, inside.add):
            with pytest.raises(InvalidValue, match=r"^colour: a str is expected, not None$"):
                write(bad)
        await inside.put(Thing("b", "red"))
        async for cursor in inside.cursor():
            with pytest.raises(InvalidValue, match="a Thing is expected, not a dict"):
                cursor.update({"id": "b"})  # type: ignore[arg-type]

    await db.write(["things"], body)
    for write in (store.put, store.add):
        with pytest.raises(InvalidValue, match="colour"):
            await write(bad)
    with pytest.raises(InvalidValue, match="made: a datetime without a time zone"):
        await store.put(Thing("a", "red", made=NOON.replace(tzinfo=None)))
    assert await store.get_all() == [Thing("b", "red")]


async def test_a_type_of_which_no_record_can_be_is_refused(db: indexeddb.Database) -> None:
    with pytest.raises(UsageError, match="is not a dataclass"):
        db.store("things", int)

    async def body(tx: indexeddb.Transaction) -> None:
        with pytest.raises(UsageError, match="is not a dataclass"):
            tx.store("things", int)
        with pytest.raises(NotFound):
            tx.store("nowhere", Thing)

    await db.read(["things"], body)


async def test_a_type_checker_knows_what_comes(db: indexeddb.Database) -> None:
    # What these say is checked by mypy.
    store = db.store("things", Thing)
    assert_type(await store.get("x"), Thing | None)
    assert_type(await store.get_all(), list[Thing])
    assert_type(await db.store("things", Struct).get("x"), Struct | None)
    assert_type(await db.store("things", Dict).get_all(), list[Dict])

    async def body(tx: indexeddb.Transaction) -> Thing | None:
        things = tx.store("things", Thing)
        assert_type(await things.get("x"), Thing | None)
        assert_type(await things.index("colour").get_all(), list[Thing])
        assert_type(await tx.store("things", Dict).get("x"), Dict | None)
        assert_type(tx.store("things"), indexeddb.Store)
        async for cursor in things.cursor():
            assert_type(cursor.value, Thing)
        return await things.get("x")

    assert_type(await db.read(["things"], body), Thing | None)
    with pytest.raises(InvalidValue):
        await store.put("text")  # type: ignore[arg-type]


async def test_two_typed_reads_issued_together_give_each_their_own(db: indexeddb.Database) -> None:
    store = db.store("things", Thing)
    await asyncio.gather(*(store.put(make(Thing, n)) for n in range(3)))

    async def body(tx: indexeddb.Transaction) -> Any:
        things = tx.store("things", Thing)
        first, everything = things.get("t0"), things.get_all()
        return await everything, await first

    assert await db.read(["things"], body) == ([make(Thing, n) for n in range(3)], make(Thing, 0))
