"""The list of the messages that a search has found."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import js
from msgspec import Struct
from reaktiv import untracked

from roomkeep.app.channels import find_channel, has_choice
from roomkeep.app.people import Avatar, picture_of
from roomkeep.app.search_state import SearchResults
from roomkeep.app.search_text import Piece, SearchScope, excerpt
from roomkeep.app.state import AccountState
from roomkeep.app.views import times
from roomkeep.app.views.avatars import show_avatar
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import format_list, format_percent, localize
from roomkeep.models import Message
from roomkeep.persistence import SearchHit

__all__ = ["SearchHitsView"]

NEAR = 400
"""So many pixels before the end of the list, more is searched for."""

_numbers = itertools.count()


class HitRow(Struct, frozen=True, kw_only=True):
    """A row of the list.

    Attributes:
        message: what was found.
        place: the room and the channel; empty where only one room is searched.
        author: the sender's name.
        picture: a `data:` URL of the sender's picture.
        time: when it was sent, in short.
        pieces: what it says.
        files: the names of its files.
    """

    message: Message
    place: str
    author: str
    picture: str | None
    time: str
    pieces: list[Piece]
    files: tuple[str, ...]


class SearchHitsView(AccountView):
    """Shows what was found, and which of it is chosen.

    Args:
        scope: the account's scope.
        on_choose: called when a row is chosen by the keyboard or the page, with its element; None
            for none.
    """

    def __init__(self, scope: AccountScope, on_choose: Any) -> None:
        super().__init__(scope)
        self._on_choose = on_choose
        self._scroller = by_id("search-scroller")
        self._list: KeyedList[str, HitRow] = KeyedList(by_id("search-hits"), _make, _fill)
        self._ids: list[str] = []
        self._chosen = ""
        self._shown: SearchResults | None = None
        self._asked: tuple[str, SearchScope] | None = None
        self.listen(self._list.parent, "click", self._on_press)
        self.listen(self._scroller, "scroll", lambda _: self._look_on(), passive=True)
        self.listen(
            by_id("search-everywhere"),
            "click",
            lambda _: scope.effects.search.choose_scope("everywhere"),
        )
        transcripts = scope.effects.transcripts
        self.listen(by_id("search-export"), "click", lambda _: transcripts.open_for_search())
        self.watch(self._show)
        self.watch(self._show_count)
        self.watch(self._show_indexed)
        self.watch(self._begin_anew)
        self.watch(self._follow_chosen)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to choose from."""
        return not self._ids

    def move(self, by: int) -> None:
        """Choose another row: so many further down."""
        if not self._ids:
            return
        place = self._ids.index(self._chosen) + by if self._chosen in self._ids else 0
        self._choose(self._ids[max(0, min(place, len(self._ids) - 1))])

    def go(self) -> None:
        """Go to the message of the chosen row, or of the first."""
        if self._ids:
            chosen = self._chosen if self._chosen in self._ids else self._ids[0]
            self.effects.search.go(chosen)

    def _show(self) -> None:
        account = self.account
        results = account.search.results()
        before, self._shown = self._shown, results
        hits = () if results is None else results.hits
        faces = _faces(account, hits)
        rows = [self._row(hit, results, faces) for hit in hits if results is not None]
        shown = {row.message.id: row for row in rows if row is not None}
        self._ids = list(shown)
        self._list.show(shown)
        self._list.parent.hidden = not shown
        if self._chosen not in shown:
            self._choose("")
            if results is not None and (before is None or before.request != results.request):
                self._scroller.scrollTop = 0
        untracked(self._look_on)

    def _row(
        self, hit: SearchHit, results: SearchResults, faces: Mapping[tuple[str, str], Avatar]
    ) -> HitRow | None:
        account, message = self.account, hit.message
        room = account.find_room(message.room_id)
        if room is None:
            return None
        is_everywhere = results.request.room_id is None
        place = room.name if is_everywhere else ""
        channel = find_channel(room, message.channel_id)
        if channel is not None and has_choice(room):
            place = channel.name
            if is_everywhere:
                place = localize("search.in_channel", room=room.name, channel=channel.name)
        face = faces.get((room.id, message.sender_id))
        return HitRow(
            message=message,
            place=place,
            author=(message.sender_name or message.sender_id) if face is None else face.name,
            picture=None if face is None else face.picture,
            time=times.shortest(message.timestamp, self.page.days()),
            pieces=excerpt(message.content, hit.matches),
            files=tuple(one.filename for one in results.attachments.get(message.id, ())),
        )

    def _show_count(self) -> None:
        search = self.account.search
        results = search.results()
        count = 0 if results is None else len(results.hits)
        text = ""
        if results is None:
            text = localize("search.searching") if search.is_searching() else ""
        elif not count:
            text = localize("search.none")
        else:
            more = results.next is not None
            text = localize("search.count_more" if more else "search.count", count=count)
        set_text(by_id("search-count"), text)
        by_id("search-export").hidden = not count
        by_id("search-none").hidden = results is None or bool(count)
        in_room = results is not None and results.request.room_id is not None
        by_id("search-everywhere").hidden = not in_room
        is_idle = results is None and not search.problem() and not search.is_searching()
        by_id("search-tips").hidden = not is_idle

    def _show_indexed(self) -> None:
        indexed = self.account.search.indexed()
        note = by_id("search-indexing")
        note.hidden = indexed is None or indexed.done >= indexed.total
        if indexed is not None and indexed.total:
            percent = format_percent(min(indexed.done / indexed.total, 1))
            set_text(note, localize("search.indexing", percent=percent))

    def _begin_anew(self) -> None:
        """Choose no row once one types on; what is found for that comes later.

        Then a row may have been chosen among what is still shown, which stays.
        """
        search = self.account.search
        asked = search.text(), search.scope()
        if asked != self._asked:
            self._asked = asked
            self._choose("")

    def _follow_chosen(self) -> None:
        """Choose the message that one went to."""
        chosen = self.account.search.chosen()
        if chosen is not None and chosen in self._ids:
            self._choose(chosen)

    def _choose(self, message_id: str) -> None:
        before, self._chosen = self._list.child(self._chosen), message_id
        if before is not None:
            before.setAttribute("aria-selected", "false")
        row = self._list.child(message_id)
        if row is not None:
            row.setAttribute("aria-selected", "true")
            row.scrollIntoView(block="nearest")
        self._on_choose(row)

    def _on_press(self, event: Any) -> None:
        option = event.target.closest("[role='option']")
        for message_id in self._ids:
            child = self._list.child(message_id)
            if child is not None and child.isSameNode(option):
                self.effects.search.go(message_id)
                return

    def _look_on(self) -> None:
        """Search for more near the end of the list."""
        scroller = self._scroller
        left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop
        results = self.account.search.results()
        is_more = results is not None and results.next is not None
        if is_more and scroller.clientHeight and left < NEAR:
            self.effects.search.show_more()


