"""Going to a date in the messages of a channel."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.calendar import months_before
from roomkeep.app.timeline import AROUND, MOST, PAGE, STEP
from roomkeep.models import Message
from support.chat import Chat

DAY = 86_400_000
MANY = 400


@pytest.fixture
async def in_room() -> AsyncIterator[Chat]:
    """A room with a message on every second day."""
    async with Chat.opened("Tea") as made:
        await made.db.save_messages(
            [
                Message(
                    id=f"m{n:04}",
                    room_id=made.room_id,
                    sender_id="bob",
                    sender_name="Bob",
                    content=str(n),
                    timestamp=2 * n * DAY,
                )
                for n in range(MANY)
            ]
        )
        await made.effects.messages.show_latest()
        yield made


async def go(chat: Chat, timestamp: int) -> str | None:
    """Return the id of the message that one comes to, once more of the channel is loaded."""
    await chat.effects.dates.go(timestamp)
    account = chat.account
    assert account.target() == account.message_id()
    assert account.is_target_at_top()
    chat.effects.replies.arrived(account)
    return account.message_id()


async def test_goes_to_a_day_or_to_the_next_one_with_messages(in_room: Chat) -> None:
    assert await go(in_room, 200 * DAY) == "m0100"
    assert await go(in_room, 201 * DAY) == "m0101"
    assert in_room.shown == [str(n) for n in range(101 - AROUND, 101 + AROUND)]


async def test_a_date_beyond_an_end_leads_to_that_end(in_room: Chat) -> None:
    assert await go(in_room, -5 * DAY) == "m0000"
    assert await go(in_room, 5_000 * DAY) == "m0399"
    timeline = in_room.account.timeline()
    assert timeline is not None
    assert timeline.is_at_latest


async def test_first_and_latest(in_room: Chat) -> None:
    in_room.effects.dates.go_to_first()
    await in_room.idle()
    assert in_room.account.message_id() == "m0000"
    assert in_room.shown[0] == "0"
    in_room.effects.dates.go_to_latest()
    await in_room.idle()
    assert in_room.account.message_id() == "m0399"
    assert in_room.shown[-1] == "399"


async def test_who_goes_to_a_date_while_the_latest_are_read_anew_stays_there(in_room: Chat) -> None:
    in_room.effects.dates.go_to_first()
    await asyncio.sleep(0)
    # As where many messages changed at once, and is read later than where one goes to.
    await in_room.effects.messages.load_latest(in_room.account, anew=True)
    await in_room.idle()
    assert in_room.account.message_id() == "m0000"
    assert in_room.shown[0] == "0"


async def test_loads_both_ways_from_there(in_room: Chat) -> None:
    await go(in_room, 400 * DAY)
    await in_room.effects.messages.show_older()
    await in_room.effects.messages.show_newer()
    assert in_room.shown == [str(n) for n in range(200 - AROUND - STEP, 200 + AROUND + STEP)]
    assert len(in_room.shown) <= MOST


async def test_a_room_without_messages_has_no_dates(in_room: Chat) -> None:
    await in_room.effects.rooms.create("Empty")
    await in_room.effects.dates.go(0)
    assert in_room.account.target() is None
    assert in_room.shown == []
    assert in_room.told == []


async def test_who_goes_to_another_room_meanwhile_stays_there(in_room: Chat) -> None:
    await in_room.effects.rooms.create("Hill")
    hill = in_room.room_id
    tea = next(room.id for room in in_room.account.rooms() or () if room.name == "Tea")
    await in_room.effects.rooms.open(tea)
    going = in_room.effects.dates.go(0)
    await in_room.effects.rooms.open(hill)
    await going
    assert in_room.account.room_id() == hill
    assert in_room.account.target() is None
    assert in_room.shown == []


async def test_the_dialog_offers_the_day_that_was_pressed_and_closes(in_room: Chat) -> None:
    in_room.effects.dates.open_dialog(7 * DAY)
    account = in_room.account
    assert (account.dialog(), account.offered_time()) == ("date", 7 * DAY)
    in_room.effects.dates.go(0)
    assert account.dialog() is None


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-12-31", 12, "2025-12-31"),
    ],
)
def test_the_same_day_of_another_month(day: str, months: int, before: str) -> None:
    found = months_before(dt.date.fromisoformat(day), months)
    assert found == dt.date.fromisoformat(before)


@pytest.mark.parametrize("way", ["show_older", "show_newer"])
async def test_where_all_messages_shown_are_deleted_the_latest_are_shown(
    in_room: Chat, way: str
) -> None:
    await go(in_room, 200 * DAY)
    timeline = in_room.account.timeline()
    assert timeline is not None
    in_room.account.timeline.set(timeline.without({one.id for one in timeline.messages}))
    assert in_room.shown == []
    await getattr(in_room.effects.messages, way)()
    assert in_room.told == []
    assert in_room.shown == [str(n) for n in range(MANY - PAGE, MANY)]
