"""Search of messages, and the index that makes it quick."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from msgspec import structs

from roomkeep.errors import ScopeChanged, StorageError
from roomkeep.models import BEGINNING_OF_TIME
from roomkeep.persistence.account_service import AccountService
from roomkeep.persistence.scope import Scope
from roomkeep.persistence.search_indexer import SearchIndexer, SearchProgress
from roomkeep.persistence.tab_lock import one_tab
from roomkeep.storage import operations
from roomkeep.storage.operations.search import Scanned, SearchHit, SearchPage
from roomkeep.storage.operations.search_debts import SearchState
from roomkeep.storage.operations.search_index import FoundPlaces, TimeSpan
from roomkeep.storage.search.area import SearchArea, SearchCursor
from roomkeep.storage.search.query import SearchQuery, parse_query
from roomkeep.storage.search.segments import Place
from roomkeep.storage.search.terms import sought_terms

logger = logging.getLogger(__name__)

_MOST_SCANNED: Final = 4_000
"""So many messages are looked through for one page, where the index does not help."""
_MOST_CHECKED: Final = 600
"""So many places that the index gives are looked at for one page."""


class SearchService(AccountService):
    """Finds messages, with the index or without."""

    def search_messages(
        self,
        query: str | SearchQuery,
        *,
        room_id: str | None = None,
        channel_id: str | None = None,
        limit: int = 20,
        before: SearchCursor | None = None,
    ) -> Coroutine[Any, Any, SearchPage]:
        """Return the newest messages that match a query, by (timestamp, id), descending.

        Deleted messages are not found, nor is anything where the query is empty. It takes several
        transactions: what is written meanwhile may be found or not.

        Args:
            query: words in any order, `"words side by side"`, `beginn*`, `-excluded`, and `from:`,
                `in:`, `has:` (`file`, `link`, `picture`), `before:`, `after:`, `on:` with a date
                such as `2024-05-31`, `2024-05` or `2024`, in local time.
            room_id: in this room only.
            channel_id: in this channel of the room only.
            limit: how many, at most.
            before: where the page before ended: its `next`.

        Raises:
            InvalidRecord: a date is none, or `has:` names no kind; the field is `query`.
        """
        if isinstance(query, str):
            query = parse_query(query, start_of_day=_start_of_day)
        area = SearchArea(room_id=room_id, channel_id=channel_id, before=before)
        return _Search(self._scopes.current, query, area, limit).run()

    def update_search_index(
        self,
        *,
        rest: Callable[[], Awaitable[None]] | None = None,
        report: Callable[[SearchProgress], None] = lambda _: None,
    ) -> Coroutine[Any, Any, None]:
        """Bring the search index up to date, and return when it is.

        Call it when there is time, and again when messages have changed. Searches and writes go on
        meanwhile. It may end at any moment, also with the tab: what was done stays, and the next
        call goes on from there. Of several tabs, one builds.

        Args:
            rest: awaited every few hundredths of a second; it returns when the work may go on, for
                example once the person has stopped typing. By default others get a turn.
            report: called with the progress of the work.

        Raises:
            ScopeChanged: the account was switched.
        """
        return self._update_search_index(self._scopes.current, rest or _give_others_a_turn, report)

    async def _update_search_index(
        self,
        scope: Scope,
        rest: Callable[[], Awaitable[None]],
        report: Callable[[SearchProgress], None],
    ) -> None:
        async with one_tab(f"{scope.account.database_name} search"):
            await SearchIndexer(scope.run, self._clock, rest, report).run()


class _Search:
    """One page of a search.

    It goes from the newest messages to the oldest. Where the index has them, it gives the places
    that are worth a look; where it has not, all messages are read. So it finds the same with the
    index and without, and however far that is behind.
    """

    def __init__(self, scope: Scope, query: SearchQuery, area: SearchArea, limit: int) -> None:
        self._scope = scope
        self._query = query
        self._area = area
        self._limit = limit
        self._terms = sought_terms(query)
        self._since = BEGINNING_OF_TIME if query.since is None else query.since
        self._hits: list[SearchHit] = []
        self._scanned = 0
        self._checked = 0
        self._is_indexed = True
        self._wanted = limit + 1 if self._is_one_word else 2 * (limit + 1)
        self._state = SearchState(coverage=None, debts=[], tail=[], can_be_indexed=False)

    async def run(self) -> SearchPage:
        """Return the page."""
        if self._query.is_empty or self._limit == 0:
            return SearchPage(hits=[])
        # Before the index: what it has taken in since is in both, never in neither.
        reached = await self._search_tail()
        while reached > self._since and len(self._hits) <= self._limit and not self._is_tired:
            reached = await self._go_on(reached)
        following = None
        if len(self._hits) > self._limit:
            last = self._hits[self._limit - 1].message
            following = SearchCursor(timestamp=last.timestamp, id=last.id)
        elif reached > self._since:
            following = SearchCursor(timestamp=reached)
        return SearchPage(
            hits=self._hits[: self._limit], next=following, is_indexed=self._is_indexed
        )

    @property
    def _is_one_word(self) -> bool:
        """Whether all that the index gives are matches, unless they were changed."""
        query = self._query
        plain = SearchQuery(phrases=query.phrases, since=query.since, until=query.until)
        return query == plain and [len(phrase.words) for phrase in query.phrases] == [1]

    @property
    def _is_tired(self) -> bool:
        return self._scanned >= _MOST_SCANNED or self._checked >= _MOST_CHECKED

    async def _search_tail(self) -> int:
        """Search what is newer than the index; return how far that went."""
        until, before = self._area.until, self._area.before
        if self._query.until is not None:
            until = min(until, self._query.until)
        if before is not None:
            until = min(until, before.timestamp + (before.id is not None))
        tail = await self._scope.run(
            operations.search.search_tail,
            self._query,
            self._narrowed(self._since, until),
            self._limit + 1,
            _MOST_SCANNED,
        )
        self._state = tail.state
        return until if tail.scanned is None else self._take(tail.scanned)

    async def _go_on(self, until: int) -> int:
        """Search some of what is older than a time; return how far that went."""
        coverage = self._state.coverage
        if coverage is None or not self._terms:
            self._is_indexed = False
            return await self._scan(self._since, until)
        found = await self._find(coverage.generation, until)
        if found is None:
            self._is_indexed = False
            return await self._scan(self._since, until)
        # The next look goes further: few of these match.
        self._wanted *= 2
        self._is_indexed = found.is_whole
        await self._check(found.places, found.reached, until)
        if found.gap is None or len(self._hits) > self._limit:
            return found.reached
        return await self._scan(found.gap, found.reached)

    async def _find(self, generation: str, until: int) -> FoundPlaces | None:
        room_id = self._area.room_id
        stale = [
            TimeSpan(since=debt.since, until=debt.until)
            for debt in self._state.debts
            if debt.has_new and not debt.is_single and room_id in (None, debt.room_id)
        ]
        try:
            return await self._scope.run(
                operations.search_index.find_places,
                generation,
                self._terms,
                self._narrowed(self._since, until),
                stale,
                min(self._wanted, _MOST_CHECKED),
            )
        except ScopeChanged:
            raise
        except StorageError:
            logger.warning("the search goes on without its index", exc_info=True)
            self._state = SearchState(coverage=None, debts=[], tail=[], can_be_indexed=False)
            return None

    async def _check(self, places: list[Place], since: int, until: int) -> None:
        """Look at what the index names in a span of time, and at what it owes there."""
        owed = [
            Place(room_id=debt.room_id, timestamp=debt.since)
            for debt in self._state.debts
            if debt.has_new and debt.is_single and since <= debt.since < until
        ]
        if both := list(dict.fromkeys([*places, *owed])):
            self._checked += len(both)
            found = await self._scope.run(
                operations.search.search_places, self._query, both, self._narrowed(since, until)
            )
            self._hits += found

    async def _scan(self, since: int, until: int) -> int:
        scanned = await self._scope.run(
            operations.search.scan_messages,
            self._query,
            self._narrowed(since, until),
            self._limit + 1 - len(self._hits),
            _MOST_SCANNED - self._scanned,
        )
        return self._take(scanned)

    def _take(self, scanned: Scanned) -> int:
        """Take what a scan has found; return how far it went."""
        self._hits += scanned.hits
        self._scanned += scanned.looked_at
        return scanned.reached

    def _narrowed(self, since: int, until: int) -> SearchArea:
        return structs.replace(self._area, since=since, until=until)


async def _give_others_a_turn() -> None:
    await asyncio.sleep(0)


def _start_of_day(day: dt.date) -> int:
    """Return when a day begins here, in ms."""
    return int(dt.datetime.combine(day, dt.time()).timestamp() * 1_000)
