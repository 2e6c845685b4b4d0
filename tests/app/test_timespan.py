"""The span of time of the open channel: where a scrubber is shown, and what its places mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.app.timeline import MOST
from roomkeep.app.timespan import TimeSpan
from support.chat import Chat, until
from support.make import message

DAY = 86_400_000
TIMES = st.integers(-(10**14), 10**14)


@given(first=TIMES, length=st.integers(1, 10**14), place=st.floats(-1, 2))
def test_law_a_place_is_that_of_its_time(first: int, length: int, place: float) -> None:
    span = TimeSpan(first, first + length)
    time = span.time(place)
    assert span.first <= time <= span.last
    assert abs(span.place(time) - min(1, max(0, place))) <= 1 / length + 1e-9
    assert (span.place(first - 1), span.place(first + length + 1)) == (0, 1)


def test_a_span_grows_by_what_is_shown() -> None:
    span = TimeSpan(5, 9)
    assert [span.including(time) for time in (4, 7, 10)] == [
        TimeSpan(4, 9),
        span,
        TimeSpan(5, 10),
    ]


async def test_only_a_long_channel_has_a_span() -> None:
    async with Chat.opened("Pots", "Tea") as chat:
        account, room_id = chat.account, chat.room_id
        many = [message(f"m{n}", room_id=room_id, timestamp=n * DAY) for n in range(MOST + 1)]
        elsewhere = message("x", room_id=room_id, channel_id="c2")
        await chat.db.save_messages([*many[:-1], elsewhere])
        await chat.effects.timespans.measure()
        assert account.span() is None
        await chat.db.save_message(many[-1])
        await chat.effects.timespans.measure()
        assert account.span() == TimeSpan(0, MOST * DAY)
        chat.effects.rooms.open(next(r.id for r in account.rooms() or () if r.name == "Pots"))
        await until(lambda: chat.account.timeline() is not None)
        assert account.span() is None


async def test_a_channel_of_few_days_has_none() -> None:
    async with Chat.opened("Tea") as chat:
        room_id = chat.room_id
        many = [message(f"m{n}", room_id=room_id, timestamp=n * 1_000) for n in range(MOST + 1)]
        await chat.db.save_messages(many)
        await chat.effects.timespans.measure()
        assert chat.account.span() is None


async def test_an_import_into_the_open_channel_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roomkeep.app.effects.timespans.AFTER", 0)
    async with Chat.opened("Tea") as chat:
        room_id = chat.room_id
        # What opening the channel has planned is over.
        await until(lambda: chat.effects.timespans._timer is None)
        await chat.idle()
        many = [message(f"m{n}", room_id=room_id, timestamp=n * DAY) for n in range(MOST + 1)]
        await chat.db.save_messages(many)
        await until(lambda: chat.account.span() == TimeSpan(0, MOST * DAY))
