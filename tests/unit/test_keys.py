"""Keys compare in Python as IndexedDB compares them."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexeddb.errors import InvalidKey
from indexeddb.keys import Key, KeyRange, compare, extract_key, prefix_of, sort_key

SORTED: list[Key] = [
    float("-inf"),
    -(2**53),
    -1.5,
    0,
    1,
    float("inf"),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, tzinfo=UTC),
    datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
    datetime(2026, 1, 1, 0, 0, 0, 1_000, tzinfo=UTC),
    "",
    "A",
    "a",
    "aa",
    "é",
    "\U0001f600",
    "\uff5e",
    b"",
    b"\0",
    b"\1",
    (),
    (1,),
    (1, "a"),
    ("a",),
    ("a", "a"),
    ((),),
]
CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)
NO_KEYS: list[Any] = [
    None,
    True,
    float("nan"),
    2**53 + 1,
    {"a": 1},
    {1},
    object(),
    bytearray(b"x"),
    datetime(2026, 1, 1),  # noqa: DTZ001
    ("a", datetime(2026, 1, 1)),  # noqa: DTZ001
    date(2026, 1, 1),
    ("a", None),
    [[True]],
    CIRCLE,
]
CHARACTERS = "ab\ud7ff\ue000\uffff\U00010000\U0010ffff"


def units(text: str) -> list[int]:
    data = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[place : place + 2]) for place in range(0, len(data), 2)]


def test_the_order_is_the_specifications() -> None:
    shuffled = SORTED[7:] + SORTED[:7]
    assert sorted(shuffled, key=sort_key) == SORTED


def test_a_moment_is_the_same_key_in_every_time_zone_and_exact_to_the_millisecond() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    same = noon.astimezone(timezone(timedelta(hours=-5)))
    assert sort_key(noon) == sort_key(same) == sort_key(noon + timedelta(microseconds=999))
    assert KeyRange(noon, noon + timedelta(days=1)).includes(same)
    assert not KeyRange(upper=noon).includes(noon + timedelta(milliseconds=1))
    assert extract_key({"at": noon}, "at") == noon
    assert extract_key({"at": noon.replace(tzinfo=None)}, "at") is None


def test_two_keys_compare_as_the_specification_says() -> None:
    for place, key in enumerate(SORTED):
        assert [compare(key, other) for other in SORTED] == [
            (place > at) - (place < at) for at in range(len(SORTED))
        ]


@given(st.text(), st.text())
def test_strings_compare_by_utf_16_code_unit(left: str, right: str) -> None:
    assert (sort_key(left) < sort_key(right)) == (units(left) < units(right))


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_is_no_key_is_refused_everywhere(key: Any) -> None:
    for one, other in ((key, 1), (1, key)):
        with pytest.raises(InvalidKey):
            compare(one, other)
    for make in (sort_key, KeyRange.only, KeyRange().includes, KeyRange.starting_with):
        with pytest.raises(InvalidKey):
            make(key)
    if key is not None:
        for bounds in ({"lower": key}, {"upper": key}):
            with pytest.raises(InvalidKey):
                KeyRange(**bounds)


@pytest.mark.parametrize(
    ("lower", "upper", "is_open"),
    [(2, 1, {}), ("a", 1, {}), (1, 1, {"lower_open": True}), (1, 1.0, {"upper_open": True})],
)
def test_a_range_in_which_no_key_can_lie_is_refused(
    lower: Key, upper: Key, is_open: dict[str, bool]
) -> None:
    with pytest.raises(InvalidKey, match="no key lies between"):
        KeyRange(lower, upper, **is_open)


@pytest.mark.parametrize("lower", [None, *SORTED[3:24:4]])
@pytest.mark.parametrize("upper", [None, *SORTED[3:24:4]])
@pytest.mark.parametrize("lower_open", [False, True])
@pytest.mark.parametrize("upper_open", [False, True])
def test_a_range_includes_what_lies_between_its_bounds(
    lower: Key | None, upper: Key | None, lower_open: bool, upper_open: bool
) -> None:
    try:
        query = KeyRange(lower, upper, lower_open, upper_open)
    except InvalidKey:
        return
    start = 0 if lower is None else SORTED.index(lower) + lower_open
    end = len(SORTED) if upper is None else SORTED.index(upper) + (not upper_open)
    assert [key for key in SORTED if query.includes(key)] == SORTED[start:end]


@given(st.text(CHARACTERS, max_size=3), st.text(CHARACTERS, max_size=4))
def test_the_range_of_a_prefix_is_all_strings_that_begin_so(prefix: str, text: str) -> None:
    query = KeyRange.prefix(prefix)
    assert query.includes(text) == text.startswith(prefix)
    assert query.includes(prefix + text)
    assert prefix_of(query) == prefix
    for bound in (query.lower, query.upper):
        if isinstance(bound, str):
            bound.encode()  # no half of a surrogate pair


@pytest.mark.parametrize(
    ("prefix", "upper"),
    [
        ("a", "b"),
        ("a\ud7ff", "a\U00010000"),
        ("a\U0010ffff", "a\ue000"),
        ("a\uffff", "b"),
        ("\uffff\uffff", b""),
        ("", b""),
    ],
)
def test_a_prefix_ends_before_the_next_character_in_utf_16(prefix: str, upper: Key) -> None:
    assert KeyRange.prefix(prefix) == KeyRange(prefix, upper, upper_open=True)
    assert not KeyRange.prefix(prefix).includes(upper)


def test_the_empty_prefix_is_all_strings_and_nothing_else() -> None:
    query = KeyRange.prefix("")
    assert [key for key in SORTED if query.includes(key)] == SORTED[10:17]


def test_a_prefix_cannot_end_in_half_a_character() -> None:
    with pytest.raises(InvalidKey, match="surrogate"):
        KeyRange.prefix("a\ud83d")


@pytest.mark.parametrize(
    "query",
    [
        KeyRange(),
        KeyRange("a", "b"),
        KeyRange("a", "c", upper_open=True),
        KeyRange("a", "b", lower_open=True, upper_open=True),
        KeyRange("\ud83d", "\ud83e", upper_open=True),
        KeyRange.only("a"),
        KeyRange.starting_with("a"),
    ],
)
def test_other_ranges_are_of_no_prefix(query: KeyRange) -> None:
    assert prefix_of(query) is None


def test_a_record_has_a_key_where_each_part_is_one() -> None:
    record = {"a": "x", "n": 1, "flag": True, "none": None, "in": {"b": b"y"}, "list": ["x", 1]}
    assert extract_key(record, "a") == "x"
    assert extract_key(record, ("a", "n")) == ("x", 1)
    assert extract_key(record, "in.b") == b"y"
    assert extract_key(record, "list") == ["x", 1]
    for path in ["flag", "none", "missing", "in", "a.b", ("a", "missing"), ("a", "flag")]:
        assert extract_key(record, path) is None
    assert extract_key({"n": float("nan")}, "n") is None
    assert extract_key(record, "") is None
    assert extract_key(record, ("a", "")) is None
    assert extract_key({"": "x"}, "") is None


def test_a_range_of_beginnings_ends_after_all_that_begin_so() -> None:
    found = KeyRange.starting_with("r1")
    inside: list[Key] = [("r1",), ("r1", -1), ("r1", "x"), ("r1", 5, "x")]
    outside: list[Key] = [("r", 9), ("r1\0", 0), ("r2", 0), "r1"]
    assert all(found.includes(key) for key in inside)
    assert not any(found.includes(key) for key in outside)
