"""Settings and the storage report: what the app keeps for itself, and what there is to know."""

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


async def test_settings_by_the_beginning_of_their_keys(db: DatabaseService) -> None:
    for number, key in enumerate(
        ["draft/r1", "draft/r2", "draft", "drafts/r1", "x", "draft/\uffff"]
    ):
        await db.save_setting(key, number)
    assert await db.get_settings("draft/") == {"draft/r1": 0, "draft/r2": 1, "draft/\uffff": 5}
    assert len(await db.get_settings()) == 6


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


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("", 1, "key"),
        ("k", object(), "value"),
        ("k", b"bytes", "value"),
        ("k", float("nan"), "value"),
        ("k", "half \ud83d", "value"),
        ("k", 2**53, "value"),
        ("k", {"a": [1, -(2**60)]}, "value"),
        ("k", "x" * 1_100_000, "value"),
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
        assert report.space.usage
        assert report.space.quota
        assert report.space.persisted in (True, False)
        assert await db.request_persistence() in (True, False)


async def test_the_report_names_missing_indexes(world: World) -> None:
    await world.drop_paging_indexes()
    db = await world.service()
    assert (await db.get_storage_report()).problems == (
        "the store messages lacks the index roomId_timestamp",
        "the store messages lacks the index roomId_channelId_timestamp",
    )


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
