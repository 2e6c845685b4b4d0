"""Segments: the messages of a span of time, packed so that the few that have a term are found.

An index is a row of segments, the newest first when it is read. A segment is made whole from the
messages of its span, and replaced whole when one of them changes. Its messages have numbers, in the
order of room, channel and time. It consists of blocks:

| name | what it holds |
|---|---|
| `terms/N` | the terms of some heads, sorted, each between line feeds; how many numbers each has, |
| | a byte each; and the numbers themselves |
| `term/TERM` | the set of the numbers of a term that has more than `SHORT`; its byte above is 0, |
| | or `COMMON` |
| `rooms` | the runs of messages of one channel, as JSON |
| `times/N` | the times of `TIMES` messages, 8 bytes each |
"""

import sys
from array import array
from collections.abc import Sequence
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
from roomkeep.storage.search.numbers import set_of, unpack_numbers, width_of
from roomkeep.storage.search.terms import SoughtTerm, is_pair, pair

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
    "find_pair_postings",
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
COMMON: Final = 255
"""In the place of a number of messages: a word in so many that its pairs are terms, too."""
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
        is_common: the term is a word whose pairs with other common words are terms, too.
    """

    short: int
    long: list[str]
    is_common: bool = False


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
    kinds = block.data[:total]
    sizes = kinds.replace(bytes([COMMON]), b"\0")
    first = offset = total + width * sum(sizes[:place])
    while text.startswith(wanted, start):
        end = text.index("\n", start + 1)
        offset += sizes[place] * width
        term = text[start + 1 : end]
        # What has a pair has its first word.
        if not sizes[place] and (not is_pair(term) or is_pair(sought.text)):
            long.append(name_long(term))
        start, place = end, place + 1
    short = set_of(unpack_numbers(block.data[first:offset], count), count)
    return Postings(short, long, not sought.is_prefix and kinds[place - 1] == COMMON)


def find_pair_postings(block: Block, sought: SoughtTerm, count: int) -> Postings:
    """Return the messages that have a term and after it the word that follows it.

    They are known where both are common.
    """
    return find_postings(block, SoughtTerm(text=pair(sought.text, sought.following)), count)


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
