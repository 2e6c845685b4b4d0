"""Searching messages: the panel, and what it has found."""

import asyncio

from msgspec.structs import replace
from reaktiv import Effect, batch, untracked

from roomkeep.app.changes import records_by_key
from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.effects.overlays import OverlayEffects
from roomkeep.app.effects.replies import ReplyEffects
from roomkeep.app.search_state import SearchRequest, SearchResults
from roomkeep.app.search_text import SearchScope, ready_text, what_is_wrong
from roomkeep.app.state import AccountState
from roomkeep.errors import InvalidRecord
from roomkeep.persistence import Change, SearchCursor, SearchHit

__all__ = ["SearchEffects"]

PAGE = 20
"""So many messages are found at a time."""
PAUSE = 0.5
"""How long changes are gathered after a search on account of some, in seconds, at least."""
REST = 10
"""And at least so many times as long as it took: an import leaves time for the rest."""


class Wanted:
    """What is to be searched next.

    Attributes:
        anew: from the newest message on, what was found so far included.
        more: what comes after it.
    """

    def __init__(self) -> None:
        self.anew = self.more = False

    def __bool__(self) -> bool:
        return self.anew or self.more

    def ask(self, *, more: bool = False) -> None:
        """Want more of what was found, or a search anew."""
        self.anew |= not more
        self.more |= more

    def take(self) -> bool:
        """Want nothing any more; return whether more was wanted of what is there."""
        more = not self.anew
        self.anew = self.more = False
        return more


