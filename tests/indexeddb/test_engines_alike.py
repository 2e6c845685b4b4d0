"""The engine in memory does what the browser's does: any transactions have the same results."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import indexeddb
from indexeddb import IndexedDBError, KeyRange
from support import long_run

NAME = "idb-test alike"
STORES = ["plain", "given", "auto", "inner", "double"]
INDEXES: dict[str, str | list[str]] = {
    "colour": "colour",
    "both": ["colour", "n"],
    "unique": "u",
    "tags": "tags",
}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRANSACTIONS = 150
OPERATIONS = 12

Outcome = list[Any]


class OnPurpose(Exception):
    """What a body raises to have its transaction undone."""


async def upgrade(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
    for name, path, is_automatic in [
        ("plain", "id", False),
        ("given", None, False),
        ("auto", None, True),
        ("inner", "in.id", True),
        ("double", ["id", "n"], False),
    ]:
        store = tx.create_store(name, key_path=path, auto_increment=is_automatic)
        add_indexes(store)


def add_indexes(store: indexeddb.Store) -> None:
    for index, path in INDEXES.items():
        store.create_index(index, path, unique=index == "unique", multi_entry=index == "tags")


class Chance:
    """Makes up keys, queries, values and operations.

    Args:
        seed: what all of it follows from.
        has_bytes_in_lists: keys that are lists may have bytes in them.
    """

    def __init__(self, seed: object, *, has_bytes_in_lists: bool) -> None:
        self.random = random.Random(str(seed))  # noqa: S311 nothing secret
        self._has_bytes_in_lists = has_bytes_in_lists

    def flag(self) -> bool:
        return self.random.random() < 0.5

    def one(self, *those: Any) -> Any:
        """Return one of those; what is a function makes it."""
        chosen = self.random.choice(those)
        return chosen() if callable(chosen) else chosen

    def few(self) -> range:
        return range(self.random.randrange(3))

    def key(self) -> Any:
        number = self.random.randrange(6)
        moment = NOON + timedelta(milliseconds=number)
        few: list[Any] = [
            number,
            f"k{number}",
            number / 2,
            -0.0,
            b"",
            bytes([number]),
            "\ud83d",
            "\U0001f600",
        ]
        odd: list[Any] = [
            (number, "a"),
            moment,
            [moment, number],
            [],
            [[number]],
            float("inf"),
            2**53 - 2,
            "\uffff",
            "",
        ]
        bad: list[Any] = [True, None, {}, float("nan"), [None], 2**60]
        return self.random.choice(self.random.choices([few, odd, bad], [30, 6, 1])[0])

    def query(self) -> Any:
        def key_range() -> Any:
            bounds: list[Any] = [self.one(None, self.key), self.one(None, self.key)]
            try:
                return KeyRange(bounds[0], bounds[1], self.flag(), self.flag())
            except IndexedDBError:
                return KeyRange()

        return self.one(self.key, key_range, key_range, None)

    def index_key(self) -> Any:
        return self.one("red", "teal", ("red", 1), 1, self.key)

    def scalar(self) -> Any:
        return self.one(
            None, self.flag, 0, 1, 1.0, -0.0, -1.5, 1e16, 1e300, 2**53 - 2, 2**53, -(2**53),
            float("-inf"), NOON, b"x", "", "text", "1.5e3", "1234567890123456789", "\ud83d", "é😀",
        )  # fmt: skip

    def value(self, depth: int = 3) -> Any:
        if depth == 0:
            return self.scalar()
        return self.one(
            self.scalar,
            lambda: [self.value(depth - 1) for _ in self.few()],
            lambda: {self.one("a", "b", "1", ""): self.value(depth - 1) for _ in range(2)},
        )

    def record(self) -> Any:
        fields = {
            "id": self.key,
            "n": lambda: self.random.randrange(4),
            "u": lambda: self.random.randrange(30),
            "colour": lambda: self.one(
                "red", "teal", 1, self.flag, 1.5, None, ["red"], self.scalar
            ),
            "tags": lambda: self.one([], ["a", "b", "a"], ["b", None, 1], "a", b"t", self.value),
            "in": lambda: self.one({}, {"id": self.key()}, {"id": self.key()}, 1, {"x": 1}),
            "rest": self.value,
        }
        often = self.one(0.5, 0.8, 0.95)
        if self.random.random() < 0.05:
            # A key that is generated inside a Date or bytes is in indexes, but nobody reads it.
            scalar = self.scalar()
            return None if isinstance(scalar, datetime | bytes) else scalar
        made = {
            name: self.one(make) for name, make in fields.items() if self.random.random() < often
        }
        if not self._has_bytes_in_lists:
            for name in ("id", "colour"):
                made |= {name: made[name].hex()} if isinstance(made.get(name), bytes) else {}
        return made

    def text(self) -> str:
        texts = ['{"id": 1.0}', '{"id":"k1","n":1e2,"u": 2}', '{"id": 12345678901234567890}', "{]"]
        return str(self.one(*texts)) if self.random.random() < 0.1 else self.json_text()

    def json_text(self) -> str:
        try:
            return json.dumps(self.record(), allow_nan=False)
        except (TypeError, ValueError):
            return '{"id": "k2"}'

    def operation(self) -> tuple[str, Any, list[Any]]:
        """Return an operation's name, the name of an index or None, and what it is given."""
        count = self.one(None, 1, 2, 5)
        direction = self.one("next", "prev", "next", "prev", "nextunique", "prevunique")
        index = self.one(None, *INDEXES)
        ranged = [self.query] if index is None else [self.query, self.index_key]
        records = [self.text() for _ in self.few()]
        keys = [self.key() for _ in range(self.random.randrange(4))]
        fields = self.one('{"n": 2}', '{"colour": "teal", "u": 1}', '{"id": 1}', '{"u":1.0}', "[")
        one: tuple[str, Any, list[Any]] = self.random.choices(
            [
                ("put", None, [self.record(), self.one(None, self.key)]),
                ("add", None, [self.record(), self.one(None, self.key)]),
                ("delete", None, [self.one(self.key, self.key, self.query)]),
                ("clear", None, []),
                ("get", index, [self.one(*ranged)]),
                ("get_key", index, [self.one(*ranged)]),
                ("get_all", index, [self.one(*ranged), count, direction]),
                ("get_all_keys", index, [self.one(*ranged), count, direction]),
                (
                    "get_all_json",
                    index,
                    [
                        self.one(*ranged),
                        count,
                        direction,
                        self.one(0, 0, 1, 2),
                        self.one(None, self.key),
                    ],
                ),
                ("count", index, [self.one(*ranged)]),
                (
                    "walk",
                    index,
                    [self.one(*ranged), direction, self.one("look", "update", "delete")],
                ),
                ("jump", index, [self.one(*ranged), direction, self.jumps()]),
                ("find_keys", self.one(*INDEXES), [[self.index_key(), self.index_key()]]),
                ("get_many_json", None, [keys]),
                ("get_many_json", self.one(*INDEXES), [[self.index_key(), self.index_key()]]),
                ("existing", None, [keys]),
                ("put_many_json", None, [records]),
                ("delete_many", None, [keys]),
                ("patch_many_json", None, [keys, fields]),
            ],
            [30, 12, 4, 0.4, 6, 3, 6, 4, 6, 4, 5, 5, 3, 3, 2, 3, 5, 2, 5],
        )[0]
        return one

    def jumps(self) -> list[Any]:
        """Return where a cursor goes, step by step: on by a count, or to a key or two."""
        return [
            self.one(1, 2, 3, None, lambda: [self.index_key()], lambda: [self.key(), self.key()])
            for _ in range(6)
        ]

    def transaction(self) -> dict[str, Any]:
        stores = self.random.sample(STORES, self.random.randrange(1, 4))
        operations = self.random.randrange(1, OPERATIONS)
        return {
            "stores": stores,
            "method": self.one("read", "write", "write", "write", "write", "write"),
            "steps": [
                (
                    self.one(*stores),
                    self.operation(),
                    # Whether an error is caught, passed on, or the request not even awaited.
                    self.random.choices(["catch", "raise", "leave"], [30, 1, 3])[0],
                )
                for _ in range(operations)
            ],
            "raises": self.random.random() < 0.1,
        }


