"""Builds the search index, a segment at a time."""

import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple, Protocol

from roomkeep.storage.operation import Operation
from roomkeep.storage.operations.message_slices import (
    count_all_messages,
    count_messages_between,
    get_message_rooms,
    get_message_slice,
)
from roomkeep.storage.operations.search_debts import (
    extend_coverage,
    get_search_state,
    settle_debts,
    start_coverage,
)
from roomkeep.storage.operations.search_index import (
    clear_search_index,
    get_segments,
    get_segments_of_room,
    put_segment,
)
from roomkeep.storage.search import plan
from roomkeep.storage.search.packer import Packer
from roomkeep.storage.search.plan import (
    Coverage,
    Debt,
    Span,
    next_span,
    overlaps,
    urgent_debts,
)
from roomkeep.storage.search.segments import Block, IndexedMessage, Segment, make_segment_id

logger = logging.getLogger(__name__)

_TURN: Final = 0.015
"""So many seconds pass, at most, until others get a turn; a step in between takes a few more."""


class SearchProgress(NamedTuple):
    """How far the index is.

    Attributes:
        done: how many messages it has.
        total: how many there are. Those that are deleted, and the newest few, are never in it.
    """

    done: int
    total: int


class _Run(Protocol):
    async def __call__(self, operation: Operation[Any, Any], /, *args: Any) -> Any:
        """Carry out an operation on the account."""
        ...


class SearchIndexer:
    """Brings the index of an account up to date.

    Each step reads what the index owes before it reads messages, and takes that off after it has
    written them: whenever it ends, the index is right, or owes.

    Args:
        run: carries out an operation on the account.
        clock: tells the time, in ms since the epoch.
        rest: returns when the work may go on.
        report: called with the progress.
    """

    def __init__(
        self,
        run: _Run,
        clock: Callable[[], int],
        rest: Callable[[], Awaitable[None]],
        report: Callable[[SearchProgress], None],
    ) -> None:
        self._run = run
        self._clock = clock
        self._rest = rest
        self._report = report
        self._turn_ends = time.perf_counter() + _TURN

    async def run(self) -> None:
        """Work until the index is up to date."""
        while await self._step():
            await self._pause(at_once=True)

    async def _step(self) -> bool:
        """Take one step; return whether there may be more to do."""
        state = await self._run(get_search_state)
        if not state.can_be_indexed:
            return False
        if (coverage := state.coverage) is None:
            if await self._run(count_all_messages) < plan.TAIL:
                # All of them are looked at as quickly.
                return False
            # What an index has that the account knows nothing of goes first.
            await self._run(clear_search_index)
            await self._run(start_coverage, secrets.token_hex(8))
            return True
        segments: list[Segment] = await self._run(get_segments, coverage.generation)
        total = await self._run(count_all_messages)
        self._report(SearchProgress(sum(one.count for one in segments), total))
        if urgent := urgent_debts(state.debts):
            await self._settle(coverage, segments, state.debts, urgent[0])
            return True
        span = next_span(segments, coverage.until)
        if span is not None:
            await self._build(coverage, segments, state.debts, span)
            return True
        return await self._take_in_tail(coverage, state.tail)

    async def _settle(
        self, coverage: Coverage, segments: Sequence[Segment], debts: Sequence[Debt], debt: Debt
    ) -> None:
        """Take in what is owed, or a part of it."""
        concerned = [one for one in segments if overlaps(one, debt)]
        if not debt.has_new:
            in_room = await self._run(get_segments_of_room, coverage.generation, debt.room_id)
            concerned = [one for one in concerned if one.id in in_room]
        if concerned:
            span = Span(concerned[0].since, concerned[0].until)
            await self._build(coverage, segments, debts, span)
        else:
            await self._run(settle_debts, [debt], debt.since, debt.until)

    async def _take_in_tail(self, coverage: Coverage, rooms: Sequence[str]) -> bool:
        """Have the new messages be covered, where there are enough; return whether there were."""
        now = self._clock()
        count = await self._run(count_messages_between, rooms, coverage.until, now)
        if count < plan.TAIL:
            return False
        # From here on, what is written in that time is noted.
        newest, _ = await self._run(get_message_slice, rooms, coverage.until, now, 1)
        until = max((one.timestamp + 1 for one in newest), default=now)
        await self._run(extend_coverage, coverage.generation, until)
        return True

    async def _build(
        self,
        coverage: Coverage,
        segments: Sequence[Segment],
        debts: Sequence[Debt],
        span: Span,
    ) -> None:
        """Make a segment of the newest messages of a span of time."""
        rooms = await self._run(get_message_rooms)
        messages: list[IndexedMessage] = []
        count, reached = 0, span.until
        while reached > span.since and count < plan.SEGMENT:
            found, reached = await self._run(
                get_message_slice, rooms, span.since, reached, plan.SLICE
            )
            count += len(found)
            messages += [one for one in found if not one.is_deleted]
            await self._pause()
        segment = Segment(
            id=make_segment_id(span.until),
            generation=coverage.generation,
            since=reached,
            until=span.until,
            count=len(messages),
        )
        blocks = await self._pack(segment.id, messages)
        expected = [one.id for one in segments]
        if await self._run(put_segment, segment, blocks, expected):
            await self._run(settle_debts, debts, segment.since, segment.until)

    async def _pack(self, segment: str, messages: list[IndexedMessage]) -> list[Block]:
        # To sort all of them at once would hold up the page.
        channels: defaultdict[tuple[str, str], list[IndexedMessage]] = defaultdict(list)
        for message in messages:
            channels[message.room_id, message.channel_id].append(message)
        packer = Packer()
        for channel in sorted(channels):
            for message in sorted(channels[channel], key=attrgetter("timestamp")):
                packer.add(message)
                await self._pause()
        blocks = []
        for block in packer.blocks(segment):
            if block is not None:
                blocks.append(block)
            await self._pause()
        return blocks

    async def _pause(self, *, at_once: bool = False) -> None:
        """Let others have a turn where this one has lasted long enough."""
        if at_once or time.perf_counter() >= self._turn_ends:
            await self._rest()
            self._turn_ends = time.perf_counter() + _TURN
