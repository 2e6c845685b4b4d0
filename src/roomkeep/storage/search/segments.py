"""Segments: the messages of a span of time, packed so that the few that have a term are found.

An index is a row of segments, the newest first when it is read. A segment is made whole from the
messages of its span, and replaced whole when one of them changes. Its messages have numbers, in the
order of room, channel and time. It consists of blocks:

| name | what it holds |
|---|---|
| `terms/N` | the terms of some heads, sorted, each between line feeds; how many numbers each has, |
| | a byte each; and the numbers themselves |
| `term/TERM` | the set of the numbers of a term that has more than `SHORT`; its byte above is 0 |
| `rooms` | the runs of messages of one channel, as JSON |
| `times/N` | the times of `TIMES` messages, 8 bytes each |
"""

import sys
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from roomkeep.models import (
    DEFAULT_CHANNEL_ID,
    MAX_LENGTH,
    Count,
    Id,
    Milliseconds,
    Record,
    TimeBound,
)
from roomkeep.storage.search.numbers import (
    pack_numbers,
    pack_set,
    set_of,
    unpack_numbers,
    width_of,
)
from roomkeep.storage.search.terms import SoughtTerm, term_head, terms_of

__all__ = [
    "ROOMS",
    "SHORT",
    "TIMES",
    "Block",
    "IndexedMessage",
    "Packer",
    "Place",
    "Postings",
    "Segment",
    "find_postings",
    "name_long",
    "name_terms",
    "name_times",
    "numbers_in",
    "read_rooms",
    "read_times",
]

SHORT: Final = 64
"""A term of at most so many messages of a segment lies with its neighbours."""
TIMES: Final = 512
"""So many times are in one block."""
ROOMS: Final = "rooms"
"""The name of the block with the channels."""

_MOST_GROUPS: Final = 251
_MESSAGES_PER_GROUP: Final = 32

_LongText = Annotated[str, Meta(extra={MAX_LENGTH: 2**26})]


class Segment(Record, frozen=True, kw_only=True):
    """The messages of a span of time.

    Attributes:
        id: its own.
        generation: the index that it is a part of.
        since: the beginning of the span, in ms.
        until: its end, which is not a part of it.
        count: how many messages there are.
    """

    id: Id
    generation: Id
    since: TimeBound
    until: TimeBound
    count: Count


class Block(Record, frozen=True, kw_only=True):
    """A part of a segment, read by itself."""

    segment: Id
    name: Id
    text: _LongText = ""
    data: bytes = b""


class Place(Record, frozen=True, kw_only=True):
    """Where a message is: in this room, at this time."""

    room_id: Id
    timestamp: Milliseconds


class IndexedMessage(Record, frozen=True, kw_only=True):
    """As much of a message as the index takes in."""

    id: Id
    room_id: Id
    channel_id: Id = DEFAULT_CHANNEL_ID
    content: str
    timestamp: Milliseconds
    is_deleted: bool = False


class Run(NamedTuple):
    """The messages of a channel: their numbers begin where those of the run before end."""

    room_id: str
    channel_id: str
    length: int


class Postings(NamedTuple):
    """The messages that have a term.

    Attributes:
        short: the set of their numbers.
        long: the names of blocks with more of them.
    """

    short: int
    long: list[str]


class Packer:
    """Makes the blocks of a segment from its messages, in the order of room, channel and time."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)
        self._times = array("q")
        self._runs: list[Run] = []

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
        for term in terms_of(message.content):
            self._numbers[term].append(number)

    def blocks(self, segment: str) -> Iterator[Block]:
        """Yield the blocks of the segment with this id."""
        if not self.count:
            return
        yield Block(segment=segment, name=ROOMS, text=msgspec.json.encode(self._runs).decode())
        for start in range(0, self.count, TIMES):
            data = _pack_times(self._times[start : start + TIMES])
            yield Block(segment=segment, name=name_times(start // TIMES), data=data)
        groups: defaultdict[str, list[str]] = defaultdict(list)
        names: dict[str, str] = {}
        for term in self._numbers:
            head = term_head(term)
            if (name := names.get(head)) is None:
                name = names[head] = name_terms(head, self.count)
            groups[name].append(term)
        for name, terms in groups.items():
            yield from self._group(segment, name, sorted(terms))

    def _group(self, segment: str, name: str, terms: Sequence[str]) -> Iterator[Block]:
        sizes, numbers = bytearray(), list[int]()
        for term in terms:
            found = self._numbers[term]
            if len(found) <= SHORT:
                sizes.append(len(found))
                numbers.extend(found)
            else:
                sizes.append(0)
                data = pack_set(found, self.count)
                yield Block(segment=segment, name=name_long(term), data=data)
        text = "\n".join(("", *terms, ""))
        data = bytes(sizes) + pack_numbers(numbers, self.count)
        yield Block(segment=segment, name=name, text=text, data=data)


def name_terms(head: str, count: int) -> str:
    """Return the name of the block with the terms of a head, in a segment of so many messages."""
    groups = max(1, min(_MOST_GROUPS, count // _MESSAGES_PER_GROUP))
    return f"terms/{(ord(head[0]) * 31 + ord(head[-1])) % groups}"


def name_long(term: str) -> str:
    """Return the name of the block of a term that has one of its own."""
    return f"term/{term}"


def name_times(part: int) -> str:
    """Return the name of the block with the times of messages from `part * TIMES` on."""
    return f"times/{part}"


def find_postings(block: Block, sought: SoughtTerm, count: int) -> Postings:
    """Return the messages that have a term, as its block has them.

    Args:
        block: the block of the term's head.
        sought: the term.
        count: how many messages the segment has.
    """
    text, width = block.text, width_of(count)
    wanted = "\n" + sought.text + ("" if sought.is_prefix else "\n")
    start = text.find(wanted)
    short, long = 0, list[str]()
    if start < 0:
        return Postings(short, long)
    place, total = text.count("\n", 0, start), text.count("\n") - 1
    sizes = block.data[:total]
    first = offset = total + width * sum(sizes[:place])
    while text.startswith(wanted, start):
        end = text.index("\n", start + 1)
        offset += sizes[place] * width
        if not sizes[place]:
            long.append(name_long(text[start + 1 : end]))
        start, place = end, place + 1
    return Postings(set_of(unpack_numbers(block.data[first:offset], count), count), long)


def read_times(block: Block) -> "array[int]":
    """Return the times of a block."""
    times = array("q")
    times.frombytes(block.data)
    if sys.byteorder != "little":
        times.byteswap()
    return times


def read_rooms(block: Block) -> list[Run]:
    """Return the runs of messages of one channel."""
    return msgspec.json.decode(block.text, type=list[Run])


def numbers_in(
    runs: Sequence[Run], room_id: str | None, channel_id: str | None
) -> list[tuple[str, range]]:
    """Return the numbers of the messages of a room or a channel, or of all (None), by room."""
    found, start = [], 0
    for run in runs:
        end = start + run.length
        if room_id in (None, run.room_id) and channel_id in (None, run.channel_id):
            found.append((run.room_id, range(start, end)))
        start = end
    return found


def _pack_times(times: "array[int]") -> bytes:
    if sys.byteorder != "little":
        times = times[:]
        times.byteswap()
    return times.tobytes()