def plain(value: Any) -> str:
    """Return what is compared: also the types of numbers."""

    def made(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: made(value[name]) for name in sorted(value)}
        if isinstance(value, list | tuple):
            return [made(item) for item in value]
        # In what crosses as an object, as beside bytes, Pyodide has 0 for -0, and floats for these.
        if isinstance(value, float) and value in {0, 2**53, -(2**53)}:
            return int(value)
        return value

    return repr(made(value))


def ask(store: indexeddb.Store, name: str, index: str | None, given: list[Any]) -> Any:
    source = store if index is None else store.index(index)
    match name:
        case "get_all":
            return source.get_all(given[0], count=given[1], direction=given[2])
        case "get_all_keys":
            return source.get_all_keys(given[0], count=given[1], direction=given[2])
        case "get_all_json":
            query, count, direction, offset, start = given
            return source.get_all_json(
                query, count=count, direction=direction, offset=offset, start=start
            )
        case "walk":
            return walk(source, *given)
        case "jump":
            return jump(source, *given)
        case _:
            return getattr(source, name)(*given)


async def walk(source: Any, query: Any, direction: Any, action: str) -> Outcome:
    seen: Outcome = []
    async for cursor in source.cursor(query, direction=direction):
        seen.append([cursor.key, cursor.primary_key, cursor.value])
        if len(seen) % 2 == 0:
            continue
        if action == "update" and isinstance(cursor.value, dict):
            seen.append(await cursor.update({**cursor.value, "colour": "teal", "n": 1}))
        elif action == "delete":
            await cursor.delete()
    return seen


