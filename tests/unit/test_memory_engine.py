"""The memory engine keeps the law of transactions, as IndexedDB does."""

import asyncio
import gc
import warnings
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexeddb.keys import KeyRange
from roomkeep.errors import InvalidRecord, StorageError
from roomkeep.models import Message
from roomkeep.persistence.memory_database_service import MemoryDatabaseService
from roomkeep.storage.engines.indexeddb.databases import Memory
from roomkeep.storage.engines.indexeddb.engine import open_engine
from roomkeep.storage.operations.gap_edges import gaps_of
from roomkeep.storage.operations.older_clients import is_update_due
from roomkeep.storage.operations.sync_records import synced_rooms
from roomkeep.storage.transaction import Engine, Transaction
from support.laws import law
from support.make import attachment, message


async def new_engine() -> Engine:
    engine, _ = await open_engine(
        "test", "relaxed", owner=None, look=is_update_due, memory=Memory()
    )
    return engine


@pytest.fixture
async def engine() -> Engine:
    return await new_engine()


async def ids(engine: Engine) -> list[str]:
    async def body(tx: Transaction) -> list[Any]:
        return await tx.get_all_keys("messages")

    return await engine.read(["messages"], body)


async def test_a_raise_undoes_everything(engine: Engine) -> None:
    async def setup(tx: Transaction) -> None:
        tx.put("messages", [message("m1"), message("m2", timestamp=5)])

    async def broken(tx: Transaction) -> None:
        tx.put("messages", [message("m1", content="changed", room_id="r9")])
        await tx.patch("messages", ["m2"], {"content": "changed"})
        tx.delete("messages", ["m2"])
        tx.put("messages", [message("m3")])
        tx.clear("messages")
        tx.put("messages", [message("m4")])
        raise KeyError("on purpose")

    async def in_room(tx: Transaction) -> list[Message]:
        return await tx.get_all(
            "messages", Message, index="roomId", query=KeyRange.only("r1"), direction="prev"
        )

    await engine.write(["messages"], setup)
    with pytest.raises(KeyError, match="on purpose"):
        await engine.write(["messages"], broken)
    assert await engine.read(["messages"], in_room) == [message("m2", timestamp=5), message("m1")]


async def test_awaiting_anything_else_is_refused_and_undoes_everything(
    engine: Engine,
) -> None:
    async def body(tx: Transaction) -> None:
        tx.put("messages", [message()])
        await asyncio.sleep(0)

    with pytest.raises(TypeError, match="only the transaction's own requests may be awaited"):
        await engine.write(["messages"], body)
    assert await ids(engine) == []


async def test_a_rule_that_ends_early_may_leave_unread_what_it_has_asked_for(
    engine: Engine,
) -> None:
    async def body(tx: Transaction) -> None:
        tx.get("messages", "m1", Message)
        tx.get_many("messages", ["m1"], Message)
        tx.get_all("messages", Message)
        tx.get_page("messages", Message, None, 5)
        tx.get_all_keys("messages")
        tx.existing("messages", ["m1"])
        tx.find("messages", "roomId", ["r1"], Message)
        tx.find_keys("messages", "roomId", ["r1"])
        tx.count("messages")
        tx.patch("messages", ["m1"], {"content": "changed"})
        synced_rooms(tx)
        gaps_of(tx, "r1", "general")
        raise KeyError("on purpose")

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(KeyError, match="on purpose"):
            await engine.write(["messages", "meta"], body)
        gc.collect()
    assert [str(one.message) for one in warned] == []


async def test_a_transaction_for_reading_cannot_write(engine: Engine) -> None:
    async def body(tx: Transaction) -> None:
        tx.put("messages", [message()])

    with pytest.raises(StorageError) as caught:
        await engine.read(["messages"], body)
    assert caught.value.name == "ReadOnlyError"
    assert await ids(engine) == []


@law
@given(
    writes=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3) | st.none()), max_size=20),
    lower=st.integers(0, 3) | st.none(),
    upper=st.integers(0, 3) | st.none(),
    opens=st.tuples(st.booleans(), st.booleans()),
)
async def test_law_every_index_is_the_sorted_store(
    writes: list[tuple[str, int | None]],
    lower: int | None,
    upper: int | None,
    opens: tuple[bool, bool],
) -> None:
    engine = await new_engine()
    model: dict[str, int] = {}

    async def apply(tx: Transaction) -> None:
        for key, timestamp in writes:
            if timestamp is None:
                tx.delete("messages", [key])
                model.pop(key, None)
            else:
                tx.put("messages", [message(key, timestamp=timestamp)])
                model[key] = timestamp

    def inside(timestamp: int) -> bool:
        after = lower is None or timestamp > lower or (timestamp == lower and not opens[0])
        before = upper is None or timestamp < upper or (timestamp == upper and not opens[1])
        return after and before

    assume(lower is None or upper is None or lower < upper or (lower == upper and not any(opens)))
    query = KeyRange(
        ("r1",) if lower is None else ("r1", lower),
        ("r1", ()) if upper is None else ("r1", upper),
        lower is not None and opens[0],
        upper is not None and opens[1],
    )

    async def look(tx: Transaction) -> tuple[list[str], int]:
        found = await tx.get_all("messages", Message, index="roomId_timestamp", query=query)
        count = await tx.count("messages", index="roomId_timestamp", query=query)
        return [one.id for one in found], count

    await engine.write(["messages"], apply)
    expected = sorted(
        (key for key in model if inside(model[key])), key=lambda key: (model[key], key)
    )
    assert await engine.read(["messages"], look) == (expected, len(expected))


class BrowsersBlob:
    """What looks like a browser's Blob."""

    size = 3

    def arrayBuffer(self) -> None:  # noqa: N802 the browser's name
        """Return nothing: in memory nobody reads it."""


async def test_a_browsers_blob_is_refused() -> None:
    db = MemoryDatabaseService()
    await db.initialize()
    with pytest.raises(InvalidRecord) as caught:
        await db.save_attachment(attachment(size=3), BrowsersBlob())
    assert caught.value.field == "data"
    assert await db.get_all_attachments() == []
