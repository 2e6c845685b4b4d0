"""A backup keeps the fields that this version does not know, on every backend and between them."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any, get_args

import msgspec
import pytest

from roomkeep.models import Message, Record, Room
from roomkeep.persistence import DatabaseService, StoreName
from roomkeep.persistence.memory_database_service import MemoryDatabaseService
from support.backups import App, begin
from support.make import attachment, ban, channel, member, message, reaction, room, user
from support.worlds import World

X: dict[str, Any] = {"x": {"deep": [1, 1.5, "é😀", None, True]}, "xNull": None, "data2": ""}
"""Fields that no version knows."""


def stored(record: Record, **lists: list[dict[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(record)
    return fields | X | lists


def items(record: Message | Room, name: str) -> list[dict[str, Any]]:
    """Return the items of a list, every other with fields that no version knows."""
    found = msgspec.to_builtins(getattr(record, name))
    return [one | ({"x": place} if place % 2 else {}) for place, one in enumerate(found)]


ROOM = room(
    topic="Tea",
    channels=(channel(), channel("dev", position=1)),
    members=(member(), member("bob", joined_at=5), member("cid"), member("dan")),
)
LIKED = message(
    "liked",
    reply_to_id="m0",
    reactions=(reaction(message_id="liked"), reaction("bob", "❤", message_id="liked")),
)
RECORDS: dict[str, list[dict[str, Any]]] = {
    "users": [stored(user("Ada", bio="I do sums.")), stored(user("bob", joined_at=1))],
    "rooms": [stored(ROOM, channels=items(ROOM, "channels"), members=items(ROOM, "members"))],
    "bans": [stored(ban(reason="spam"))],
    "messages": [
        stored(message("m0")),
        stored(LIKED, reactions=items(LIKED, "reactions")),
        msgspec.to_builtins(message("plain")),
        # Only inside.
        msgspec.to_builtins(LIKED)
        | {"id": "in", "reactions": [{**items(LIKED, "reactions")[1], "messageId": "in"}]},
    ],
    "reactions": [stored(reaction(message_id="later"))],
    "attachments": [stored(attachment(size=3))],
}
DATA = b"cat"


def backup(**records: list[dict[str, Any]]) -> bytes:
    """Make a backup of some records."""
    lines: list[dict[str, Any]] = []
    for store, those in records.items():
        for record in those:
            lines.append({"type": store.removesuffix("s"), "record": record})
            if store == "attachments":
                lines[-1]["has_data"] = True
                lines.append({"type": "data", "data": "Y2F0"})
    head = {"format": "roomkeep", "version": 1, "account": "Ada", "exportedAt": 1}
    end = {"type": "end", "lines": len(lines)}
    return b"\n".join(json.dumps(line).encode() for line in (head, *lines, end))


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a backup between head and end, in an order of their own."""
    found = [json.loads(line) for line in gzip.decompress(data).splitlines()[1:-1]]
    return sorted(json.dumps(line, sort_keys=True) for line in found)


async def really_stored(world: World) -> dict[str, list[dict[str, Any]]]:
    """Return what is stored, without what means the same as a field that is not there."""
    found = {}
    for store in get_args(StoreName):
        records = await world.stored(store, "Ada")
        found[store] = [_plain(one) for one in records]
        if store == "attachments":
            for one in found[store]:
                one.pop("data", None)
    return found


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    present = {n: value for n, value in record.items() if value is not None or n.startswith("x")}
    for name in ("channels", "members", "reactions"):
        if name in present:
            present[name] = [_plain(one) for one in present[name]]
    return present


def expected() -> dict[str, list[dict[str, Any]]]:
    rows = [row for one in RECORDS["messages"] for row in one["reactions"]]
    all_stores = RECORDS | {"reactions": RECORDS["reactions"] + rows}
    return {store: [_plain(one) for one in those] for store, those in all_stores.items()}