async def jump(source: Any, query: Any, direction: Any, jumps: list[Any]) -> Outcome:
    seen: Outcome = []
    steps = iter(jumps)
    async for cursor in source.key_cursor(query, direction=direction):
        seen.append([cursor.key, cursor.primary_key])
        step = next(steps, None)
        try:
            if isinstance(step, int):
                cursor.advance(step)
            elif step is not None:
                cursor.continue_to(*step)
        except IndexedDBError as error:
            seen.append(type(error).__name__)
    return seen


def result_of(name: str, value: Any) -> str:
    if not name.endswith("_json") or value is None:
        return plain(value)
    # JSON text of one value can be written in many ways.
    return plain(json.loads(value, object_hook=without_bytes))


def without_bytes(fields: dict[str, Any]) -> dict[str, Any]:
    """Make all bytes alike: where they are a record's own key, Chromium gives an ArrayBuffer."""
    return {} if fields.keys() == {"0"} else fields


async def carry_out(db: indexeddb.Database, plan: dict[str, Any]) -> Outcome:
    """Return what has come of each step, and of the transaction."""
    seen: Outcome = []

    async def body(tx: indexeddb.Transaction) -> None:
        seen.clear()
        for store, (name, index, given), way in plan["steps"]:
            try:
                request = ask(tx.store(store), name, index, given)
                if request is not None and (way != "leave" or name in {"walk", "jump"}):
                    seen.append(result_of(name, await request))
            except IndexedDBError as error:
                seen.append(type(error).__name__)
                if way == "raise":
                    raise
        if plan["raises"]:
            raise OnPurpose

    return await outcome(getattr(db, plan["method"])(plan["stores"], body), seen)


async def carry_out_and_hear(db: indexeddb.Database, plan: dict[str, Any]) -> Outcome:
    """Return what has come of it, and the change that was published, if any."""
    told: Outcome = []
    with db.subscribe(lambda change: told.append(plain(change.stores))):
        return [*await carry_out(db, plan), told]


async def outcome(running: Any, seen: Outcome) -> Outcome:
    try:
        await running
    except (IndexedDBError, OnPurpose) as error:
        return [*seen, type(error).__name__]
    return [*seen, "done"]


async def everything(db: indexeddb.Database) -> Outcome:
    async def body(tx: indexeddb.Transaction) -> Outcome:
        found = []
        for name in tx.store_names:
            store = tx.store(name)
            found += [name, await store.get_all_keys(), await store.get_all()]
            found += [await store.index(index).get_all_keys() for index in store.index_names]
        return found

    return [plain(one) for one in await db.read(db.store_names, body)]


def assert_alike(memory: Outcome, browser: Outcome, plan: object) -> None:
    differing = [
        pair for pair in enumerate(zip(memory, browser, strict=False)) if pair[1][0] != pair[1][1]
    ]
    if memory != browser:
        pytest.fail(f"seed {long_run.SEED}: in memory and in the browser {differing}: {plan}")


@pytest.fixture
async def has_bytes_in_lists() -> bool:
    """Whether the browser reads bytes in a key that is a list as they are.

    WebKit does not before https://github.com/WebKit/WebKit/pull/59965.
    """

    async def look(tx: indexeddb.Transaction) -> bool:
        store = tx.store("given")
        await store.put({}, (b"x", 1))
        found = await store.get_all_keys()
        return bool(found == [[b"x", 1]])

    name = f"{NAME}, bytes"
    await indexeddb.delete(name)
    db = await indexeddb.open(name, 1, upgrade)
    try:
        return await db.write(["given"], look)
    finally:
        db.close()
        await indexeddb.delete(name)


@pytest.fixture
async def both() -> AsyncIterator[list[indexeddb.Database]]:
    """The database in the browser, and the one in memory."""
    await indexeddb.delete(NAME)
    memory = indexeddb.Memory()
    made = [
        await indexeddb.open(NAME, 1, upgrade),
        await indexeddb.open(NAME, 1, upgrade, memory=memory),
    ]
    yield made
    for db in made:
        db.close()
    await indexeddb.delete(NAME)


