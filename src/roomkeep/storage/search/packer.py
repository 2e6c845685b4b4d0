"""Makes the blocks of a segment, as `segments` describes them."""

import sys
from array import array
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from roomkeep.storage.search.numbers import pack_set
from roomkeep.storage.search.segments import (
    ROOMS,
    TIMES,
    Block,
    IndexedMessage,
    Run,
    is_common,
    make_pairs_block,
    make_terms_block,
    make_times_block,
    name_long,
    name_terms,
)
from roomkeep.storage.search.terms import pairs_of, terms_of
from roomkeep.storage.search.tokens import words

__all__ = ["Packer"]

_STEP: Final = 64
"""So many messages or terms are worked upon between two blocks, if these take long to make."""


class Packer:
    """Makes the blocks of a segment from its messages, in the order of room, channel and time."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers: defaultdict[str, array[int]] = defaultdict(_new_numbers)
        self._times = array("q")
        self._runs: list[Run] = []
        self._words: list[tuple[str, ...]] = []

    def add(self, message: IndexedMessage) -> None:
        """Take in a message."""
        number = self.count
        self.count += 1
        self._times.append(message.timestamp)
        channel = (message.room_id, message.channel_id)
        if self._runs and self._runs[-1][:2] == channel:
            self._runs[-1] = Run(*channel, self._runs[-1].length + 1)
        else:
            self._runs.append(Run(*channel, 1))
        found = words(message.content)
        # Which of them are common is known at the end. Many are the same, and take space once.
        self._words.append(tuple(map(sys.intern, found)))
        for term in terms_of(found):
            self._numbers[term].append(number)

    def blocks(self, segment: str) -> Iterator[Block | None]:
        """Yield the blocks of the segment with this id, once all messages are here.

        Where that takes some time, it yields None in between.
        """
        if not self.count:
            return
        rooms = msgspec.json.encode(self._runs).decode()
        yield Block(segment=segment, name=ROOMS, text=rooms)
        for start in range(0, self.count, TIMES):
            times = self._times[start : start + TIMES]
            yield make_times_block(segment, start // TIMES, times)
        yield from self._blocks_of_pairs(segment)
        yield from self._blocks_of_terms(segment)

    def _blocks_of_pairs(self, segment: str) -> Iterator[Block | None]:
        common = {term for term, numbers in self._numbers.items() if is_common(numbers)}
        pairs: defaultdict[str, defaultdict[str, array[int]]]
        pairs = defaultdict(lambda: defaultdict(_new_numbers))
        for number, found in enumerate(self._words):
            for first, second in pairs_of(found, common):
                pairs[first][second].append(number)
            if not number % _STEP:
                yield None
        for word, following in pairs.items():
            yield make_pairs_block(segment, word, following, self.count)

    def _blocks_of_terms(self, segment: str) -> Iterator[Block | None]:
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for number, (term, found) in enumerate(self._numbers.items()):
            groups[name_terms(term)].append(term)
            if is_common(found):
                data = pack_set(found, self.count)
                yield Block(segment=segment, name=name_long(term), data=data)
            if not number % _STEP:
                yield None
        for name, terms in groups.items():
            numbers = {term: self._numbers[term] for term in sorted(terms)}
            yield make_terms_block(segment, name, numbers, self.count)


def _new_numbers() -> "array[int]":
    # Unlike a list, it is nothing that the garbage collector would look at, again and again.
    return array("I")
