"""Functions that are a transaction each, and part of another where one is given."""

import inspect
from typing import Any

import pytest

import indexeddb
from indexeddb import Database, NotFound, ReadOnly, Transaction


@indexeddb.writes("numbers")
async def add(tx: Transaction, key: str, *, by: int = 1) -> int:
    """Add to a number."""
    numbers = tx.store("numbers")
    value: int = (await numbers.get(key) or 0) + by
    await numbers.put(value, key)
    return value


@indexeddb.reads("numbers")
async def total(tx: Transaction) -> int:
    return sum(await tx.store("numbers").get_all())


@indexeddb.writes("numbers")
async def add_twice(tx: Transaction, key: str) -> int:
    await add(tx, key)
    return await add(tx, key, by=await total(tx))


class Counter:
    @staticmethod
    @indexeddb.writes("numbers")
    async def add(tx: Transaction, key: str) -> int:
        return await add(tx, key)


async def test_a_named_body_is_a_transaction_with_arguments(db: Database) -> None:
    assert await add(db, "n") == 1
    assert await add(db, "n", by=4) == 5
    assert await Counter.add(db, key="n") == 6
    assert await total(db) == 6
    assert add.__name__ == "add"
    assert inspect.getdoc(add) == "Add to a number."


async def test_a_named_body_is_part_of_the_transaction_that_it_is_given(db: Database) -> None:
    assert await add_twice(db, "n") == 2

    async def body(tx: Transaction) -> None:
        await add_twice(tx, "n")
        assert await total(tx) == 6
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await db.write(["numbers"], body)
    assert await total(db) == 2


async def test_a_named_body_has_what_the_other_transaction_has(db: Database) -> None:
    async def body(tx: Transaction) -> int:
        return await add(tx, "n")

    with pytest.raises(NotFound, match="numbers"):
        await db.write(["things"], body)
    with pytest.raises(ReadOnly):
        await db.read(["numbers"], body)


async def test_a_named_body_names_its_stores_and_its_durability(db: Database) -> None:
    @indexeddb.writes("things", "numbers", durability="strict")
    async def look(tx: Transaction) -> Any:
        return tx.store_names, tx.mode, tx.durability

    @indexeddb.reads("things")
    async def look_only(tx: Transaction) -> Any:
        return tx.store_names, tx.mode, tx.durability

    assert await look(db) == (["numbers", "things"], "readwrite", "strict")
    assert await look_only(db) == (["things"], "readonly", "default")


async def test_what_names_no_store_is_refused() -> None:
    decorator: Any
    for decorator in (indexeddb.reads, indexeddb.writes):
        with pytest.raises(TypeError, match="name the stores"):
            decorator()
        with pytest.raises(TypeError, match="name the stores"):
            decorator(lambda _tx: None)


async def test_what_is_neither_a_database_nor_a_transaction_is_refused() -> None:
    wrong: Any = object()
    with pytest.raises(TypeError, match="add takes a database or a transaction first"):
        await add(wrong, "n")
