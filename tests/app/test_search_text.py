"""The text of a search as it is typed, what is suggested for it, and excerpts of messages."""

import datetime as dt

import pytest
from msgspec.structs import replace

from roomkeep.app.search_suggestions import suggest
from roomkeep.app.search_text import (
    add_filter,
    excerpt,
    filter_at,
    filters_of,
    put_value,
    ready_text,
    what_is_wrong,
)
from roomkeep.models import Channel, Room, RoomMember, User

ADA = User(oder_id="ada", username="ada", display_name="Ada Lovelace")
BOB = RoomMember(oder_id="bob", username="bobby", display_name="Bob Brown")
TEA = Room(
    id="tea",
    name="Tea Time",
    host_id="ada",
    created_at=1,
    channels=(
        Channel(id="general", name="general", type="text", position=0),
        Channel(id="cakes", name="cakes", type="text", position=1),
        Channel(id="call", name="call", type="voice", position=2),
    ),
    members=(RoomMember(oder_id="ada", username="ada", display_name="Ada Lovelace"), BOB),
)
HILL = Room(
    id="hill",
    name="Hill",
    host_id="cy",
    created_at=2,
    members=(BOB, RoomMember(oder_id="cy", username="cy", display_name="Cy")),
)


def offered(text: str, *, room: Room | None = None) -> list[str]:
    at = filter_at(text, len(text))
    assert at is not None
    found = suggest(at, user=ADA, rooms=(TEA, HILL), room=room, today=dt.date(2026, 3, 1))
    return [one.value or one.kind for one in found]


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("", ""),
        ("  ", ""),
        ("gard", "gard*"),
        ("tea gard", "tea gard*"),
        ("tea ", "tea"),
        ("gard*", "gard*"),
        ("tea -cak", "tea -cak"),
        ('"tea ga', '"tea ga'),
        ("from:", ""),
        ("tea from:", "tea"),
        ("from: tea", "tea*"),
        ("from:ada", "from:ada"),
        ("has:pi", ""),
        ("has:pi tea", "has:pi tea*"),
        ("has:file", "has:file"),
        ("has:cake", "has:cake"),
        ("on:20", ""),
        ("on:2024", "on:2024"),
        ("on:2024-", ""),
        ("on:2024-1", "on:2024-1"),
        ("on:2024-0 tea", "on:2024-0 tea*"),
        ("on:monday", "on:monday"),
        ("https://on:8", "https://on:8*"),
    ],
)
def test_the_last_word_is_a_beginning_and_a_filter_waits_for_its_value(
    typed: str, searched: str
) -> None:
    assert ready_text(typed) == searched


def test_filters_are_told_from_words_and_phrases() -> None:
    found = filters_of('tea from:"Ada Lovelace" "in:side" x-in:y has:file')
    assert [(one.key, one.value) for one in found] == [("from", "Ada Lovelace"), ("has", "file")]


def test_a_filter_is_typed_in_from_its_colon_to_its_end() -> None:
    text = 'from:ada tea in:"Tea Time" on:'
    keys = {caret: one.key for caret in range(len(text) + 1) if (one := filter_at(text, caret))}
    assert {caret for caret, key in keys.items() if key == "from"} == set(range(5, 9))
    # Behind the closing quotes it has its value.
    assert {caret for caret, key in keys.items() if key == "in"} == set(range(16, 26))
    assert {caret for caret, key in keys.items() if key == "on"} == {30}


def test_a_value_is_put_into_its_filter() -> None:
    assert add_filter("", "from") == "from:"
    assert add_filter("tea ", "in") == "tea in:"
    at = filter_at("from:ad tea", 7)
    assert at is not None
    assert put_value("from:ad tea", at, 'Ada "A" Lovelace') == ('from:"Ada A Lovelace" tea', 22)
    at = filter_at("has:", 4)
    assert at is not None
    assert put_value("has:", at, "file") == ("has:file ", 9)


def test_says_which_filter_is_wrong() -> None:
    assert what_is_wrong("has:cake on:2024-05") == "has"
    assert what_is_wrong("has:file on:2024-13") == "date"


def test_people_are_suggested_by_any_word_of_their_names() -> None:
    assert offered("from:") == ["me", "Bob Brown", "Cy"]
    assert offered("from:LOVE") == ["me"]
    assert offered("from:brown") == offered("from:bobb") == ["Bob Brown"]
    assert offered("from:rown") == []
    assert offered("from:", room=TEA) == ["me", "Bob Brown"]


def test_rooms_and_channels_are_suggested_where_they_can_be_searched() -> None:
    assert offered("in:") == ["Tea Time", "general", "cakes", "Hill"]
    assert offered('in:"tea t') == ["Tea Time"]
    assert offered("in:", room=TEA) == ["general", "cakes"]
    assert offered("in:cak", room=TEA) == ["cakes"]
    assert offered("in:", room=HILL) == []


def test_a_name_that_several_channels_have_is_suggested_once() -> None:
    other = replace(HILL, channels=TEA.channels)
    at = filter_at("in:gen", 6)
    assert at is not None
    found = suggest(at, user=ADA, rooms=(TEA, other), room=None, today=dt.date(2026, 3, 1))
    assert [(one.value, one.note) for one in found] == [("general", "")]


def test_kinds_and_dates_are_suggested() -> None:
    assert offered("has:") == ["file", "link", "picture"]
    assert offered("has:p") == ["picture"]
    assert offered("has:picture") == []
    assert offered("on:") == ["2026-03-01", "2026-02-28", "2026-03", "2026", "calendar"]
    assert offered("on:2026-02") == ["2026-02-28", "calendar"]
    assert offered("on:2024-0") == ["calendar"]
    assert offered("on:2024-05-31") == offered("on:2026-03-01") == []


def shown(content: str, *words: str) -> str:
    places = sorted((content.index(word), content.index(word) + len(word)) for word in words)
    pieces = excerpt(content, places)
    return "".join(f"[{one.text}]" if one.is_match else one.text for one in pieces)


def test_an_excerpt_marks_the_matches_on_one_line() -> None:
    assert shown("The tea\n\tis  ready", "tea", "ready") == "The [tea] is [ready]"
    assert shown("nothing marked") == "nothing marked"
    assert shown("") == ""


def test_an_excerpt_is_shortened_around_the_first_match() -> None:
    words = " ".join(f"word{n}" for n in range(200))
    said = shown(words, "word100", "word199")
    assert said.startswith("…word9")
    assert said.endswith("…")
    assert "[word100]" in said
    assert said.index("[word100]") < 50
    # Nor is a letter taken from its marks, where no word begins.
    said = shown("e\u0301" * 200 + "xtea", "tea")
    assert said[1] == "e"
    assert said.endswith("x[tea]")