Count = Callable[[int], None]


@pytest.mark.browser
async def test_any_transactions_have_the_same_results(
    both: list[indexeddb.Database], operations: Count, *, has_bytes_in_lists: bool
) -> None:
    for turn in range(long_run.examples(TRANSACTIONS)):
        chance = Chance([long_run.SEED, turn], has_bytes_in_lists=has_bytes_in_lists)
        plan = chance.transaction()
        browser, memory = [await carry_out_and_hear(db, plan) for db in both]
        assert_alike(memory, browser, plan)
        browser, memory = [await everything(db) for db in both]
        assert_alike(memory, browser, plan)
        operations(len(plan["steps"]))


@pytest.mark.browser
async def test_any_transactions_at_once_have_the_same_results(
    both: list[indexeddb.Database], operations: Count, *, has_bytes_in_lists: bool
) -> None:
    for turn in range(long_run.examples(TRANSACTIONS // 5)):
        chance = Chance([long_run.SEED, "at once", turn], has_bytes_in_lists=has_bytes_in_lists)
        plans = [chance.transaction() for _ in range(5)]
        browser, memory = [
            await asyncio.gather(*(carry_out(db, plan) for plan in plans)) for db in both
        ]
        assert_alike(memory, browser, plans)
        browser, memory = [await everything(db) for db in both]
        assert_alike(memory, browser, plans)
        operations(sum(len(plan["steps"]) for plan in plans))


@pytest.mark.browser
async def test_any_upgrades_have_the_same_results(
    operations: Count, *, has_bytes_in_lists: bool
) -> None:
    memory = indexeddb.Memory()
    await indexeddb.delete(NAME)
    for turn in range(long_run.examples(TRANSACTIONS // 3)):
        seed = [long_run.SEED, "upgrade", turn]
        plan = Chance(seed, has_bytes_in_lists=has_bytes_in_lists)
        state = plan.random.getstate()
        found = []
        for where in (None, memory):
            plan.random.setstate(state)
            found.append(await upgraded(plan, turn + 1, where))
        assert_alike(found[1], found[0], found)
        operations(OPERATIONS)
    await indexeddb.delete(NAME)


async def upgraded(chance: Chance, version: int, memory: indexeddb.Memory | None) -> Outcome:
    """Change the schema at random; return what has come of it, and all that is there then."""
    seen: Outcome = []

    async def body(tx: indexeddb.UpgradeTransaction, old_version: int) -> None:
        seen.append(old_version)
        for _ in range(OPERATIONS):
            name = chance.one(*STORES)
            try:
                seen.append(await change(tx, chance, name))
            except IndexedDBError as error:
                seen.append(type(error).__name__)
        if chance.random.random() < 0.2:
            raise OnPurpose

    async def open_and_look() -> None:
        db = await indexeddb.open(NAME, version, body, memory=memory)
        seen.append([db.version, db.store_names])
        seen.extend(await everything(db) if db.store_names else [])
        db.close()

    found = await outcome(open_and_look(), seen)
    if await indexeddb.exists(NAME, memory=memory):
        db = await indexeddb.open(NAME, memory=memory)
        found += [db.version, *(await everything(db) if db.store_names else [])]
        db.close()
    return found


async def change(tx: indexeddb.UpgradeTransaction, chance: Chance, name: str) -> Any:
    path = chance.one(None, "id", "in.id", ["id", "n"], "", [], "not a path", "u")
    record, key = chance.record(), chance.one(None, chance.key)
    is_automatic, is_unique, is_multi = (chance.flag() for _ in range(3))
    index = str(chance.one(*INDEXES))
    match chance.random.randrange(10):
        case 0 | 1:
            tx.create_store(name, key_path=path, auto_increment=is_automatic)
        case 2:
            tx.delete_store(name)
        case 3 if path is not None:
            options = {"unique": is_unique and chance.flag(), "multi_entry": is_multi}
            tx.store(name).create_index(index, path, **options)
        case 4:
            tx.store(name).delete_index(index)
        case 5:
            tx.rename_store(name, chance.one(*STORES))
        case 6:
            tx.store(name).rename_index(index, str(chance.one(*INDEXES)))
        case 7 if chance.random.random() < 0.3:
            add_indexes(tx.store(name))
        case _:
            return plain(await tx.store(name).put(record, key))
    return [tx.store_names, name in tx.store_names and tx.store(name).index_names]
