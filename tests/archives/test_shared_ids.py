"""Which ids an archive uses in several rooms."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.archives import shared_ids
from roomkeep.archives.limits import MAX_ROOMS
from roomkeep.archives.shared_ids import MAX_ROOM_NUMBER, SharedIds
from support.laws import law

IDS = [str(number) for number in range(8)]


@law
@given(uses=st.lists(st.tuples(st.integers(0, MAX_ROOM_NUMBER), st.sampled_from(IDS))))
def test_law_an_id_is_shared_when_several_rooms_use_it(uses: list[tuple[int, str]]) -> None:
    shared = SharedIds()
    for room_number, id_ in uses:
        shared.add(room_number, id_)
    steps = sum(1 for _ in shared.finish())
    assert steps == shared_ids._BUCKETS
    for id_ in IDS:
        assert (id_ in shared) == (len({room for room, used in uses if used == id_}) > 1)


def test_ids_of_one_hash_are_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_ids, "_HASH_MASK", 0)
    shared = SharedIds()
    shared.add(0, "a")
    shared.add(1, "b")
    list(shared.finish())
    assert "a" in shared


def test_each_use_takes_eight_bytes() -> None:
    shared = SharedIds()
    for number in range(100_000):
        shared.add(number % (MAX_ROOMS + 1), str(number % 3_000))
    assert array("Q").itemsize == 8
    assert sum(map(len, shared._uses)) == 100_000
    assert MAX_ROOMS <= MAX_ROOM_NUMBER
