"""Exporting the messages of a room or a search, as the page shows it."""

from typing import Literal

from msgspec import Struct
from reaktiv import Signal

from roomkeep.app.job import Job
from roomkeep.app.search_state import SearchRequest
from roomkeep.app.signals import signal

__all__ = ["TranscriptFormat", "TranscriptState", "WantedMessages"]

TranscriptFormat = Literal["html", "text", "json"]
"""What kind of file is written."""


class WantedMessages(Struct, frozen=True, kw_only=True):
    """Which messages are to be exported.

    Attributes:
        room_id: those of this room; None for those of all rooms.
        search: only those that this search finds; None for all.
        query: what was typed to search for.
    """

    room_id: str | None
    search: SearchRequest | None = None
    query: str = ""


class TranscriptState:
    """What the dialog for exporting messages shows.

    Attributes:
        wanted: which messages it is about; None before it was opened.
        format: the kind of file that is chosen.
        job: the export that is running or has ended.
    """

    def __init__(self) -> None:
        self.wanted: Signal[WantedMessages | None] = signal(None)
        self.format: Signal[TranscriptFormat] = signal("html")
        self.job: Signal[Job | None] = signal(None)