class SearchEffects(EffectGroup):
    """Searches for what is typed. One search runs at a time; the next takes the latest text."""

    def __init__(self, context: Context, overlays: OverlayEffects, replies: ReplyEffects) -> None:
        super().__init__(context)
        self._overlays = overlays
        self._replies = replies
        self._turn = asyncio.Lock()
        self._searches = Batcher(context, "failed.search", Wanted, self._search, rest=0)
        self._refreshes = Batcher(
            context, "failed.search", Wanted, self._refresh, rest=PAUSE, rest_share=REST
        )
        self._asked: tuple[AccountState | None, SearchRequest | None] = (None, None)
        self._place: tuple[AccountState | None, ChannelRef | None] = (None, None)
        context.follow(self._on_change, "messages", "rooms", "attachments")
        self._follow = Effect(self._follow_request)
        self._follow_there = Effect(self._follow_place)

    # The panel

    def open(self, *, in_front: bool) -> None:
        """Open the panel; `in_front`: in place of the conversation."""
        account = self.account
        with batch():
            self._overlays.close_menu()
            account.picking.set(None)
            account.people.in_front.set(False)
            account.search.is_open.set(True)
            account.search.in_front.set(in_front)

    def close(self) -> None:
        """Close the panel. What was typed stays, to be searched for again."""
        search = self.account.search
        with batch():
            search.is_open.set(False)
            search.in_front.set(False)
            search.chosen.set(None)

    def type(self, text: str) -> None:
        """Search for a text."""
        self.account.search.text.set(text)

    def choose_scope(self, scope: SearchScope) -> None:
        """Search in the open room only, or everywhere."""
        self.account.search.scope.set(scope)

    def show_more(self) -> None:
        """Find more of what is searched for."""
        account = self.account
        results = account.search.results()
        # Who scrolls asks again and again.
        is_more = results is not None and results.next is not None
        if is_more and not account.search.is_searching():
            self._searches.add(account, lambda wanted: wanted.ask(more=True))

    def go(self, message_id: str) -> None:
        """Go to a message that was found."""
        account = self.account
        with batch():
            account.search.chosen.set(message_id)
            account.search.in_front.set(False)
            account.pane.set("chat")
        self._replies.show(message_id)

    def step(self, by: int) -> None:
        """Go to the next message that was found, or to one before it.

        Args:
            by: how many further, towards older ones.
        """
        search = self.account.search
        results = search.results()
        ids = [] if results is None else [hit.message.id for hit in results.hits]
        if not ids:
            return
        chosen = search.chosen()
        place = ids.index(chosen) + by if chosen in ids else 0
        if 0 <= place < len(ids):
            self.go(ids[place])
        if place >= len(ids) - 1:
            self.show_more()

    # What is found

    def _follow_request(self) -> None:
        account = self.page.account()
        asked = account, None if account is None else _request_of(account)
        if account is None or asked == self._asked:
            self._asked = asked
            return
        self._asked = asked
        # What is started here reads signals too; they are not what this follows.
        with untracked():
            if asked[1] is not None:
                self._searches.add(account, Wanted.ask)
            else:
                with batch():
                    account.search.results.set(None)
                    account.search.problem.set(None)

    def _follow_place(self) -> None:
        account = self.page.account()
        place = account, None if account is None else account.channel_ref
        before, self._place = self._place, place
        # Who goes to another room wants to see it.
        if account is not None and before[0] is account and place != before:
            untracked(lambda: account.search.in_front.set(False))

    def _on_change(self, account: AccountState, change: Change) -> None:
        results = account.search.results()
        if results is None:
            return
        # Nobody finds what was deleted, not for a moment.
        if change.store == "messages":
            records = records_by_key(change) or {}
            gone = {key for key, one in records.items() if one is None or one.is_deleted}
            kept = tuple(hit for hit in results.hits if hit.message.id not in gone)
            if len(kept) < len(results.hits):
                account.search.results.set(replace(results, hits=kept))
        self._refreshes.add(account, Wanted.ask)

    async def _refresh(self, account: AccountState, wanted: Wanted) -> None:
        wanted.take()
        if account.search.results() is not None:
            await self._load(account)

    async def _search(self, account: AccountState, wanted: Wanted) -> None:
        await self._load(account, more=wanted.take())

    async def _load(self, account: AccountState, *, more: bool = False) -> None:
        """Search anew, for as much as was found so far; or find more."""
        async with self._turn:
            search, request = account.search, _request_of(account)
            before = search.results()
            if before is not None and before.request != request:
                before = None
            if request is None or (more and (before is None or before.next is None)):
                return
            search.is_searching.set(True)
            try:
                found = await self._find(account, request, before, more=more)
            finally:
                search.is_searching.set(False)
            # Where another text was typed meanwhile, the next round is for that.
            if request == _request_of(account):
                with batch():
                    search.problem.set(what_is_wrong(request.text) if found is None else None)
                    search.results.set(found)

    async def _find(
        self,
        account: AccountState,
        request: SearchRequest,
        before: SearchResults | None,
        *,
        more: bool,
    ) -> SearchResults | None:
        """Return what is found; None if the text is no query."""
        many = 0 if before is None else len(before.hits)
        after = before.next if more and before is not None else None
        limit = PAGE if more else max(PAGE, many)
        hits: list[SearchHit] = []
        following: SearchCursor | None = after
        try:
            # Where the index does not help, a page ends before there are enough.
            while True:
                page = await self.context.database(account).search_messages(
                    request.text,
                    room_id=request.room_id,
                    limit=limit - len(hits),
                    before=following,
                )
                hits += page.hits
                following = page.next
                if following is None or len(hits) >= limit or request != _request_of(account):
                    break
        except InvalidRecord as error:
            if error.field != "query":
                raise
            return None
        database = self.context.database(account)
        ids = [hit.message.id for hit in hits]
        read = await database.get_attachments_for_messages(ids) if ids else {}
        files = {key: tuple(found) for key, found in read.items()}
        # What was deleted while more was read is not among them any more.
        now = account.search.results() if more else None
        return SearchResults(
            request=request,
            hits=(*(() if now is None else now.hits), *hits),
            attachments={**({} if now is None else now.attachments), **files},
            next=following,
        )


def _request_of(account: AccountState) -> SearchRequest | None:
    search = account.search
    text = ready_text(search.text())
    if not search.is_open() or not text:
        return None
    room = account.room if search.scope() == "room" else None
    return SearchRequest(text, None if room is None else room.id)
