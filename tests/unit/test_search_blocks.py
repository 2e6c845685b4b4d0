"""What the blocks of the search index hold is what was put into them."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from roomkeep.storage.search.numbers import in_all, in_any, pack_set, unpack_set
from roomkeep.storage.search.segments import (
    Postings,
    find_pair,
    find_postings,
    make_pairs_block,
    make_terms_block,
    make_times_block,
    read_times,
)
from roomkeep.storage.search.terms import SoughtTerm
from support.laws import law

COUNT = 400
NUMBERS = st.sets(st.integers(0, COUNT - 1), max_size=COUNT).map(sorted)


@law
@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_law_sets_are_the_same_as_lists_and_as_bitmaps(numbers: list[list[int]]) -> None:
    packed = [pack_set(one, COUNT) for one in numbers]
    sets = [unpack_set(one, COUNT) for one in packed]
    assert in_all(sets) == sorted(set.intersection(*map(set, numbers)))
    assert in_all([in_any(sets, COUNT)]) == sorted(set().union(*numbers))


@law
@given(
    st.lists(st.integers(-(2**53), 2**53), min_size=1, max_size=9)
    | st.lists(st.integers(0, 2**30), min_size=1, max_size=9)
)
def test_law_any_times_come_back(times: list[int]) -> None:
    assert read_times(make_times_block("s", 0, array("q", times))) == times


def test_a_pair_is_found_by_both_its_words() -> None:
    block = make_pairs_block("s", "to", {"be": [1, 5], "the": [*range(COUNT)]}, COUNT)
    assert find_pair(block, "be", COUNT) == {1, 5}
    assert find_pair(block, "the", COUNT) == {*range(COUNT)}
    assert find_pair(block, "th", COUNT) == set()


def test_a_prefix_has_the_messages_of_all_its_words() -> None:
    many = [*range(300)]
    block = make_terms_block("s", "n", {"ten": [1], "tie": [2, 3], "tier": many, "to": [4]}, COUNT)

    def find(text: str, *, is_prefix: bool = False) -> Postings:
        return find_postings(block, SoughtTerm(text=text, is_prefix=is_prefix), COUNT)

    assert find("tie") == Postings(frozenset({2, 3}), [])
    assert find("tier") == Postings(frozenset(), ["term/tier"])
    assert find("ti", is_prefix=True) == Postings(frozenset({2, 3}), ["term/tier"])
    assert find("tin") == Postings(frozenset(), [])
