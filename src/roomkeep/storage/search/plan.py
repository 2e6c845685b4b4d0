"""What the index covers, what it owes, and what is to be built next."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from roomkeep.models import BEGINNING_OF_TIME, Id, Record, TimeBound
from roomkeep.storage.search.segments import Segment

__all__ = [
    "MOST_DEBTS",
    "SEGMENT",
    "SLICE",
    "TAIL",
    "Coverage",
    "Debt",
    "Span",
    "find_gaps",
    "newest_first",
    "next_span",
    "overlaps",
    "urgent_debts",
]

SEGMENT: Final = 16_384
"""So many messages are in a full segment."""
SLICE: Final = 512
"""So many messages are read at a time while a segment is made."""
TAIL: Final = 256
"""So many new messages are looked through in every search before they become a segment."""
MOST_DEBTS: Final = 64
"""So many messages that came late are looked at in every search before they are taken in."""


class Coverage(Record, frozen=True, kw_only=True):
    """What the account knows of its index.

    Attributes:
        generation: the index that is meant; segments of another are worth nothing.
        version: the version that made it.
        until: messages from this time on are not in the index, and not noted as owed.
    """

    generation: Id
    version: int
    until: TimeBound


class Debt(Record, frozen=True, kw_only=True):
    """What changed where the index may have a segment.

    Attributes:
        key: its key in meta.
        token: tells it from a later one with the same key.
        room_id: the room.
        since: the time of the first message.
        until: the end of the span, in which one message or many changed.
        has_new: there is text that the segment does not have.
        has_old: the segment has text that is gone.
    """

    key: str
    token: str
    room_id: Id
    since: TimeBound
    until: TimeBound
    has_new: bool
    has_old: bool

    @property
    def is_single(self) -> bool:
        """Whether it is about messages of one time, which are quickly read."""
        return self.until - self.since == 1


class Span(NamedTuple):
    """A span of time; its end is no part of it."""

    since: int
    until: int


def overlaps(one: Span | Segment | Debt, other: Span | Segment | Debt) -> bool:
    """Tell whether two spans of time have a time in common."""
    return one.since < other.until and other.since < one.until


def find_gaps(segments: Sequence[Segment], since: int, until: int) -> list[Span]:
    """Return the parts of a span of time that no segment has, the newest first.

    Args:
        segments: the segments, the newest first.
        since: the beginning of the span.
        until: its end.
    """
    gaps = []
    for segment in segments:
        if segment.until < until:
            gaps.append(Span(max(segment.until, since), until))
        until = min(until, segment.since)
        if until <= since:
            return gaps
    return [*gaps, Span(since, until)] if since < until else gaps


def urgent_debts(debts: Sequence[Debt]) -> list[Debt]:
    """Return the debts that are not to wait: text that is gone comes first."""
    erased = [debt for debt in debts if debt.has_old]
    many = [debt for debt in debts if not debt.is_single]
    return erased or many or (list(debts) if len(debts) > MOST_DEBTS else [])


def next_span(segments: Sequence[Segment], until: int) -> Span | None:
    """Return what to build where nothing is owed: a gap, or small segments that become one.

    Args:
        segments: the segments, the newest first.
        until: where the coverage ends.
    """
    for gap in find_gaps(segments, BEGINNING_OF_TIME, until):
        return gap
    for newer, older in pairwise(segments):
        if newer.count + older.count <= SEGMENT and _is_small(newer, older):
            return Span(older.since, newer.until)
    return None


def _is_small(newer: Segment, older: Segment) -> bool:
    # As in a binary counter: each message is built into another segment a few times only.
    return older.count <= 2 * newer.count or newer.count < TAIL


def newest_first(segments: Iterable[Segment]) -> list[Segment]:
    """Return segments in the order in which a search reads them."""
    return sorted(segments, key=lambda segment: segment.until, reverse=True)
