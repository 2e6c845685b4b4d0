"""The check of the database and its repair: each fault is named; only what can be is mended."""

from typing import Any

import pytest

from roomkeep.persistence import Change, DatabaseService, Problem
from support.make import attachment, ban, message, reaction, room, stored_message, user
from support.worlds import World

STORES = ("messages", "users", "rooms", "reactions", "bans", "attachments", "meta")


async def everything(world: World) -> dict[str, list[dict[str, Any]]]:
    # A Blob is never the same as another, whatever it holds.
    return {
        store: [record | {"data": None} for record in await world.stored(store)] for store in STORES
    }


def found(problems: list[Problem]) -> set[tuple[str, str, str]]:
    return {(problem.store, problem.kind, problem.key) for problem in problems}


@pytest.fixture
async def sound(db: DatabaseService) -> DatabaseService:
    """Some of everything, with nothing amiss; more than one step of a check takes."""
    await db.save_messages([message(f"m{n:04}", timestamp=n) for n in range(600)])
    await db.save_reaction(reaction(message_id="m0003"))
    await db.save_reaction(reaction("bob", "🎉", message_id="m0003", timestamp=1))
    await db.save_message(message("gone"))
    await db.delete_message("gone")
    await db.save_room(room())
    await db.save_user(user())
    await db.save_ban(ban())
    await db.save_attachment(attachment(message_id="m0004"), b"cat")
    await db.save_setting("theme", "dark")
    return db


async def test_where_all_is_well_nothing_is_found_and_a_repair_changes_nothing(
    world: World, sound: DatabaseService
) -> None:
    before = await everything(world)
    assert await sound.find_problems() == []
    assert await sound.repair() == []
    assert await everything(world) == before


async def test_reactions_that_only_the_message_names_are_found_and_stored(
    world: World, sound: DatabaseService
) -> None:
    named = {"messageId": "bare", "oderId": "ann", "emoji": "👍", "timestamp": 5}
    # One that is to another message is not stored for that one.
    foreign = named | {"messageId": "m0005"}
    await world.plant("messages", stored_message("bare", reactions=[named, foreign], color="red"))
    before = await everything(world)
    assert found(await sound.find_problems()) == {("messages", "reactions", "bare")}
    heard: list[Change] = []
    sound.subscribe(heard.append)
    assert found(await sound.repair()) == {("messages", "reactions", "bare")}
    assert await sound.find_problems() == []
    expected = reaction(message_id="bare", timestamp=5)
    assert await sound.get_reactions_for_message("bare") == [expected]
    assert await sound.get_reactions_for_message("m0005") == []
    repaired = await sound.get_message_by_id("bare")
    assert repaired is not None
    assert repaired.reactions == (expected,)
    after = await everything(world)
    assert after.pop("reactions") != before.pop("reactions")
    spoiled = {one["id"]: one for one in after.pop("messages")}
    assert spoiled["bare"]["color"] == "red"
    assert {one["id"] for one in before.pop("messages")} == spoiled.keys()
    assert after == before
    assert ("messages", ("bare",)) in {(change.store, change.keys) for change in heard}


async def test_a_repair_writes_over_no_reaction_that_cannot_be_read(
    world: World, db: DatabaseService
) -> None:
    named = {"messageId": "bare", "oderId": "ann", "emoji": "👍", "timestamp": 5}
    await world.plant("messages", stored_message("bare", reactions=[named]))
    await world.plant("reactions", named | {"timestamp": "x"})
    before = await world.stored("reactions")
    await db.repair()
    assert await world.stored("reactions") == before


