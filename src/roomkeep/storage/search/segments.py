"""Segments: the messages of a span of time, packed so that the few that have a term are found.

An index is a row of segments, the newest first when it is read. A segment is made whole from the
messages of its span, and replaced whole when one of them changes. Its messages have numbers, in the
order of room, channel and time. It consists of blocks:

| name | what it holds |
|---|---|
| `terms/N` | some terms, sorted, each between line feeds; how many numbers each has, a byte each; |
| | and the numbers themselves |
| `term/TERM` | the set of the numbers of a term that has more than `SHORT`; its byte above is 0 |
| `pairs/WORD` | of a common word, the common words that follow it, between line feeds; how many |
| | numbers each pair has, less one; and the numbers |
| `rooms` | the runs of messages of one channel, as JSON |
| `times/N` | the times of `TIMES` messages: the first as text, and the steps between them, 4 |
| | bytes each; where one does not fit, no text, and all times, 8 bytes each |
"""

import secrets
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence, Sized
from itertools import accumulate, chain, pairwise, takewhile
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from roomkeep.models import (
    BEGINNING_OF_TIME,
    DEFAULT_CHANNEL_ID,
    MAX_LENGTH,
    Count,
    Id,
    Milliseconds,
    Record,
    TimeBound,
)
from roomkeep.storage.search.numbers import pack_numbers, unpack_numbers, width_of
from roomkeep.storage.search.terms import SoughtTerm, term_head

__all__ = [
    "ROOMS",
    "SHORT",
    "TIMES",
    "Block",
    "IndexedMessage",
    "Place",
    "Postings",
    "Run",
    "Segment",
    "find_pair",
    "find_postings",
    "is_common",
    "make_pairs_block",
    "make_segment_id",
    "make_terms_block",
    "make_times_block",
    "name_long",
    "name_pairs",
    "name_terms",
    "name_times",
    "names_of_terms",
    "numbers_in",
    "read_rooms",
    "read_times",
]

SHORT: Final = 128
"""A term of at most so many messages of a segment lies with its neighbours; others are common."""
TIMES: Final = 512
"""So many times are in one block."""
ROOMS: Final = "rooms"
"""The name of the block with the channels."""

_GROUPS: Final = 64
"""Into so many groups the terms go, by their heads."""
_PARTS: Final = 8
"""Into so many blocks the terms of a group go, by the letter after their head."""

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
        short: their numbers.
        long: the names of blocks with more of them.
    """

    short: frozenset[int]
    long: list[str]


def is_common(numbers: Sized) -> bool:
    """Tell whether a term with these numbers is common: they have a block of their own."""
    return len(numbers) > SHORT


def make_segment_id(until: int) -> str:
    """Return a new id of a segment that ends at a time: those of neighbours lie side by side."""
    return f"{(until - BEGINNING_OF_TIME) // 1_000:011x}{secrets.token_hex(4)}"


def name_terms(term: str) -> str:
    """Return the name of the block with a term."""
    head = term_head(term)
    return f"terms/{_group_of(head) * _PARTS + _part_of(term[len(head) :])}"


def names_of_terms(sought: SoughtTerm) -> list[str]:
    """Return the names of the blocks that may have a term."""
    if not sought.is_prefix or sought.text != (head := term_head(sought.text)):
        return [name_terms(sought.text)]
    first = _group_of(head) * _PARTS
    return [f"terms/{first + part}" for part in range(_PARTS)]


def name_pairs(word: str) -> str:
    """Return the name of the block with the pairs of a word."""
    return f"pairs/{word}"


def name_long(term: str) -> str:
    """Return the name of the block of a term that has one of its own."""
    return f"term/{term}"


def name_times(part: int) -> str:
    """Return the name of the block with the times of messages from `part * TIMES` on."""
    return f"times/{part}"


def make_terms_block(
    segment: str, name: str, numbers: Mapping[str, Sequence[int]], count: int
) -> Block:
    """Return the block with some terms, and their numbers unless these have a block of their own.

    Args:
        segment: the id of the segment.
        name: the block's name.
        numbers: the numbers of the messages that have each term. The terms are sorted.
        count: how many messages the segment has.
    """
    short = [() if is_common(found) else found for found in numbers.values()]
    sizes = bytes(map(len, short))
    data = sizes + pack_numbers(chain.from_iterable(short), count)
    return Block(segment=segment, name=name, text=_lines(numbers), data=data)


def find_postings(block: Block, sought: SoughtTerm, count: int) -> Postings:
    """Return the messages that have a term, as a block has them.

    Args:
        block: one of those that may have the term.
        sought: the term.
        count: how many messages the segment has.
    """
    text, width = block.text, width_of(count)
    start = text.find("\n" + sought.text + ("" if sought.is_prefix else "\n"))
    if start < 0:
        return Postings(frozenset(), [])
    terms = [sought.text]
    if sought.is_prefix:
        following = text[start + 1 :].split("\n")
        terms = [*takewhile(lambda term: term.startswith(sought.text), following)]
    place = text.count("\n", 0, start)
    sizes = block.data[place : place + len(terms)]
    first = text.count("\n") - 1 + width * sum(block.data[:place])
    numbers = unpack_numbers(block.data[first : first + width * sum(sizes)], count)
    long = [name_long(term) for term, size in zip(terms, sizes, strict=True) if not size]
    return Postings(frozenset(numbers), long)


def make_pairs_block(
    segment: str, word: str, numbers: Mapping[str, Sequence[int]], count: int
) -> Block:
    """Return the block with the pairs of a common word.

    Args:
        segment: the id of the segment.
        word: the word.
        numbers: the numbers of the messages that have it before each of some others.
        count: how many messages the segment has.
    """
    sizes = pack_numbers((len(found) - 1 for found in numbers.values()), count)
    data = sizes + pack_numbers(chain.from_iterable(numbers.values()), count)
    return Block(segment=segment, name=name_pairs(word), text=_lines(numbers), data=data)


def find_pair(block: Block, following: str, count: int) -> frozenset[int]:
    """Return the messages that have a word before another, both common.

    Args:
        block: the block with the pairs of the word.
        following: the other word.
        count: how many messages the segment has.
    """
    start = block.text.find(f"\n{following}\n")
    if start < 0:
        return frozenset()
    place, total = block.text.count("\n", 0, start), block.text.count("\n") - 1
    data = unpack_numbers(block.data, count)
    first = total + sum(data[:place]) + place
    return frozenset(data[first : first + data[place] + 1])


def make_times_block(segment: str, part: int, times: "array[int]") -> Block:
    """Return the block with the times of the messages from `part * TIMES` on."""
    try:
        text, packed = str(times[0]), array("i", (b - a for a, b in pairwise(times)))
    except OverflowError:
        text, packed = "", times[:]
    if sys.byteorder != "little":
        packed.byteswap()
    return Block(segment=segment, name=name_times(part), text=text, data=packed.tobytes())


def read_times(block: Block) -> list[int]:
    """Return the times of a block."""
    times = array("i" if block.text else "q")
    times.frombytes(block.data)
    if sys.byteorder != "little":
        times.byteswap()
    return [*accumulate(times, initial=int(block.text))] if block.text else [*times]


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


def _group_of(head: str) -> int:
    return (ord(head[0]) * 31 + ord(head[-1])) % _GROUPS


def _part_of(rest: str) -> int:
    return ord(rest[0]) % _PARTS if rest else 0


def _lines(terms: Iterable[str]) -> str:
    return "\n".join(("", *terms, ""))
