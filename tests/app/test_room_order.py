"""Rooms are listed by their last messages."""

import random
from datetime import datetime

import pytest

from roomkeep.app.calendar import Days, Nearness
from roomkeep.app.room_order import ROOM_ORDER, order_rooms, read_order
from roomkeep.app.sequences import longest_in_order
from roomkeep.models import Message, Room
from support.chat import Chat, until


def room(name: str, created_at: int) -> Room:
    return Room(id=name, name=name, host_id="ada", created_at=created_at)


def said(name: str, timestamp: int) -> Message:
    return Message(
        id=f"in {name}",
        room_id=name,
        sender_id="ada",
        sender_name="Ada",
        content="hi",
        timestamp=timestamp,
    )


ROOMS = (room("a", 1), room("b", 2), room("c", 3), room("d", 3))


def names(rooms: tuple[Room, ...]) -> str:
    return "".join(one.id for one in rooms)


def test_the_room_with_the_newest_message_is_first() -> None:
    previews = {"a": said("a", 20), "b": None, "c": said("c", 10), "d": said("d", 30)}
    assert names(order_rooms(ROOMS, previews, ())) == "dacb"
    # A room that was just made is newer than all that was said before.
    assert names(order_rooms((*ROOMS, room("e", 40)), {**previews, "e": None}, ())) == "edacb"


def test_rooms_without_messages_stay_where_they_are() -> None:
    previews = dict.fromkeys("abcd")
    for before in ((), ("a", "b", "c", "d"), ("d", "c", "b", "a")):
        assert names(order_rooms(ROOMS, previews, before)) == "cdba"


def test_nothing_moves_until_all_last_messages_are_known() -> None:
    some = {"a": said("a", 5), "b": said("b", 50)}
    assert names(order_rooms(ROOMS, some, ("a", "d", "b", "c"))) == "adbc"
    assert names(order_rooms((*ROOMS, room("e", 9)), some, ("a", "d", "b", "c"))) == "eadbc"


@pytest.mark.parametrize("kept", [None, "a", 3, {"a": 1}, [1, None]])
def test_what_is_no_order_is_none(kept: object) -> None:
    assert read_order({ROOM_ORDER: kept}) == read_order({}) == ()


async def test_the_order_is_remembered_for_the_account() -> None:
    async with Chat.opened("Tea", "Cake") as chat:
        chat.effects.room_order.remember(chat.account, ("x", "y"))
        await chat.effects.setting_writer.flush(chat.account)
        assert read_order(await chat.db.get_settings()) == ("x", "y")
        chat.effects.room_order.remember(chat.account, ("y", "x"))
        await until(lambda: not chat.effects.setting_writer.is_unsaved(chat.account, ROOM_ORDER))
        assert read_order(await chat.db.get_settings()) == ("y", "x")


async def test_a_room_is_first_as_soon_as_it_is_made() -> None:
    async with Chat.opened("Tea", "Cake") as chat:
        account = chat.account
        await until(lambda: len(account.previews()) == 2)
        creating = chat.effects.rooms.create("Jam")
        rooms = order_rooms(account.rooms() or (), account.previews(), account.room_order())
        assert [one.name for one in rooms] == ["Jam", "Cake", "Tea"]
        await creating
        assert len(account.previews()) == 3
        await chat.hear("hello", rooms[2].id)
        await until(lambda: account.previews()[rooms[2].id] is not None)
        rooms = order_rooms(account.rooms() or (), account.previews(), account.room_order())
        assert [one.name for one in rooms] == ["Tea", "Jam", "Cake"]


def test_as_few_as_can_be_have_moved() -> None:
    assert longest_in_order("dabc", "abcd") == list("abc")
    assert longest_in_order("bcda", "abcd") == list("bcd")
    assert longest_in_order("abcd", "abcd") == list("abcd")
    assert len(longest_in_order("dcba", "abcd")) == 1
    assert longest_in_order("", "") == []
    for seed in range(50):
        now = random.Random(seed).sample(range(9), 9)  # noqa: S311 nothing secret
        kept = longest_in_order(now, range(9))
        assert kept == sorted(kept)
        assert kept == [item for item in now if item in kept]


DAYS = Days(
    **{
        name: int(datetime.fromisoformat(when).timestamp()) * 1_000
        for name, when in {
            "yesterday": "2026-03-28",
            "today": "2026-03-29",
            "tomorrow": "2026-03-30",
            "week": "2026-03-23",
            "year": "2026-01-01",
            "next_year": "2027-01-01",
        }.items()
    }
)


@pytest.mark.parametrize(
    ("when", "nearness"),
    [
        ("2026-03-29T00:00:00", "today"),
        ("2026-03-29T23:59:59", "today"),
        ("2026-03-30T00:00:00", "year"),
        ("2026-03-28T23:59:59", "yesterday"),
        ("2026-03-28T00:00:00", "yesterday"),
        ("2026-03-27T23:59:59", "week"),
        ("2026-03-23T00:00:00", "week"),
        ("2026-03-22T23:59:59", "year"),
        ("2025-12-31T23:59:59", "far"),
        ("2027-01-01T00:00:00", "far"),
    ],
)
def test_how_near_a_day_is(when: str, nearness: Nearness) -> None:
    assert DAYS.nearness(int(datetime.fromisoformat(when).timestamp() * 1_000)) == nearness
