"""Finding rooms and channels, and the lines that the list of rooms shows."""

import pytest
from msgspec.structs import replace

from roomkeep.app.channel_search import find_places
from roomkeep.app.channels import can_remove, channels_of, moved, numbered, successor
from roomkeep.app.limits import check_icon, check_topic
from roomkeep.app.previews import badge, preview
from roomkeep.errors import InvalidRecord
from roomkeep.models import DELETED_MESSAGE_CONTENT, Channel, Message, Room


def room(name: str, *channels: str) -> Room:
    made = tuple(
        Channel(
            id="general" if c == "general" else f"c-{c}",
            name=c.removesuffix("!"),
            type="voice" if c.endswith("!") else "text",
            position=number,
        )
        for number, c in enumerate(channels)
    )
    return Room(id=name.lower(), name=name, host_id="h", created_at=1, channels=made)


TEA = room("Tea", "general", "brewing")
CAFE = room("Café society", "general")
TEAM = room("Team", "general", "teapots")
ROOMS = [TEA, CAFE, TEAM]


def names(query: str, **options: object) -> list[str]:
    recent = options.get("recent", ())
    found = find_places(ROOMS, query, recent, options.get("at"))  # type: ignore[arg-type]
    return [f.room.name + ("" if f.channel is None else f"/{f.channel.name}") for f in found]


def test_the_best_comes_first() -> None:
    assert names("tea") == ["Tea", "Team", "Team/teapots"]
    assert names("pot") == ["Team/teapots"]
    assert names("team gen") == ["Team/general"]
    assert names("nowhere") == []


def test_what_one_does_not_type_does_not_count() -> None:
    assert names("CAFE") == ["Café society"]
    assert names("#brewing") == ["Tea/brewing"]
    assert names("soc") == ["Café society"]


def test_of_equals_the_recent_come_first() -> None:
    assert names("general", recent=[("team", "general")]) == ["Team/general", "Tea/general"]


def test_without_a_query_the_recent_come_first_and_not_the_open_one() -> None:
    recent = [("tea", "general"), ("café society", "general"), ("tea", "c-brewing")]
    assert names("", recent=recent, at=("tea", "general")) == [
        "Café society",
        "Tea/brewing",
        "Team",
        "Team/general",
        "Team/teapots",
    ]


def test_a_room_always_has_a_channel_for_text() -> None:
    assert [c.id for c in channels_of(room("Old"))] == ["general"]
    assert [c.id for c in channels_of(room("Talk", "parlour!"))] == ["general", "c-parlour!"]


def test_channels_move_one_place() -> None:
    channels = channels_of(room("R", "a", "b", "c"))
    assert [c.name for c in moved(channels, "c-c", -1)] == ["a", "c", "b"]
    assert [c.name for c in moved(channels, "c-a", 2)] == ["b", "c", "a"]
    assert [c.position for c in moved(channels, "c-c", -2)] == [0, 1, 2]
    assert [c.name for c in moved(channels, "c-c", -9)] == ["c", "a", "b"]
    assert moved(channels, "c-a", -1) == channels
    assert moved(channels, "c-c", 1) == channels
    assert moved(channels, "nobody", -1) == channels
    assert numbered(channels[1:])[0].position == 0


def test_some_channels_stay() -> None:
    general, brewing = channels_of(TEA)
    assert not can_remove(TEA, general)
    assert can_remove(TEA, brewing)
    assert successor(TEA, brewing.id) == general
    alone = room("R", "only", "talk!")
    only, talk = channels_of(alone)
    assert not can_remove(alone, only)
    assert can_remove(alone, talk)


def test_the_last_message_fits_a_line() -> None:
    said = Message(
        id="m",
        room_id="r",
        sender_id="bob",
        sender_name="Bob",
        content="one\n two" + " x" * 200,
        timestamp=1,
    )
    assert preview(said, "ada").startswith("Bob: one two x x")
    assert len(preview(said, "ada")) <= 130
    assert preview(said, "bob").startswith("You: one")
    assert preview(replace(said, content=""), "ada") == "Bob: File"
    assert preview(replace(said, content="it *works* `now`"), "ada") == "Bob: it works now"
    gone = replace(said, content=DELETED_MESSAGE_CONTENT, is_deleted=True)
    assert preview(gone, "ada") == "Message deleted"
    assert preview(None, "ada") == "No messages yet"


def test_large_counts_are_short() -> None:
    assert [badge(count) for count in (1, 99, 100)] == ["1", "99", "99+"]


@pytest.mark.parametrize("icon", ["🍵", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "TEA", "é"])
def test_an_icon_is_an_emoji_or_some_letters(icon: str) -> None:
    assert check_icon(f" {icon} ") == icon


def test_an_icon_that_is_no_icon_is_told() -> None:
    assert check_icon("  ") is None
    with pytest.raises(InvalidRecord):
        check_icon("four")
    with pytest.raises(InvalidRecord):
        check_icon("e" + "\u0301" * 100)


def test_a_topic_is_one_line() -> None:
    assert check_topic(" hot \n tea ") == "hot tea"
    assert check_topic(" ") is None
    assert check_topic("x" * 250) == "x" * 250
    with pytest.raises(InvalidRecord):
        check_topic("x" * 251)
