"""Migrations: a database gets from any version to the latest, or stays what it was."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest

import indexeddb
from indexeddb import ConstraintViolated, UpgradeTransaction, UsageError

NAME = "idb-test migrations"


@pytest.fixture(autouse=True)
async def nothing_there() -> AsyncIterator[None]:
    await indexeddb.delete(NAME)
    yield
    await indexeddb.delete(NAME)


async def create_notes(tx: UpgradeTransaction) -> None:
    tx.create_store("notes", key_path="id")


async def add_places(tx: UpgradeTransaction) -> None:
    notes = tx.store("notes")
    notes.create_index("place", "place")
    async for cursor in notes.cursor():
        cursor.update({**cursor.value, "place": "shed"})


async def name_them_memos(tx: UpgradeTransaction) -> None:
    tx.rename_store("notes", "memos")


ALL: list[indexeddb.Migration] = [create_notes, add_places, name_them_memos]


@pytest.mark.parametrize("first", [0, 1, 2, 3])
async def test_each_version_gets_the_migrations_after_it(first: int) -> None:
    if first:
        older = await indexeddb.open(NAME, migrations=ALL[:first])
        assert older.version == first
        note = {"id": "a"} if first == 1 else {"id": "a", "place": "shed"}
        await older.put(older.store_names[0], note)
        older.close()
    db = await indexeddb.open(NAME, migrations=ALL)
    assert (db.version, db.store_names) == (3, ["memos"])
    expected = [{"id": "a", "place": "shed"}] if first else []
    assert await db.get_all("memos", "shed", index="place") == expected
    db.close()


async def open_with(*migrations: indexeddb.Migration) -> str:
    """Return the traceback of a migration that fails, where the last is what they began with."""
    (await indexeddb.open(NAME, migrations=[create_notes])).close()
    with pytest.raises(Exception, match=r"on purpose|ConstraintError|awaited") as caught:
        await indexeddb.open(NAME, migrations=[create_notes, *migrations])
    db = await indexeddb.open(NAME)
    assert (db.version, db.store_names) == (1, ["notes"])
    assert await db.count("notes") == 0
    db.close()
    return "".join(traceback.format_exception(caught.value))


async def test_a_migration_that_fails_is_named_and_undoes_all() -> None:
    async def break_down(tx: UpgradeTransaction) -> None:
        await tx.store("notes").put({"id": "b"})
        raise ValueError("on purpose")

    async def later(_tx: UpgradeTransaction) -> None:
        raise AssertionError("it was run")

    assert "in migration 3, break_down" in await open_with(add_places, break_down, later)


async def test_what_a_migration_does_not_await_fails_in_that_migration() -> None:
    async def careless(tx: UpgradeTransaction) -> None:
        for _ in range(2):
            tx.store("notes").add({"id": "b"})

    async def twice_the_same(tx: UpgradeTransaction) -> None:
        tx.store("notes").put({"id": "b", "n": 1})
        tx.store("notes").put({"id": "c", "n": 1})
        tx.store("notes").create_index("n", "n", unique=True)

    assert "in migration 2, careless" in await open_with(careless, add_places)
    assert "in migration 2, twice_the_same" in await open_with(twice_the_same, add_places)


async def test_a_migration_may_await_its_own_requests_alone() -> None:
    async def sleepy(tx: UpgradeTransaction) -> None:
        tx.store("notes").put({"id": "b"})
        await asyncio.sleep(0)

    assert "in migration 2, sleepy" in await open_with(sleepy)


async def test_an_error_that_is_caught_goes_on() -> None:
    async def careful(tx: UpgradeTransaction) -> None:
        notes = tx.store("notes")
        await notes.add({"id": "b"})
        with pytest.raises(ConstraintViolated):
            await notes.add({"id": "b"})

    db = await indexeddb.open(NAME, migrations=[create_notes, careful])
    assert await db.count("notes") == 1
    db.close()


async def test_a_migration_may_leave_no_store() -> None:
    async def delete_notes(tx: UpgradeTransaction) -> None:
        tx.delete_store("notes")

    db = await indexeddb.open(NAME, migrations=[create_notes, delete_notes])
    assert (db.version, db.store_names) == (2, [])
    db.close()


async def test_fewer_migrations_than_the_database_has_had_change_nothing() -> None:
    (await indexeddb.open(NAME, migrations=ALL)).close()
    with pytest.raises(indexeddb.VersionTooNew):
        await indexeddb.open(NAME, migrations=ALL[:2])


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"migrations": []}, "no migrations"),
        ({"version": 3, "migrations": ALL}, "one or the other"),
        ({"upgrade": name_them_memos, "migrations": ALL}, "one or the other"),
    ],
)
async def test_what_makes_no_version_is_refused(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        await indexeddb.open(NAME, **given)
    assert not await indexeddb.exists(NAME)
