"""The change feed: after each commit, here and in the account's other tabs."""

import asyncio
import logging

import pytest

from roomkeep.errors import InvalidRecord
from roomkeep.persistence import Change, DatabaseService
from support.make import attachment, ban, message, reaction, room, user
from support.worlds import World


def put(store: str, *keys: str | tuple[str, ...], room_id: str | None = None) -> Change:
    return Change(store=store, action="put", keys=keys, room_id=room_id)


async def test_each_kind_of_change_is_told(db: DatabaseService) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    row = ("ann", "👍", "m1")
    for call, expected in [
        (db.save_room(room()), [put("rooms", "r1", room_id="r1")]),
        (db.save_user(user()), [put("users", "ann")]),
        (
            db.save_messages([message(), message("m2"), message("m3", room_id="r2")]),
            [put("messages", "m1", "m2", room_id="r1"), put("messages", "m3", room_id="r2")],
        ),
        (db.update_message("m1", content="x"), [put("messages", "m1", room_id="r1")]),
        (
            db.save_reaction(reaction()),
            [put("reactions", row, room_id="r1"), put("messages", "m1", room_id="r1")],
        ),
        (
            db.remove_reaction("m1", "ann", "👍"),
            [
                Change(store="reactions", action="delete", keys=(row,), room_id="r1"),
                put("messages", "m1", room_id="r1"),
            ],
        ),
        (db.save_attachment(attachment(), b"cat"), [put("attachments", "a1", room_id="r1")]),
        (db.save_ban(ban()), [put("bans", "r1/bob", room_id="r1")]),
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
    assert heard == [put("rooms", "r1", room_id="r1")]
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