def in_order(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    texts = (
        (store, [json.dumps(one, sort_keys=True) for one in those])
        for store, those in found.items()
    )
    return {store: sorted(those) for store, those in texts}


def leave(app: App) -> None:
    """End the app, so that no timer of it finds an account."""
    app.page.account.set(None)


@pytest.fixture
async def app(db: DatabaseService) -> AsyncIterator[App]:
    made = await begin(db=db)
    await db.clear_all_data()
    yield made
    await made.idle()
    leave(made)


async def test_restored_unknown_fields_are_stored_and_exported_again(
    world: World, app: App
) -> None:
    data = backup(**RECORDS)
    assert await app.restore(data) == "done: Restored 4 messages and 1 file."
    assert in_order(await really_stored(world)) == in_order(expected())
    assert await app.db.read_attachment_data("a1") == DATA
    assert {one.kind for one in await app.db.find_problems()} == {"waiting"}
    exported = await app.export()
    assert lines_of(exported) == lines_of(gzip.compress(data))
    # To another backend, and back.
    other = await begin(db=MemoryDatabaseService())
    await other.db.clear_all_data()
    await other.restore(exported)
    back = await other.export()
    leave(other)
    await other.db.close()
    await app.db.clear_all_data()
    await app.restore(back)
    assert in_order(await really_stored(world)) == in_order(expected())


async def test_what_another_program_stored_is_the_same_after_a_restore(
    world: World, app: App
) -> None:
    for store in ("users", "rooms", "bans", "reactions", "attachments"):
        for record in RECORDS[store]:
            await world.plant(store, _plain(record), user_id="Ada")
    await world.plant("messages", _plain(RECORDS["messages"][0]), user_id="Ada")
    before = await really_stored(world)
    assert before["rooms"] == expected()["rooms"]
    exported = await app.export()
    await app.db.clear_all_data()
    await app.restore(exported)
    assert await really_stored(world) == before


async def test_what_is_here_stays_and_rooms_and_people_get_the_fields_they_lack(
    world: World, app: App
) -> None:
    db = app.db
    await db.save_messages([message("m0", content="mine"), message("liked", content="mine")])
    await db.save_ban(ban(reason="mine"))
    await db.save_reaction(reaction(message_id="later", timestamp=7))
    await db.save_attachment(attachment(), DATA)
    await db.save_user(user("bob", display_name="Mine"))
    mine = msgspec.to_builtins(room(name="Mine", members=(member("bob"), member("eve")))) | {
        "x": "mine",
        "xMine": 1,
    }
    await world.plant("rooms", _plain(mine), user_id="Ada")
    before = await really_stored(world)
    await app.restore(backup(**RECORDS))
    after = await really_stored(world)
    for store in ("bans", "attachments"):
        assert after[store] == before[store]
    contents = {one["id"]: one for one in after["messages"]}
    assert [one for one in before["messages"] if contents[one["id"]] != one] == []
    (later,) = [one for one in after["reactions"] if one["messageId"] == "later"]
    assert later == before["reactions"][0]
    bob = next(one for one in after["users"] if one["oderId"] == "bob")
    assert (bob["displayName"], bob["x"]) == ("Mine", X["x"])
    (merged,) = after["rooms"]
    assert (merged["name"], merged["x"], merged["xMine"], merged["data2"]) == (
        "Mine",
        "mine",
        1,
        "",
    )
    assert [one.get("x") for one in merged["channels"]] == [None, 1]
    members = {one["oderId"]: one.get("x") for one in merged["members"]}
    assert members == {"bob": 1, "eve": None, "ann": None, "cid": None, "dan": 3}


async def test_a_backup_writes_only_what_this_version_does_not_know_beside_a_record(
    world: World, app: App
) -> None:
    await app.db.save_messages(
        [message("m0"), message("other", reactions=(reaction(message_id="other"),))]
    )
    unknown: list[dict[str, object]] = [
        # Of no new record, or of a field that is known.
        {
            "id": "other",
            "x": 1,
            "reactions": [{**msgspec.to_builtins(reaction(message_id="other")), "x": 1}],
        },
        {"id": "new", "content": 7, "roomId": "r9", "x": 1, "reactions": "none"},
        {"id": "gone", "x": "what it said"},
        {"id": 7, "x": 1},
        {"x": 1},
        {"id": "none", "x": 1},
    ]
    gone = message("gone", is_deleted=True, content="")
    assert await app.db.add_messages([message("new"), gone], unknown) == 2
    found = {one["id"]: one for one in (await really_stored(world))["messages"]}
    extra = {id_: one.get("x") for id_, one in found.items()}
    assert extra == {"m0": None, "other": None, "new": 1, "gone": None}
    assert (found["new"]["content"], found["new"]["roomId"]) == ("content of new", "r1")
    assert "x" not in found["other"]["reactions"][0]
    assert await app.db.add_attachment(
        attachment(), DATA, [{"id": "a1", "data": "evil", "filename": "x", "x": 1}]
    )
    assert await app.db.read_attachment_data("a1") == DATA
    (file,) = (await really_stored(world))["attachments"]
    assert (file["filename"], file["x"]) == ("cat.png", 1)


async def test_fields_that_could_not_be_restored_are_left_out_and_told(
    world: World, app: App
) -> None:
    deep: Any = 1
    for _ in range(110):
        deep = [deep]
    for name, value in (("long", "x" * 1_048_577), ("deep", deep), ("large", 2**53)):
        one = _plain(msgspec.to_builtins(user(name)) | {"x": value})
        await world.plant("users", one, user_id="Ada")
    said = msgspec.to_builtins(message("gone", is_deleted=True, content="")) | {"x": "said"}
    await world.plant("messages", _plain(said) | {"reactions": []}, user_id="Ada")
    data = await app.export()
    exporting = app.account.exporting()
    assert exporting is not None
    assert exporting.advice.startswith("Some fields of 3 records aren't in the file")
    assert b"said" not in gzip.decompress(data)
    await app.db.clear_all_data()
    assert (await app.restore(data)).startswith("done: ")
    assert [one for one in (await really_stored(world))["users"] if "x" in one] == []
    assert len((await really_stored(world))["users"]) == 3
