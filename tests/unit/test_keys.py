"""Keys compare in Python as IndexedDB compares them."""

from hypothesis import given
from hypothesis import strategies as st

from roomkeep.idb import Key, KeyRange
from roomkeep.persistence.keys import key_at, order

SORTED: list[Key] = [
    -(2**53),
    -1.5,
    0,
    1,
    float("inf"),
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


def test_the_order_is_the_specifications() -> None:
    shuffled = SORTED[7:] + SORTED[:7]
    assert sorted(shuffled, key=order) == SORTED


@given(st.text(), st.text())
def test_strings_compare_by_utf_16_code_unit(left: str, right: str) -> None:
    def units(text: str) -> list[int]:
        data = text.encode("utf-16-be", "surrogatepass")
        return [int.from_bytes(data[place : place + 2]) for place in range(0, len(data), 2)]

    assert (order(left) < order(right)) == (units(left) < units(right))


def test_a_record_has_a_key_where_each_part_is_one() -> None:
    record = {"a": "x", "n": 1, "flag": True, "none": None}
    assert key_at(record, "a") == "x"
    assert key_at(record, ("a", "n")) == ("x", 1)
    for path in ["flag", "none", "missing", ("a", "missing"), ("a", "flag")]:
        assert key_at(record, path) is None


def test_a_range_of_beginnings_ends_after_all_that_begin_so() -> None:
    found = KeyRange.starting_with("r1")
    assert found.lower is not None
    assert found.upper is not None
    inside = [("r1",), ("r1", -1), ("r1", "x"), ("r1", 5, "x")]
    outside = [("r", 9), ("r1\0", 0), ("r2", 0), "r1"]
    assert all(order(found.lower) <= order(key) <= order(found.upper) for key in inside)
    assert not any(order(found.lower) <= order(key) <= order(found.upper) for key in outside)
