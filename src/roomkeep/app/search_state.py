"""The state of the search for messages."""

from collections.abc import Mapping

from msgspec import Struct
from reaktiv import Signal

from roomkeep.app.search_text import Problem, SearchScope
from roomkeep.app.signals import signal
from roomkeep.models import Attachment
from roomkeep.persistence import SearchCursor, SearchHit, SearchProgress

__all__ = ["SearchRequest", "SearchResults", "SearchState"]


class SearchRequest(Struct, frozen=True):
    """What is searched for.

    Attributes:
        text: the query.
        room_id: in this room only; None for everywhere.
    """

    text: str
    room_id: str | None


class SearchResults(Struct, frozen=True, kw_only=True):
    """What a search has found so far.

    Attributes:
        request: what was searched for.
        hits: the messages that were found, the newest first.
        attachments: the files of those that have any, by the message's id.
        next: where more are found; None where there are no more.
    """

    request: SearchRequest
    hits: tuple[SearchHit, ...]
    attachments: Mapping[str, tuple[Attachment, ...]]
    next: SearchCursor | None = None


class SearchState:
    """The search for messages, as the page shows it.

    Attributes:
        is_open: somebody searches: beside the conversation, or in a narrow window in its place.
        in_front: in a narrow window the panel is seen, not the conversation.
        text: what was typed.
        scope: where one searches, if a room is open.
        results: what was found; None while nothing is searched for.
        problem: why the text cannot be searched for.
        is_searching: a search is running.
        chosen: the id of the message that one went to last.
        indexed: how far the index is, while it is built; else None.
    """

    def __init__(self) -> None:
        self.is_open: Signal[bool] = signal(value=False)
        self.in_front: Signal[bool] = signal(value=False)
        self.text: Signal[str] = signal("")
        self.scope: Signal[SearchScope] = signal("room")
        self.results: Signal[SearchResults | None] = signal(None)
        self.problem: Signal[Problem | None] = signal(None)
        self.is_searching: Signal[bool] = signal(value=False)
        self.chosen: Signal[str | None] = signal(None)
        self.indexed: Signal[SearchProgress | None] = signal(None)
