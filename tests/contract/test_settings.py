"""Settings and the storage report: what the app keeps for itself, and what there is to know."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from roomkeep.errors import InvalidRecord
from roomkeep.persistence import Change, DatabaseService
from support.make import message, room
from support.worlds import World


async def test_a_setting_is_read_back(db: DatabaseService) -> None:
    value = {"a": [1, 2.5, "x", True, None, 2**53 - 1, 1e300], "é": {"deep": "😀"}}
    assert await db.get_setting("draft/r1") is None
    await db.save_setting("draft/r1", value)
    assert await db.get_setting("draft/r1") == value
    await db.save_setting("draft/r1", 0)
    assert await db.get_setting("draft/r1") == 0
    await db.save_setting("draft/r1", None)
    await db.save_setting("draft/r1", None)
    assert await db.get_setting("draft/r1") is None


async def test_settings_are_written_together(db: DatabaseService) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    await db.save_settings({"a": 1, "b": [2]})
    await db.save_settings({"a": None, "b": None, "c": 3})
    assert await db.get_settings() == {"c": 3}
    assert [(change.action, change.keys) for change in heard] == [
        ("put", ("a", "b")),
        ("put", ("c",)),
        ("delete", ("a", "b")),
    ]
    with pytest.raises(InvalidRecord):
        await db.save_settings({"d": 4, "": 5})
    await db.save_settings({})
    assert await db.get_settings() == {"c": 3}


async def test_settings_by_the_beginning_of_their_keys(db: DatabaseService) -> None:
    for number, key in enumerate(
        ["draft/r1", "draft/r2", "draft", "drafts/r1", "x", "draft/\uffff"]
    ):
        await db.save_setting(key, number)
    assert await db.get_settings("draft/") == {"draft/r1": 0, "draft/r2": 1, "draft/\uffff": 5}
    assert len(await db.get_settings()) == 6


async def test_a_tuple_is_kept_as_a_list(db: DatabaseService) -> None:
    await db.save_setting("k", (1, ("a", {"b": ()})))
    assert await db.get_setting("k") == [1, ["a", {"b": []}]]


async def test_exactly_the_settings_with_a_prefix_are_returned_whatever_its_characters(
    db: DatabaseService,
) -> None:
    # By code point, and by the units of UTF-16, these are in different orders.
    edges = ["a", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff"]
    keys = [*edges, *(first + second for first in edges for second in edges), "setting/a", "/"]
    for key in keys:
        await db.save_setting(key, len(key))
    for prefix in ["", "b", "setting/", *keys]:
        expected = {key: len(key) for key in keys if key.startswith(prefix)}
        assert await db.get_settings(prefix) == expected, ascii(prefix)


async def test_what_else_the_database_notes_is_no_setting(
    world: World, db: DatabaseService
) -> None:
    await db.save_setting("k", 1)
    for key in ["sync/token", "setting", "setting0", "settings/x", "\uffff", "\U0010ffff", "a"]:
        await world.plant("meta", {"key": key, "value": "ours"})
    assert await db.get_settings() == {"k": 1}
    assert await db.get_settings("\uffff") == {}


async def test_no_setting_is_mistaken_for_what_the_layer_keeps(db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    await db.save_setting("currentUserId", "bob")
    assert await db.get_setting("currentUserId") == "bob"
    await db.close()
    await db.initialize()
    assert db.current_user_id == "ann"
    assert await db.get_settings() == {"currentUserId": "bob"}


async def test_settings_belong_to_the_account(db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    await db.save_setting("theme", "dark")
    await db.set_current_user_id("bob")
    assert await db.get_settings() == {}


async def test_a_setting_is_told(db: DatabaseService) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    await db.save_setting("k", 1)
    await db.save_setting("k", None)
    assert [(change.store, change.action, change.keys) for change in heard] == [
        ("meta", "put", ("k",)),
        ("meta", "delete", ("k",)),
    ]


def nested(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = [value]
    return value


async def test_a_setting_is_as_deep_as_a_backup_can_carry(db: DatabaseService) -> None:
    await db.save_setting("k", nested(90))
    assert await db.get_setting("k") == nested(90)


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("", 1, "key"),
        ("k", object(), "value"),
        ("k", b"bytes", "value"),
        ("k", float("nan"), "value"),
        ("k", [float("inf")], "value"),
        ("k", {"a": [float("nan")]}, "value"),
        ("k", {1, 2}, "value"),
        ("k", [frozenset()], "value"),
        ("k", {1: "a"}, "value"),
        ("k", {"a": [{None: 1}]}, "value"),
        ("k", {"a": {b"b": 1}}, "value"),
        ("k", [bytearray(b"x")], "value"),
        ("k", datetime(2026, 1, 1, tzinfo=UTC), "value"),
        ("k", Decimal(1), "value"),
        ("k", "half \ud83d", "value"),
        ("k", 2**53, "value"),
        ("k", {"a": [1, -(2**60)]}, "value"),
        ("k", "x" * 1_100_000, "value"),
        pytest.param("k", nested(91), "value", id="too deep"),
    ],
)
async def test_a_bad_setting_is_refused(
    db: DatabaseService, key: str, value: Any, field: str
) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_setting(key, value)
    assert caught.value.field == field
    assert await db.get_settings() == {}


async def test_the_report_counts_every_store(world: World, db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    await db.save_messages([message("m1"), message("m2")])
    await db.save_room(room())
    await world.plant("messages", {"id": "unreadable"}, user_id="ann")
    report = await db.get_storage_report()
    assert report.rows == {
        "messages": 3,
        "users": 0,
        "rooms": 1,
        "reactions": 0,
        "bans": 0,
        "attachments": 0,
        "meta": 1,
    }
    assert (report.backend, report.database_name, report.version) == (
        db.backend_name,
        "roomkeep::ann",
        2,
    )
    assert report.problems == ()
    if report.backend == "indexeddb":
        assert report.quota.usage
        assert report.quota.quota
        assert report.quota.persisted in (True, False)
        assert await db.request_persistence() in (True, False)


async def test_the_report_names_missing_indexes(world: World) -> None:
    await world.drop_paging_indexes()
    db = await world.service()
    expected = {
        "the store messages lacks the index roomId_timestamp",
        "the store messages lacks the index roomId_channelId_timestamp",
    }
    assert set((await db.get_storage_report()).problems) == expected


async def test_a_deleted_account_is_gone_and_no_other(world: World, db: DatabaseService) -> None:
    for account in ["ann", "bob"]:
        await db.set_current_user_id(account)
        await db.save_room(room())
    other_tab = await world.service()
    await other_tab.set_current_user_id("ann")
    await db.delete_account("ann")
    await db.delete_account("ann")
    assert await db.get_account_ids() == ["bob"]
    assert await db.get_all_rooms() == [room()]
    await db.set_current_user_id("ann")
    assert await db.get_all_rooms() == []


async def test_the_signed_in_account_is_not_deleted(db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    await db.save_room(room())
    with pytest.raises(InvalidRecord) as caught:
        await db.delete_account("ann")
    assert caught.value.field == "user_id"
    assert await db.get_all_rooms() == [room()]
