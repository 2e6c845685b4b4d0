"""Makes the blocks of a segment, as `segments` describes them."""

import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from roomkeep.storage.search.numbers import pack_numbers, pack_set
from roomkeep.storage.search.segments import (
    COMMON,
    ROOMS,
    SHORT,
    TIMES,
    Block,
    IndexedMessage,
    Run,
    name_long,
    name_terms,
    name_times,
)
from roomkeep.storage.search.terms import pairs_of, term_head, terms_of
from roomkeep.storage.search.tokens import words

__all__ = ["Packer"]

_COMMON_SHARE: Final = 48
"""A word in more than one of so many messages is common."""


class Packer:
    """Makes the blocks of a segment from its messages, in the order of room, channel and time."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers: dict[str, list[int]] = {}
        self._terms: defaultdict[str, list[str]] = defaultdict(list)
        self._times = array("q")
        self._runs: list[Run] = []
        self._words: list[list[str]] = []
        self._common: set[str] = set()

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
        self._words.append([*map(sys.intern, found)])
        self._list(terms_of(found), number)

    def add_pairs(self) -> Iterator[None]:
        """Take in the pairs of common words, once all messages are here; yield now and then."""
        most = max(SHORT, self.count // _COMMON_SHARE)
        self._common = {term for term, numbers in self._numbers.items() if len(numbers) > most}
        for number, found in enumerate(self._words):
            self._list(pairs_of(found, self._common), number)
            yield
        self._words.clear()

    def blocks(self, segment: str) -> Iterator[Block]:
        """Yield the blocks of the segment with this id."""
        if not self.count:
            return
        yield Block(segment=segment, name=ROOMS, text=msgspec.json.encode(self._runs).decode())
        for start in range(0, self.count, TIMES):
            data = _pack_times(self._times[start : start + TIMES])
            yield Block(segment=segment, name=name_times(start // TIMES), data=data)
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for head, terms in self._terms.items():
            groups[name_terms(head, self.count)] += terms
        for name, terms in groups.items():
            yield from self._group(segment, name, sorted(terms))

    def _list(self, terms: Iterable[str], number: int) -> None:
        """List a message under some terms."""
        for term in terms:
            if (numbers := self._numbers.get(term)) is None:
                numbers = self._numbers[term] = []
                self._terms[term_head(term)].append(term)
            numbers.append(number)

    def _group(self, segment: str, name: str, terms: Sequence[str]) -> Iterator[Block]:
        sizes, numbers = bytearray(), list[int]()
        for term in terms:
            found = self._numbers[term]
            if len(found) <= SHORT:
                sizes.append(len(found))
                numbers.extend(found)
            else:
                sizes.append(COMMON if term in self._common else 0)
                data = pack_set(found, self.count)
                yield Block(segment=segment, name=name_long(term), data=data)
        text = "\n".join(("", *terms, ""))
        data = bytes(sizes) + pack_numbers(numbers, self.count)
        yield Block(segment=segment, name=name, text=text, data=data)


def _pack_times(times: "array[int]") -> bytes:
    if sys.byteorder != "little":
        times = times[:]
        times.byteswap()
    return times.tobytes()
