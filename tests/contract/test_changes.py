"""The change feed: after each commit, here and in the account's other tabs."""

import asyncio
import logging
from typing import Any

import pytest
from msgspec import structs

from roomkeep.errors import InvalidRecord
from roomkeep.models import DELETED_MESSAGE_CONTENT, Record
from roomkeep.persistence import Change, DatabaseService
from support.make import attachment, ban, channel, member, message, reaction, room, user
from support.worlds import World


def put(store: str, *records: Record, room_id: str | None = None) -> Change:
    """What is told of records that were written."""
    keys = tuple(key_of(store, record) for record in records)
    return Change(store=store, action="put", keys=keys, room_id=room_id, records=records)


def key_of(store: str, record: Any) -> str | tuple[str, ...]:
    if store == "reactions":
        return record.oder_id, record.emoji, record.message_id
    key: str = record.oder_id if store in ("users", "bans") else record.id
    return key


async def test_each_kind_of_change_is_told(db: DatabaseService) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    row = ("ann", "👍", "m1")
    edited = message(content="x")
    for call, expected in [
        (db.save_room(room()), [put("rooms", room(), room_id="r1")]),
        (db.update_room("r1", topic="x"), [put("rooms", room(topic="x"), room_id="r1")]),
        (db.save_user(user()), [put("users", user())]),
        (db.update_user("ann", bio="x"), [put("users", user(bio="x"))]),
        (db.add_users([user("ann"), user("bob")]), [put("users", user("bob"))]),
        (
            db.save_messages([message(), message("m2"), message("m3", room_id="r2")]),
            [
                put("messages", message(), message("m2"), room_id="r1"),
                put("messages", message("m3", room_id="r2"), room_id="r2"),
            ],
        ),
        (db.update_message("m1", content="x"), [put("messages", edited, room_id="r1")]),
        (
            db.save_reaction(reaction()),
            [
                put("reactions", reaction(), room_id="r1"),
                put("messages", structs.replace(edited, reactions=(reaction(),)), room_id="r1"),
            ],
        ),
        (
            db.remove_reaction("m1", "ann", "👍"),
            [
                Change(store="reactions", action="delete", keys=(row,), room_id="r1"),
                put("messages", edited, room_id="r1"),
            ],
        ),
        (
            db.save_attachment(attachment(), b"cat"),
            [put("attachments", attachment(), room_id="r1")],
        ),
        (db.remove_files(["a1"]), [put("attachments", attachment())]),
        (db.save_ban(ban()), [put("bans", ban(), room_id="r1")]),
        (
            db.remove_ban(ban().oder_id),
            [Change(store="bans", action="delete", keys=(ban().oder_id,), room_id="r1")],
        ),
        (
            db.delete_message("m2"),
            [
                put(
                    "messages",
                    message("m2", is_deleted=True, content=DELETED_MESSAGE_CONTENT),
                    room_id="r1",
                )
            ],
        ),
        (
            db.clear_room_messages("r1"),
            [
                Change(store="attachments", action="clear", room_id="r1"),
                Change(store="messages", action="clear", room_id="r1"),
            ],
        ),
        (
            db.delete_room("r2"),
            [
                Change(store="messages", action="clear", room_id="r2"),
                Change(store="rooms", action="delete", keys=("r2",), room_id="r2"),
            ],
        ),
    ]:
        heard.clear()
        await call
        assert heard == expected


async def test_settings_are_told_by_the_keys_that_the_app_knows(db: DatabaseService) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    await db.save_setting("k", [1])
    await db.save_setting("k", None)
    put_, deleted = heard
    assert (put_.store, put_.action, put_.keys) == ("meta", "put", ("k",))
    assert [(record.key, record.value) for record in put_.records] == [("k", [1])]
    assert deleted == Change(store="meta", action="delete", keys=("k",))


async def test_a_large_change_names_its_records_by_their_keys_only(db: DatabaseService) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    many = [message(f"m{n:02}", timestamp=n) for n in range(51)]
    await db.save_messages(many[:50])
    await db.save_messages(many)
    assert heard[0] == put("messages", *many[:50], room_id="r1")
    assert heard[1].keys == tuple(one.id for one in many)
    assert heard[1].records == ()


async def test_another_service_hears_the_same_and_where_it_comes_from(world: World) -> None:
    here, there = await world.service(), await world.service()
    heard_here: list[Change] = []
    heard_there: asyncio.Queue[Change] = asyncio.Queue()
    here.subscribe(heard_here.append)
    there.subscribe(heard_there.put_nowait)
    await here.save_room(room(channels=(channel(),), members=(member(),)))
    await here.save_message(message(reactions=(reaction(),)))
    await here.delete_message("m1")
    await here.save_setting("k", {"a": (1,)})
    await here.save_attachment(attachment(message_id="m2"), b"cat")
    await here.delete_room("r1")
    assert {change.origin for change in heard_here} == {"local"}
    for change in heard_here:
        async with asyncio.timeout(5):
            told = await heard_there.get()
        assert told == structs.replace(change, origin="other_tab")
        assert [type(one) for one in told.records] == [type(one) for one in change.records]
    assert heard_there.empty()


async def test_what_was_told_can_be_read(db: DatabaseService) -> None:
    seen: list[asyncio.Future[list[str]]] = []

    async def look() -> list[str]:
        return [found.id for found in await db.get_messages("r1")]

    db.subscribe(lambda _change: seen.append(asyncio.ensure_future(look())))
    await db.save_message(message())
    assert await seen[0] == ["m1"]


async def test_nothing_is_told_of_what_was_undone(db: DatabaseService) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    with pytest.raises(InvalidRecord):
        await db.save_message(message(reactions=(reaction(message_id="other"),)))
    await db.remove_reaction("m1", "ann", "👍")
    assert heard == []


async def test_an_ended_subscription_hears_nothing(db: DatabaseService) -> None:
    heard: list[Change] = []
    unsubscribe = db.subscribe(heard.append)
    unsubscribe()
    unsubscribe()
    await db.save_room(room())
    assert heard == []


async def test_a_subscriber_that_fails_spoils_nothing(
    db: DatabaseService, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Change] = []

    def fail(_change: Change) -> None:
        raise RuntimeError("a broken view")

    db.subscribe(fail)
    db.subscribe(heard.append)
    with caplog.at_level(logging.ERROR):
        await db.save_room(room())
    assert [(change.store, change.keys) for change in heard] == [("rooms", ("r1",))]
    assert "a broken view" in caplog.text


async def test_is_ready_is_a_signal(world: World) -> None:
    from reaktiv import Effect

    db = await world.service()
    seen: list[bool] = []
    effect = Effect(lambda: seen.append(db.is_ready()))
    await db.set_current_user_id("ann")
    await db.close()
    effect.dispose()
    assert seen == [True, False, True, False]
