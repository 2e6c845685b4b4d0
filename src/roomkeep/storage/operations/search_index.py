"""The search index, in its own database: segments are written, places are found."""

import functools
from bisect import bisect_left
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from operator import or_
from typing import Final, NamedTuple

from indexeddb.keys import KeyRange
from roomkeep.errors import InvalidRecord, StorageLost
from roomkeep.models import BEGINNING_OF_TIME, Id, Record, TimeBound
from roomkeep.storage.arguments import Blocks, Ids, Limit
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.search.area import SearchArea
from roomkeep.storage.search.numbers import numbers_of, unpack_set
from roomkeep.storage.search.plan import Span, find_gaps, newest_first, overlaps
from roomkeep.storage.search.segments import (
    ROOMS,
    TIMES,
    Block,
    Place,
    Postings,
    Segment,
    find_pair_postings,
    find_postings,
    name_terms,
    name_times,
    numbers_in,
    read_rooms,
    read_times,
)
from roomkeep.storage.search.terms import SoughtTerm, term_head
from roomkeep.storage.transaction import Transaction

_INDEX: Final = ("segments", "blocks")
_Blocks = Mapping[tuple[str, str], Block]
_Spot = tuple[int, str]
"""A time, and a room."""
_FIRST: Final = 2
"""So many segments are read first; then four times as many, and so on."""


class TimeSpan(Record, frozen=True, kw_only=True):
    """A span of time; its end is no part of it."""

    since: TimeBound
    until: TimeBound


class FoundPlaces(Record, frozen=True, kw_only=True):
    """Where messages may be that have some terms.

    Attributes:
        places: the places, the newest first.
        reached: these are all from this time on.
        gap: the index does not have what comes next: from this time to `reached`; None where it
            has, or there is nothing more.
        is_whole: the index has all that is older than the end of the span.
    """

    places: list[Place]
    reached: int
    gap: int | None = None
    is_whole: bool


@reads(*_INDEX)
async def get_segments(tx: Transaction, generation: Id) -> list[Segment]:
    """Return the segments of an index, the newest first."""
    found = await tx.get_all("segments", Segment)
    return newest_first(one for one in found if one.generation == generation)


@reads(*_INDEX)
async def get_segments_of_room(tx: Transaction, generation: Id, room_id: Id) -> list[str]:
    """Return the ids of the segments that have messages of a room."""
    segments = await get_segments(tx, generation)
    blocks = _by_key(await _ask(tx, [(one.id, ROOMS) for one in segments]))
    return [
        segment
        for (segment, _), block in blocks.items()
        if any(run.room_id == room_id for run in read_rooms(block))
    ]


@writes(*_INDEX)
async def put_segment(tx: Transaction, segment: Segment, blocks: Blocks, expected: Ids) -> bool:
    """Write a segment in place of those that it overlaps.

    Args:
        tx: the transaction.
        segment: the segment.
        blocks: its blocks.
        expected: the ids of the index's segments as they were before the messages were read.

    Returns:
        false where others have changed the index since, and nothing was written.
    """
    present = await tx.get_all("segments", Segment)
    own = {one.id for one in present if one.generation == segment.generation}
    if own != set(expected):
        return False
    replaced = [one.id for one in present if one.id not in own or overlaps(one, segment)]
    await _delete(tx, replaced)
    tx.put("segments", [segment])
    tx.put("blocks", blocks)
    return True


@writes(*_INDEX)
async def clear_search_index(tx: Transaction) -> None:
    """Delete the index."""
    for store in _INDEX:
        tx.clear(store)


@reads(*_INDEX)
async def find_places(
    tx: Transaction,
    generation: Id,
    terms: Sequence[SoughtTerm],
    area: SearchArea,
    stale: Sequence[TimeSpan] = (),
    most: Limit = 50,
) -> FoundPlaces:
    """Return where the newest messages may be that have all of some terms.

    Args:
        tx: the transaction.
        generation: the index that is meant.
        terms: the terms.
        area: the messages to find.
        stale: spans in which the index is out of date, so that it counts as not having them.
        most: about how many places; all of one time are given together.

    Raises:
        InvalidRecord: there are no terms.
    """
    if not terms:
        raise InvalidRecord("a search needs a term", field="terms")
    since, until = area.since, area.until
    dated = [Span(one.since, one.until) for one in stale]
    present = await get_segments(tx, generation)
    is_whole = not dated and not find_gaps(present, BEGINNING_OF_TIME, until)
    segments = [one for one in present if not any(overlaps(one, span) for span in dated)]
    gaps = find_gaps(segments, since, until)
    gap = gaps[0] if gaps else Span(since, since)
    ahead = [one for one in segments if overlaps(one, Span(gap.until, until))]
    found: list[_Spot] = []
    reached, is_enough = gap.until, False
    size = _FIRST
    while ahead and not is_enough:
        batch, ahead = ahead[:size], ahead[size:]
        size *= 4
        read = await _find_in(tx, batch, terms, area)
        found += sorted(spot for spot in read if since <= spot[0] < until)[::-1]
        if is_enough := len(found) >= most > 0:
            reached = found[most - 1][0]
    return FoundPlaces(
        places=[Place(room_id=room, timestamp=time) for time, room in found if time >= reached],
        reached=reached,
        gap=gap.since if gap.since < gap.until and not is_enough else None,
        is_whole=is_whole,
    )


