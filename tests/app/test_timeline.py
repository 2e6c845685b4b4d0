"""The window over a room's messages."""

from msgspec.structs import replace

from roomkeep.app.timeline import MOST, PAGE, STEP, Timeline
from roomkeep.models import Message

ROOM = [
    Message(
        id=f"m{n:04}", room_id="r", sender_id="s", sender_name="S", content="", timestamp=n // 3
    )
    for n in range(1_000)
]

BEYOND = MOST // STEP
"""So many steps back, and the end is not in the window any more."""


def page(before: str | None, room: list[Message] = ROOM, *, size: int = PAGE) -> list[Message]:
    end = len(room) if before is None else [message.id for message in room].index(before)
    return room[max(0, end - size) : end]


def next_page(after: str, room: list[Message] = ROOM) -> list[Message]:
    start = [message.id for message in room].index(after) + 1
    return room[start : start + STEP]


def walk_back(timeline: Timeline, steps: int) -> Timeline:
    for _ in range(steps):
        timeline = timeline.with_older(page(timeline.messages[0].id, size=STEP))
    return timeline


def is_part_of_the_room(timeline: Timeline, room: list[Message] = ROOM) -> bool:
    start = room.index(timeline.messages[0])
    return list(timeline.messages) == room[start : start + len(timeline.messages)]


def test_goes_to_the_beginning_and_back_in_bounds() -> None:
    timeline = Timeline.latest(page(None))
    for _ in range(100):
        if not timeline.has_older:
            break
        timeline = walk_back(timeline, 1)
        assert len(timeline.messages) <= MOST
        assert is_part_of_the_room(timeline)
    assert timeline.messages[0] is ROOM[0]
    while not timeline.is_at_latest:
        timeline = timeline.with_newer(next_page(timeline.messages[-1].id))
        assert len(timeline.messages) <= MOST
        assert is_part_of_the_room(timeline)
    assert timeline.messages[-1] is ROOM[-1]
    assert timeline.has_older


def test_begins_in_the_middle_and_reaches_both_ends() -> None:
    timeline = Timeline.around(page("m0500"), ROOM[500 : 500 + PAGE])
    assert is_part_of_the_room(timeline)
    assert (timeline.has_older, timeline.has_newer) == (True, True)
    assert not Timeline.around(page("m0020"), ROOM[20:30]).has_older
    assert Timeline.around(page("m0995"), ROOM[995:]).is_at_latest


def test_what_is_read_twice_is_there_once() -> None:
    timeline = Timeline.around(page("m0500"), ROOM[500 : 500 + PAGE])
    again = timeline.with_newer(ROOM[540:600])
    assert is_part_of_the_room(again)
    assert again.messages[-1] is ROOM[599]
    end = Timeline.latest(page(None))
    assert end.with_records({message.id: message for message in ROOM[-3:]}, ("r", "general")) == end


def test_takes_in_a_message_at_the_end() -> None:
    timeline = Timeline.latest(page(None))
    new = replace(ROOM[-1], id="new", timestamp=9_999)
    assert timeline.with_message(new).messages == (*timeline.messages, new)
    full = Timeline(messages=tuple(ROOM[-MOST:]))
    after = full.with_message(new)
    assert len(after.messages) == MOST
    assert after.has_older
    assert after.messages[-1] is new


def test_takes_in_a_message_between_others() -> None:
    timeline = Timeline.latest(page(None))
    late = replace(timeline.messages[3], id=timeline.messages[3].id + "a")
    ids = [message.id for message in timeline.with_message(late).messages]
    assert ids.index(late.id) == 4


def test_leaves_out_what_lies_outside() -> None:
    timeline = walk_back(Timeline.latest(page(None)), BEYOND)
    assert timeline.with_message(ROOM[0]) is timeline
    assert timeline.with_message(ROOM[-1]) is timeline


def test_a_change_keeps_its_place_also_at_the_edges() -> None:
    timeline = walk_back(Timeline.latest(page(None)), BEYOND)
    for place in (0, 5, -1):
        changed = replace(timeline.messages[place], content="changed")
        after = timeline.with_message(changed)
        assert after.messages[place] == changed
        assert len(after.messages) == len(timeline.messages)


def test_a_message_that_moved_in_time_moves() -> None:
    timeline = Timeline.latest(page(None))
    moved = replace(timeline.messages[0], timestamp=9_999)
    assert timeline.with_message(moved).messages[-1] == moved
    gone = replace(timeline.messages[4], timestamp=-1)
    assert gone.id not in {message.id for message in timeline.with_message(gone).messages}


def test_leaves_messages_out() -> None:
    timeline = Timeline.latest(page(None))
    assert timeline.without({"elsewhere"}) is timeline
    assert len(timeline.without({timeline.messages[2].id}).messages) == PAGE - 1


def test_an_empty_room_takes_its_first_message() -> None:
    timeline = Timeline.latest([])
    assert not timeline.has_older
    assert timeline.with_message(ROOM[0]).messages == (ROOM[0],)


def test_order_of_equal_times_is_the_databases() -> None:
    # U+FF5E comes before U+1F600 as a code point, but after it in UTF-16.
    first, second = (replace(ROOM[0], id=name) for name in ("\U0001f600", "\uff5e"))
    timeline = Timeline.latest([]).with_message(second).with_message(first)
    assert timeline.messages == (first, second)
