"""A record that a unique index refuses does not replace the one that is there."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

import indexeddb
from indexeddb import (
    ConstraintViolated,
    IndexedDBError,
    Store,
    Transaction,
    TransactionAborted,
)

NAME = "idb-test refused"
ADA: dict[str, Any] = {"id": 1, "email": "ada@example.org"}
BOB: dict[str, Any] = {"id": 2, "email": "bob@example.org", "photo": b"bob"}
REFUSED: dict[str, Any] = {"id": 2, "email": "ada@example.org"}


async def update(store: Store) -> None:
    async for cursor in store.cursor(2):
        await cursor.update(REFUSED)


async def put(store: Store) -> None:
    await (store.put(REFUSED) if store.key_path else store.put(REFUSED, 2))


async def patch(store: Store) -> None:
    await store.patch_many_json([2], json.dumps({"email": ADA["email"]}))


@pytest.fixture
async def people() -> AsyncIterator[indexeddb.Database]:
    async def make(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        for name, path in (("inside", "id"), ("outside", None)):
            store = tx.create_store(name, key_path=path)
            store.create_index("email", "email", unique=True)
            for person in (ADA, BOB):
                store.put(person, *(() if path else (person["id"],)))

    await indexeddb.delete(NAME)
    db = await indexeddb.open(NAME, 1, make)
    yield db
    db.close()
    await indexeddb.delete(NAME)


@pytest.mark.parametrize("name", ["inside", "outside"])
@pytest.mark.parametrize("write", [put, update, patch])
async def test_a_refused_record_leaves_the_one_that_is_there(
    people: indexeddb.Database,
    write: Callable[[Store], Awaitable[None]],
    name: str,
) -> None:
    async def body(tx: Transaction) -> Any:
        store = tx.store(name)
        with pytest.raises(ConstraintViolated):
            await write(store)
        with pytest.raises(ConstraintViolated):
            await (store.add(BOB) if store.key_path else store.add(BOB, 2))
        return await store.get_all()

    assert await people.write([name], body) == [ADA, BOB]
    assert await people.get_all(name) == [ADA, BOB]
    assert await people.get(name, BOB["email"], index="email") == BOB


async def test_a_refused_record_that_is_new_leaves_none(people: indexeddb.Database) -> None:
    with pytest.raises(ConstraintViolated):
        await people.put("outside", REFUSED, 3)
    with pytest.raises(ConstraintViolated):
        await people.put("inside", REFUSED | {"id": 3})
    for name in ("inside", "outside"):
        assert await people.get_all(name) == [ADA, BOB]


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.put(REFUSED),
        lambda store: store.add(ADA),
        lambda store: store.put_many_json([json.dumps(REFUSED)]),
        lambda store: store.patch_many_json([2], json.dumps({"email": ADA["email"]})),
    ],
    ids=["put", "add", "put_many_json", "patch_many_json"],
)
async def test_a_refusal_after_the_body_has_ended_undoes_everything(
    people: indexeddb.Database, write: Callable[[Store], object]
) -> None:
    async def body(tx: Transaction) -> None:
        store = tx.store("inside")
        await store.count()
        store.put({"id": 3, "email": "cid@example.org"})
        write(store)

    with pytest.raises(ConstraintViolated):
        await people.write(["inside"], body)
    assert await people.get_all("inside") == [ADA, BOB]


async def test_nothing_can_be_asked_after_a_refusal_that_nobody_caught(
    people: indexeddb.Database,
) -> None:
    errors = []

    async def body(tx: Transaction) -> None:
        store = tx.store("inside")
        store.put(REFUSED)
        for ask in (lambda: anext(store.index("email").key_cursor()), store.index("email").count):
            try:
                await ask()
            except IndexedDBError as error:
                errors.append(type(error))

    with pytest.raises(ConstraintViolated):
        await people.write(["inside"], body)
    assert errors == [ConstraintViolated, TransactionAborted]
    assert await people.get_all("inside") == [ADA, BOB]
