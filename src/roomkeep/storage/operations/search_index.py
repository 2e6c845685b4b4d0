"""The search index, in its own database: segments are written, places are found."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from indexeddb.keys import KeyRange
from roomkeep.errors import InvalidRecord, StorageLost
from roomkeep.models import BEGINNING_OF_TIME, Id, Record, TimeBound
from roomkeep.storage.arguments import Blocks, Ids, Limit
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.search.area import SearchArea
from roomkeep.storage.search.numbers import Numbers, in_all, in_any, unpack_set
from roomkeep.storage.search.plan import Span, find_gaps, newest_first, overlaps
from roomkeep.storage.search.segments import (
    ROOMS,
    TIMES,
    Block,
    Place,
    Postings,
    Segment,
    find_pair,
    find_postings,
    name_pairs,
    name_times,
    names_of_terms,
    numbers_in,
    read_rooms,
    read_times,
)
from roomkeep.storage.search.terms import SoughtTerm
from roomkeep.storage.transaction import Transaction

_INDEX: Final = ("segments", "blocks")
_Blocks = Mapping[tuple[str, str], Block]
"""Blocks by their names and segments."""
_Spot = tuple[int, str]
"""A time, and a room."""
_FIRST: Final = 2
"""So many segments are read first."""
_IN_VAIN: Final = 4
"""To read so many blocks in a row takes about as long as to ask for one of them."""
_PUT_AT_ONCE: Final = 128
"""So many blocks are written in one task of the page."""


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
    blocks = await _read(tx, {ROOMS: [one.id for one in segments]}, len(segments))
    return [
        segment
        for (_, segment), block in blocks.items()
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
    for start in range(0, len(blocks), _PUT_AT_ONCE):
        tx.put("blocks", blocks[start : start + _PUT_AT_ONCE])
        # The page has a turn before the next ones are written.
        await tx.existing("segments", [segment.id])
    tx.put("segments", [segment])
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
    size, behind = _FIRST, 0
    while ahead and not is_enough:
        batch, ahead = ahead[:size], ahead[size:]
        behind += size
        read = await _find_in(tx, batch, terms, area)
        found += sorted(spot for spot in read if since <= spot[0] < until)[::-1]
        if is_enough := len(found) >= most > 0:
            reached = found[most - 1][0]
        # As many as should have the rest, and a few more: another turn would take its time, too.
        size = behind * max(most - len(found), 0) // max(len(found), 1) + _FIRST
    return FoundPlaces(
        places=[Place(room_id=room, timestamp=time) for time, room in found if time >= reached],
        reached=reached,
        gap=gap.since if gap.since < gap.until and not is_enough else None,
        is_whole=is_whole,
    )


class _Pair(NamedTuple):
    """The messages that have a common word before another one."""

    block: str
    following: str


class _Candidates(NamedTuple):
    """The messages of a segment that may match: those in all of some sets."""

    segment: Segment
    sets: list[Postings | _Pair]


class _Looked(NamedTuple):
    """What was found of some terms in a segment: the messages that have each."""

    segment: Segment
    postings: dict[SoughtTerm, Postings]

    def candidates(self) -> _Candidates:
        """Return the messages that may have all the terms, in the order that was looked for."""
        common = {
            term.text for term, one in self.postings.items() if one.long and not term.is_prefix
        }
        return _Candidates(
            self.segment,
            [
                _Pair(name_pairs(term.text), term.following)
                if term.text in common and term.following in common
                else one
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
    looked = [_Looked(segment, {}) for segment in segments]
    for some in ([first], others):
        looked = await _narrow(tx, looked, some, len(segments))
    return await _locate(tx, [one.candidates() for one in looked], area, len(segments))


async def _narrow(
    tx: Transaction, looked: Sequence[_Looked], terms: Sequence[SoughtTerm], segment_count: int
) -> list[_Looked]:
    """Return those segments that have all of some terms, with the messages that have each.

    Args:
        tx: the transaction.
        looked: the segments.
        terms: the terms.
        segment_count: how many segments in a row these are some of.
    """
    names = {term: names_of_terms(term) for term in terms}
    ids = [segment.id for segment, _ in looked]
    blocks = await _read(tx, dict.fromkeys(chain.from_iterable(names.values()), ids), segment_count)
    narrowed = []
    for segment, postings in looked:
        for term, some in names.items():
            found = postings[term] = _postings_in(blocks, segment, term, some)
            if not (found.short or found.long):
                break
        else:
            narrowed.append(_Looked(segment, postings))
    return narrowed


def _postings_in(
    blocks: _Blocks, segment: Segment, term: SoughtTerm, names: Sequence[str]
) -> Postings:
    """Return the messages of a segment that have a term."""
    present = (blocks.get((name, segment.id)) for name in names)
    parts = [find_postings(one, term, segment.count) for one in present if one is not None]
    return Postings(
        frozenset[int]().union(*(one.short for one in parts)),
        [name for one in parts for name in one.long],
    )


async def _locate(
    tx: Transaction, candidates: Sequence[_Candidates], area: SearchArea, segment_count: int
) -> set[_Spot]:
    """Return where the messages are that have every term."""
    # Most segments that have every term have no message with all of them.
    likely = [one for one in candidates if _may_match(one)]
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for one in likely:
        for name in chain.from_iterable(map(_long, one.sets)):
            wanted[name].append(one.segment.id)
    long = await _read(tx, wanted, segment_count)
    found = {one.segment.id: _numbers_in(long, one) for one in likely}
    found = {segment: numbers for segment, numbers in found.items() if numbers}
    rooms = await _read(tx, {ROOMS: [*found]}, segment_count)
    matches: list[tuple[str, str, list[int]]] = []
    for segment, numbers in found.items():
        runs = read_rooms(_require(rooms, ROOMS, segment))
        for room, run in numbers_in(runs, area.room_id, area.channel_id):
            start, stop = bisect_left(numbers, run.start), bisect_left(numbers, run.stop)
            matches.append((segment, room, numbers[start:stop]))
    parts: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for segment, _, numbers in matches:
        for number in numbers:
            parts[number // TIMES][segment] = None
    blocks = await _read(
        tx, {name_times(part): [*some] for part, some in parts.items()}, segment_count
    )
    times = {
        (segment, part): read_times(_require(blocks, name_times(part), segment))
        for part, some in parts.items()
        for segment in some
    }
    return {
        (times[segment, n // TIMES][n % TIMES], room)
        for segment, room, numbers in matches
        for n in numbers
    }


def _may_match(candidates: _Candidates) -> bool:
    """Tell whether there may be matches, before the long sets are read."""
    known = [one.short for one in candidates.sets if isinstance(one, Postings) and not one.long]
    return not known or bool(frozenset.intersection(*known))


def _numbers_in(blocks: _Blocks, candidates: _Candidates) -> list[int]:
    """Return the numbers of the messages that are in all sets."""
    segment, sets = candidates
    return in_all(_set_in(blocks, segment, one) for one in sets)


def _set_in(blocks: _Blocks, segment: Segment, one: Postings | _Pair) -> Numbers:
    if isinstance(one, _Pair):
        # A word that no other common one follows has no block.
        block = blocks.get((one.block, segment.id))
        return frozenset() if block is None else find_pair(block, one.following, segment.count)
    data = (_require(blocks, name, segment.id).data for name in one.long)
    return in_any((one.short, *(unpack_set(some, segment.count) for some in data)), segment.count)


def _long(part: Postings | _Pair) -> list[str]:
    """Return the names of the blocks that have more of a set."""
    return [part.block] if isinstance(part, _Pair) else part.long


async def _read(
    tx: Transaction, wanted: Mapping[str, Sequence[str]], segment_count: int
) -> _Blocks:
    """Return blocks of some segments.

    Args:
        tx: the transaction.
        wanted: the ids of the segments, by the name of the block.
        segment_count: how many segments in a row these are some of.
    """
    single: list[tuple[str, str]] = []
    asked: list[Awaitable[list[Block]]] = []
    for name, ids in wanted.items():
        # Of the few segments that are read first, one request has all blocks.
        if len(ids) * _IN_VAIN >= segment_count > _FIRST:
            query = KeyRange((name, min(ids)), (name, max(ids)))
            asked.append(tx.get_all("blocks", Block, query=query))
        else:
            single += ((name, id_) for id_ in ids)
    asked.append(tx.get_many("blocks", single, Block))
    return {(block.name, block.segment): block for some in asked for block in await some}


def _require(blocks: _Blocks, name: str, segment: str) -> Block:
    block = blocks.get((name, segment))
    if block is None:
        raise StorageLost("the search index is damaged")
    return block


async def _delete(tx: Transaction, segments: Sequence[str]) -> None:
    for segment in segments:
        query = KeyRange.only(segment)
        tx.delete("blocks", await tx.get_all_keys("blocks", index="segment", query=query))
    tx.delete("segments", segments)
