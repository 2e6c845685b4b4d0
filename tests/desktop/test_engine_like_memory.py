"""Whatever the rules ask of a transaction, SQLite answers what the engine in memory does."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Struct

from indexeddb.keys import Key, KeyRange, sort_key
from roomkeep.models import Message, Reaction
from roomkeep.storage.engines.indexeddb.databases import Memory
from roomkeep.storage.engines.indexeddb.engine import open_engine
from roomkeep.storage.engines.sqlite.database import SqliteDatabase
from roomkeep.storage.operations.older_clients import is_update_due
from roomkeep.storage.schema import SCHEMA
from roomkeep.storage.transaction import Body, Transaction
from support import long_run
from support.laws import law

# Among them those that SQLite and IndexedDB do not put in one order.
ids = st.sampled_from(
    ["a", "b", "ab", "\ue000", "\uffff", "a\ufe0f", "a😀", "😀", "\U0010ffff", "Z"]
)
times = st.sampled_from([-1, 0, 1, 2, 1_000])
unknown = st.sampled_from([{}, {"thread": 1}, {"editedAt": None}, {"thread": {"a": [1]}}])
harm = st.sampled_from([{}, {}, {}, {"content": 7}, {"timestamp": "soon"}, {"roomId": 5}])


def stored_message(id_: str, room: str, time: int, *more: dict[str, Any]) -> dict[str, Any]:
    plain = {"id": id_, "roomId": room, "senderId": "x", "senderName": "X", "content": "c"}
    for fields in ({"timestamp": time}, *more):
        plain |= fields
    return plain


def reaction(id_: str, who: str, emoji: str, time: int, extra: dict[str, Any]) -> dict[str, Any]:
    return {"messageId": id_, "oderId": who, "emoji": emoji, "timestamp": time, **extra}


channels = st.sampled_from([{}, {"channelId": "general"}, {"channelId": "c\uffff"}])
messages = st.builds(stored_message, ids, ids, times, unknown, channels, harm)
reactions = st.builds(reaction, ids, ids, ids, times, st.sampled_from([{}, {"skin": 1}]))
stores = st.sampled_from(["messages", "reactions"])


class _Part(Struct, rename="camel"):
    """Some fields of a record."""

    timestamp: int
    message_id: object = UNSET
    room_id: object = UNSET


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, Body[Any]]:
    store = draw(stores)
    index = draw(st.sampled_from([None, *SCHEMA[store].indexes]))
    path = None if index is None else SCHEMA[store].indexes[index]
    query = draw(st.none() | (ranges_of_paging(len(path)) if isinstance(path, tuple) else values))
    kind: Any = draw(st.sampled_from([SCHEMA[store].record, _Part, dict]))
    some = draw(st.lists(ids, max_size=5, unique=True))
    keys = some if store == "messages" else [(a, b, c) for a in some for b in some for c in some]
    asked: dict[str, Any] = {"index": index, "query": query if index else None}
    prefix = KeyRange.prefix("".join(draw(st.lists(ids, max_size=2))))
    page: dict[str, Any] = {}
    as_result: Callable[[Iterable[Any]], list[Any]] = of_any_order
    if isinstance(path, tuple) and query is not None:
        as_result = list
        page["direction"] = draw(st.sampled_from(["next", "prev"]))
        page["count"] = draw(st.none() | st.integers(0, 4))
        page["offset"] = draw(st.sampled_from([0, 0, 1, 3]))

    async def ask(tx: Transaction) -> Any:
        single = "roomId" if store == "messages" else "messageId"
        found = await tx.find_keys(store, single, some)
        return {
            "get_all": as_result(await tx.get_all(store, kind, **asked, **page)),
            "get_all_keys": as_result(
                await tx.get_all_keys(store, **asked, count=page.get("count"))
            ),
            "count": await tx.count(store, **asked),
            "prefix": of_any_order(await tx.get_all_keys("messages", query=prefix)),
            "existing": await tx.existing(store, keys),
            "get_many": await tx.get_many(store, keys, kind),
            "find": of_any_order(await tx.find(store, single, some, kind)),
            "find_keys": {value: of_any_order(those) for value, those in found.items()},
            "unreadable": sorted((one.store, one.key) for one in tx.unreadable),
        }

    return f"{store}.{index} {query} {page} {kind}", ask


values = st.builds(KeyRange.only, ids)


@st.composite
def ranges_of_paging(draw: st.DrawFn, width: int) -> KeyRange:
    """Make one of the ranges by which messages are paged through."""
    start = tuple(draw(ids) for _ in range(width - 1))
    moment: Key = (*start, draw(times))
    everything = KeyRange.starting_with(*start)
    is_open = draw(st.booleans())
    return draw(
        st.sampled_from(
            [
                everything,
                KeyRange.only(moment),
                KeyRange(moment, everything.upper, lower_open=is_open),
                KeyRange(everything.lower, moment, upper_open=is_open),
            ]
        )
    )


def of_any_order(found: Iterable[Any]) -> list[str]:
    """Return what tells whether two results are the same but for their order."""
    return sorted(msgspec.json.encode(plain(one), order="sorted").decode() for one in found)


def patch(store: str, keys: list[Any], fields: dict[str, Any]) -> Body[None]:
    async def body(tx: Transaction) -> None:
        await tx.patch(store, keys, fields)

    return body


def delete(store: str, keys: list[Any]) -> Body[None]:
    async def body(tx: Transaction) -> None:
        tx.delete(store, keys)

    return body


patches = st.builds(
    patch,
    st.just("messages"),
    st.lists(ids, max_size=3, unique=True),
    st.sampled_from([{"content": "new"}, {"editedAt": 5}, {"thread": 2}, {"channelId": "c"}]),
) | st.builds(delete, st.just("messages"), st.lists(ids, max_size=2))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    made = SqliteDatabase(tmp_path / "roomkeep.sqlite")
    yield made
    made.close()


async def write_in(memory: Memory, body: Body[Any]) -> Any:
    engine, _ = await open_engine(
        "memory", "relaxed", owner=None, look=is_update_due, memory=memory
    )
    try:
        return await engine.write(list(SCHEMA), body)
    finally:
        engine.close()


@settings(law, max_examples=long_run.examples(150))
@given(
    many=st.lists(messages, max_size=12),
    reacted=st.lists(reactions, max_size=8),
    changes=st.lists(patches, max_size=2),
    asked=st.lists(questions(), min_size=1, max_size=4),
)
def test_law_both_engines_answer_the_same(
    database: SqliteDatabase,
    many: list[dict[str, Any]],
    reacted: list[dict[str, Any]],
    changes: list[Body[None]],
    asked: list[tuple[str, Body[Any]]],
) -> None:
    memory = Memory()
    # The messages in memory hold their reactions, as the rules have them do.
    # Both have put right what an older client left out.
    many = [{"channelId": "general", **one} for one in many]
    mine = {one["messageId"]: [] for one in reacted}  # type: ignore[var-annotated]
    rows = {(one["oderId"], one["emoji"], one["messageId"]): one for one in reacted}
    for row in rows.values():
        mine[row["messageId"]].append(row)
    for those in mine.values():
        those.sort(key=lambda r: (r["timestamp"], sort_key(r["oderId"]), sort_key(r["emoji"])))

    def fill(*, inline: bool) -> Body[None]:
        async def body(tx: Transaction) -> None:
            for store in SCHEMA:
                tx.clear(store)
            for one in many:
                inner = mine.get(one["id"]) if inline else None
                tx.put("messages", [one if inner is None else {**one, "reactions": inner}])
            tx.put("reactions", list(rows.values()))

        return body

    both: list[Callable[[Body[Any]], Any]] = [
        lambda body: asyncio.run(write_in(memory, body)),
        lambda body: database.write(body)[0],
    ]
    both[0](fill(inline=True))
    both[1](fill(inline=False))
    for change in changes:
        for run in both:
            run(change)
    for what, body in asked:
        expected, found = (plain(run(body)) for run in both)
        assert found == expected, what


def plain(value: Any) -> Any:
    """Return what tests compare: a field that is not there is one that is None."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def test_reactions_are_decoded_as_asked(database: SqliteDatabase) -> None:
    async def body(tx: Transaction) -> Any:
        tx.put("messages", [stored_message("m", "r", 1)])
        tx.put("reactions", [reaction("m", "ann", "x", 1, {"skin": 2})])
        return await tx.get("messages", "m", Message), await tx.get("messages", "m", dict)

    (message, record), _ = database.write(body)
    expected = Reaction(message_id="m", oder_id="ann", emoji="x", timestamp=1)
    assert message.reactions == (expected,)
    assert record["reactions"] == [reaction("m", "ann", "x", 1, {"skin": 2})]
