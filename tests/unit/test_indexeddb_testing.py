"""Users test their code with `indexeddb` in memory."""

import re
from pathlib import Path

import pytest

import indexeddb
import indexeddb.testing

DOCS = Path(__file__).parents[2] / "docs" / "indexeddb" / "testing.md"

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def no_databases() -> None:
    indexeddb.testing.clear()


def test_the_example_of_the_documentation_passes_as_often_as_it_runs(
    pytester: pytest.Pytester,
) -> None:
    (example,) = re.findall(r"```python\n# test_garden.py\n(.*?)```", DOCS.read_text(), re.DOTALL)
    for name in ("test_garden", "test_garden_again"):
        pytester.makepyfile(**{name: example})
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function")
    pytester.runpytest().assert_outcomes(passed=2)


async def create(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
    tx.create_store("notes", key_path="id")


async def test_clearing_makes_an_open_database_anew() -> None:
    db = await indexeddb.open("garden", 1, create)
    await db.put("notes", {"id": "todo"})
    indexeddb.testing.clear()
    assert await indexeddb.names() == []
    assert await db.count("notes") == 0
    assert await indexeddb.names() == ["garden"]


async def test_clearing_undoes_what_is_under_way() -> None:
    db = await indexeddb.open("garden", 1, create)

    async def body(tx: indexeddb.Transaction) -> None:
        await tx.store("notes").put({"id": "todo"})
        indexeddb.testing.clear()
        await tx.store("notes").count()

    with pytest.raises(indexeddb.TransactionAborted):
        await db.write("notes", body)
    assert await db.count("notes") == 0


async def test_each_memory_is_apart() -> None:
    memory = indexeddb.Memory()
    mine = await indexeddb.open("garden", 1, create, memory=memory)
    await mine.put("notes", {"id": "todo"})
    other = await indexeddb.open("garden", 1, create)
    assert await other.count("notes") == 0
    await indexeddb.delete("garden", memory=memory)
    assert not await indexeddb.exists("garden", memory=memory)
    assert await indexeddb.exists("garden")


async def test_bytes_beside_a_record_are_a_blob() -> None:
    db = await indexeddb.open("garden", 1, create)
    await db.put("notes", {"id": "todo", "photo": indexeddb.Blob(b"cat", "image/png")})
    note = await db.get("notes", "todo")
    assert await note["photo"].bytes() == b"cat"