async def test_what_is_left_of_a_deleted_message_is_found_and_goes(
    world: World, sound: DatabaseService
) -> None:
    await world.plant("messages", stored_message("dead", isDeleted=True, content="secret"))
    row = {"messageId": "dead", "oderId": "ann", "emoji": "👍", "timestamp": 5}
    file = {"id": "a9", "messageId": "dead", "filename": "f", "size": 3, "mime": "text/plain"}
    await world.plant("reactions", row)
    await world.plant("attachments", file)
    (problem,) = await sound.find_problems()
    assert (problem.store, problem.key, problem.kind) == ("messages", "dead", "tombstone")
    assert "its text and reactions and files" in problem.sentence
    assert await sound.repair() == [problem]
    assert await sound.find_problems() == []
    stored = {one["id"]: one for one in await world.stored("messages")}
    assert stored["dead"]["content"] == ""
    assert [one.id for one in await sound.get_all_attachments()] == ["a1"]
    assert await sound.read_attachment_data("a1") == b"cat"
    assert await sound.get_reactions_for_message("dead") == []
    assert len(await sound.get_reactions_for_message("m0003")) == 2


async def test_reactions_that_a_deleted_message_names_are_not_stored(
    world: World, sound: DatabaseService
) -> None:
    named = {"messageId": "dead", "oderId": "ann", "emoji": "👍", "timestamp": 5}
    dead = stored_message("dead", isDeleted=True, content="", reactions=[named])
    await world.plant("messages", dead)
    (problem,) = await sound.find_problems()
    assert (problem.key, problem.kind) == ("dead", "tombstone")
    assert await sound.repair() == [problem]
    assert await sound.find_problems() == []
    assert await sound.get_reactions_for_message("dead") == []
    repaired = await sound.get_message_by_id("dead")
    assert repaired is not None
    assert repaired.reactions == ()


async def test_unreadable_records_of_every_store_are_named_and_left_alone(
    world: World, sound: DatabaseService
) -> None:
    spoiled: dict[str, dict[str, Any]] = {
        "messages": stored_message("bad", content=7),
        "rooms": {"id": "bad", "name": []},
        "users": {"oderId": "bad"},
        "bans": {"oderId": "bad", "roomId": "r1"},
        "attachments": {"id": "bad", "messageId": "m0001"},
        "reactions": {"oderId": "bad", "emoji": "👍", "messageId": "m0001", "timestamp": "x"},
    }
    for store, record in spoiled.items():
        await world.plant(store, record)
    before = await everything(world)
    problems = await sound.find_problems()
    assert {(one.store, one.kind) for one in problems} == {
        (store, "unreadable") for store in spoiled
    }
    assert len(problems) == len(spoiled)
    assert all("bad" in one.key for one in problems)
    assert next(one for one in problems if one.store == "messages").sentence == (
        "“content” should be text, but is a whole number."
    )
    assert await sound.repair() == []
    assert await everything(world) == before


async def test_a_record_that_no_list_can_hold_is_named(
    world: World, sound: DatabaseService
) -> None:
    lost = stored_message("lost")
    del lost["timestamp"]
    await world.plant("messages", lost)
    problems = await sound.find_problems()
    assert found(problems) == {
        ("messages", "unreadable", "lost"),
        ("messages", "unindexed", "lost"),
    }
    assert "“timestamp”" in next(one for one in problems if one.kind == "unindexed").sentence


async def test_what_waits_for_its_message_is_no_fault(world: World, sound: DatabaseService) -> None:
    await sound.save_reaction(reaction(message_id="later"))
    await sound.save_attachment(attachment("early", message_id="later"), b"cat")
    problems = await sound.find_problems()
    assert found(problems) == {
        ("reactions", "waiting", "ann, 👍, later"),
        ("attachments", "waiting", "early"),
    }
    assert not any(one.is_fault or one.can_be_repaired for one in problems)
    before = await everything(world)
    assert await sound.repair() == []
    assert await everything(world) == before


async def test_an_older_clients_database_without_indexes_is_sound(
    world: World,
) -> None:
    await world.drop_paging_indexes()
    db = await world.service()
    await db.save_messages([message(), message("m2")])
    assert await db.find_problems() == []
