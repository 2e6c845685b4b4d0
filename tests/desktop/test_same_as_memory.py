"""Any calls, on data some of which cannot be read: the desktop does and tells what memory does."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, note, seed, settings
from hypothesis import strategies as st

from roomkeep.persistence import Change
from support import long_run
from support.calls import Call, beginnings, messages_ids, rooms_ids, steps, times
from support.comparison import Subject, outcome
from support.desktop_world import DesktopWorld
from support.laws import law
from support.make import stored_message
from support.worlds import MemoryWorld, World

UNREADABLE: list[dict[str, Any]] = [
    {"content": 7},
    {"content": None},
    {"timestamp": 1.5},
    {"senderId": ""},
    {"isDeleted": "no"},
    {"reactions": "none"},
]
# Each with the step before which it comes, and where.
plants = st.tuples(
    st.integers(0, 30), messages_ids, rooms_ids, times, st.sampled_from([{}, *UNREADABLE])
)


@pytest.fixture
async def worlds() -> AsyncIterator[tuple[World, World]]:
    both = MemoryWorld(), DesktopWorld()
    yield both
    for world in both:
        await world.reset()


@seed(long_run.SEED)
@settings(law, max_examples=long_run.examples(10))
@given(
    beginning=beginnings,
    rest=st.lists(steps, min_size=15, max_size=30),
    planted=st.lists(plants, max_size=3),
)
async def test_any_sequence_of_calls_does_and_tells_the_same(
    worlds: tuple[World, World],
    beginning: tuple[Call, ...],
    rest: list[Call],
    planted: list[tuple[int, str, str, int, dict[str, Any]]],
) -> None:
    subjects: list[Subject] = []
    heard: tuple[list[Change], list[Change]] = ([], [])
    for world in worlds:
        await world.reset()
        subjects.append(Subject(world, await world.service()))

    def listen() -> None:
        for subject, changes in zip(subjects, heard, strict=True):
            subject.service.subscribe(changes.append)

    listen()
    for number, (name, args, kwargs) in enumerate((*beginning, *rest)):
        note(f"{name}(*{args!r}, **{kwargs!r})")
        for at, id_, room_id, timestamp, harm in planted:
            if at == number:
                place: dict[str, Any] = {"roomId": room_id, "channelId": "general"}
                record = stored_message(id_, **place, **({"timestamp": timestamp} | harm))
                await plant(subjects, record)
        for changes in heard:
            changes.clear()
        if name == "count_rows":
            reports = [await subject.service.get_storage_report() for subject in subjects]
            assert reports[0].rows == reports[1].rows
        else:
            did = [await outcome(each.method(name), args, kwargs) for each in subjects]
            assert did[0] == did[1]
        if name == "reopen":
            listen()
        assert told(heard[0]) == told(heard[1])
        unreadable = [
            {(one.store, one.key, one.field, one.reason) for one in each.service.unreadable_records}
            for each in subjects
        ]
        assert unreadable[0] == unreadable[1]


async def plant(subjects: list[Subject], record: dict[str, Any]) -> None:
    """Put a message there, past the service, unless there is one."""
    user_id = subjects[0].service.current_user_id
    for subject in subjects:
        stored = await subject.world.stored("messages", user_id)
        if record["id"] not in {message["id"] for message in stored}:
            await subject.world.plant("messages", record, user_id=user_id)


def told(changes: list[Change]) -> list[tuple[str, str, frozenset[object], str | None]]:
    """Return what was told; the keys of one change are in no order."""
    return [(one.store, one.action, frozenset(one.keys), one.room_id) for one in changes]
