"""Values become text and come back; what has no text is refused by its place."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexeddb._text import decode, encode
from indexeddb.errors import InvalidValue

DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]
CIRCLE: dict[str, Any] = {"inner": []}
CIRCLE["inner"].append(CIRCLE)

zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | moments.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_a_value_comes_back_from_its_text(value: object) -> None:
    assert decode(*encode(value)) == value


def test_a_value_that_is_used_twice_is_stored_twice() -> None:
    shared = {"at": [datetime(2026, 1, 1, tzinfo=UTC)]}
    assert decode(*encode([shared, shared])) == [shared, shared]


def test_what_json_says_is_json() -> None:
    assert encode({"a": [1, None, "x" * 20, "1234567890123456789"]})[0].startswith('{"a":[1,null')
    assert encode(2**53) == ("9007199254740992", [])


def test_moments_come_back_in_utc_cut_to_milliseconds() -> None:
    moment = datetime(2026, 3, 1, 12, 30, 0, 123_999, tzinfo=timezone(timedelta(hours=2)))
    found = decode(*encode([moment]))[0]
    assert found == datetime(2026, 3, 1, 10, 30, 0, 123_000, tzinfo=UTC)
    assert found.tzinfo is UTC


def test_numbers_that_json_lacks() -> None:
    found = decode(*encode({"a": [math.nan, math.inf, -math.inf], "b": -0.0}))
    assert math.isnan(found["a"][0])
    assert found["a"][1:] == [math.inf, -math.inf]
    assert math.copysign(1, found["b"]) == -1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"notes": [{}, {"lines": {1}}]}, r"^notes\[1\]\.lines: a set cannot be stored$"),
        ({"a b": [object()]}, r"^\['a b'\]\[0\]: an object cannot be stored$"),
        (frozenset(), r"^a frozenset cannot be stored$"),
        ({"n": 2**53 + 1}, r"^n: an integer beyond 2\*\*53 .* store it as a string$"),
        ([-(2**5000)], r"^\[0\]: an integer beyond"),
        ({"at": datetime(2026, 1, 1)}, r"^at: a datetime without a time zone"),  # noqa: DTZ001
        ({"at": datetime(2026, 1, 1).date()}, r"^at: a date cannot be stored$"),  # noqa: DTZ001
        (
            [datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))],
            r"^\[0\]: the Date is .* outside",
        ),
        ({"a": {(1, 2): 3}}, r"^a: a tuple cannot be the name of a field"),
        (CIRCLE, r"^inner\[0\]: a dict that holds itself cannot be stored$"),
        (DEEP, r"^the value is nested too deep to be stored$"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_place(value: object, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        encode(value)


@pytest.mark.parametrize("milliseconds", ["null", "8.64e15", "-8.64e15"])
def test_a_date_that_python_cannot_say_is_named_with_its_place(milliseconds: str) -> None:
    text = f'*[{{"days":[{milliseconds}]}},[["date",0,"days",0]]]'
    with pytest.raises(InvalidValue, match=r"^days\[0\]: the Date"):
        decode(text)