def _faces(account: AccountState, hits: Iterable[SearchHit]) -> dict[tuple[str, str], Avatar]:
    """Return the names and pictures of those who wrote what was found, by room and user."""
    senders: dict[str, set[str]] = {}
    for hit in hits:
        senders.setdefault(hit.message.room_id, set()).add(hit.message.sender_id)
    return {
        (room.id, member.oder_id): Avatar(
            member.display_name or member.username, picture_of(member)
        )
        for room in account.rooms() or ()
        if room.id in senders
        for member in room.members
        if member.oder_id in senders[room.id]
    }


def _make() -> Any:
    option = clone("search-hit")
    option.id = f"search-hit-{next(_numbers)}"
    return option


def _fill(element: Any, row: HitRow, _before: HitRow | None) -> None:
    place = part(element, "place")
    place.hidden = not row.place
    set_text(place, row.place)
    show_avatar(part(element, "avatar"), row.message.sender_id, row.author, row.picture)
    set_text(part(element, "author"), row.author)
    time = part(element, "time")
    set_text(time, row.time)
    time.dateTime = times.machine(row.message.timestamp)
    time.title = times.exact(row.message.timestamp)
    part(element, "text").replaceChildren(*map(_node, row.pieces))
    part(element, "files").hidden = not row.files
    set_text(part(element, "names"), format_list(row.files))


def _node(piece: Piece) -> Any:
    if not piece.is_match:
        return js.document.createTextNode(piece.text)
    mark = js.document.createElement("mark")
    mark.textContent = piece.text
    return mark