class _Candidates(NamedTuple):
    """The messages of a segment that may match: those in all of some sets."""

    segment: Segment
    postings: list[Postings]


class _Looked(NamedTuple):
    """What was found of some terms in a segment.

    Attributes:
        segment: the segment.
        postings: the messages that have each term.
        pairs: the messages that have a term and the word after it, where that is known.
    """

    segment: Segment
    postings: dict[SoughtTerm, Postings]
    pairs: dict[SoughtTerm, Postings]

    def candidates(self) -> _Candidates:
        """Return the messages that may have all the terms, in the order that was looked for."""
        common = {term.text for term, one in self.postings.items() if one.is_common}
        return _Candidates(
            self.segment,
            [
                self.pairs[term] if term.text in common and term.following in common else one
                for term, one in self.postings.items()
            ],
        )


async def _find_in(
    tx: Transaction,
    segments: Sequence[Segment],
    terms: Sequence[SoughtTerm],
    area: SearchArea,
) -> set[_Spot]:
    # A long word is likely to be rare: most segments that lack one of the terms lack that one.
    first, *others = sorted(terms, key=lambda term: len(term.text), reverse=True)
    looked = [_Looked(segment, {}, {}) for segment in segments]
    for some in ([first], others):
        looked = await _narrow(tx, looked, some)
    return await _locate(tx, [one.candidates() for one in looked], area)


async def _narrow(
    tx: Transaction, looked: Sequence[_Looked], terms: Sequence[SoughtTerm]
) -> list[_Looked]:
    """Return those segments that have all of some terms, with the messages that have each."""
    names = {
        segment.id: [name_terms(term_head(term.text), segment.count) for term in terms]
        for segment, _, _ in looked
    }
    blocks = _by_key(await _ask(tx, [(id_, name) for id_ in names for name in names[id_]]))
    narrowed = []
    for segment, postings, pairs in looked:
        for term, name in zip(terms, names[segment.id], strict=True):
            block = blocks.get((segment.id, name))
            if block is None:
                break
            found = postings[term] = find_postings(block, term, segment.count)
            if not (found.short or found.long):
                break
            if term.following and found.is_common:
                pairs[term] = find_pair_postings(block, term, segment.count)
        else:
            narrowed.append(_Looked(segment, postings, pairs))
    return narrowed


async def _locate(
    tx: Transaction,
    candidates: Sequence[_Candidates],
    area: SearchArea,
) -> set[_Spot]:
    """Return where the messages are that have every term."""
    # Most segments that have every term have no message with all of them.
    likely = [one for one in candidates if _common_numbers(one, None) != 0]
    names = [
        (one.segment.id, name) for one in likely for part in one.postings for name in part.long
    ]
    long = _by_key(await _ask(tx, names))
    found = {one.segment.id: numbers_of(_common_numbers(one, long)) for one in likely}
    found = {segment: numbers for segment, numbers in found.items() if numbers}
    rooms = _by_key(await _ask(tx, [(segment, ROOMS) for segment in found]))
    matches: list[tuple[str, str, list[int]]] = []
    for segment, numbers in found.items():
        runs = read_rooms(_require(rooms, segment, ROOMS))
        for room, run in numbers_in(runs, area.room_id, area.channel_id):
            start, stop = bisect_left(numbers, run.start), bisect_left(numbers, run.stop)
            matches.append((segment, room, numbers[start:stop]))
    wanted = {(segment, n // TIMES) for segment, _, numbers in matches for n in numbers}
    keys = {(segment, part): (segment, name_times(part)) for segment, part in sorted(wanted)}
    blocks = _by_key(await _ask(tx, keys.values()))
    times = {part: read_times(_require(blocks, *key)) for part, key in keys.items()}
    return {
        (times[segment, n // TIMES][n % TIMES], room)
        for segment, room, numbers in matches
        for n in numbers
    }


def _common_numbers(candidate: _Candidates, blocks: _Blocks | None) -> int:
    """Return the messages that have every term.

    Where the blocks of the long ones are not known (None), these may be in any message.
    """
    segment = candidate.segment
    common = -1
    for short, long, _ in candidate.postings:
        if blocks is not None:
            data = (_require(blocks, segment.id, name).data for name in long)
            common &= functools.reduce(or_, (unpack_set(one, segment.count) for one in data), short)
        elif not long:
            common &= short
    return common


def _ask(tx: Transaction, keys: Iterable[tuple[str, str]]) -> Awaitable[list[Block]]:
    return tx.get_many("blocks", list(dict.fromkeys(keys)), Block)


def _by_key(blocks: Iterable[Block]) -> _Blocks:
    return {(block.segment, block.name): block for block in blocks}


def _require(blocks: _Blocks, segment: str, name: str) -> Block:
    block = blocks.get((segment, name))
    if block is None:
        raise StorageLost("the search index is damaged")
    return block


async def _delete(tx: Transaction, segments: Sequence[str]) -> None:
    for segment in segments:
        # The names of all blocks begin with a small letter.
        query = KeyRange((segment, ""), (segment, "~"))
        tx.delete("blocks", await tx.get_all_keys("blocks", query=query))
    tx.delete("segments", segments)
