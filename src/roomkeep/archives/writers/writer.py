"""The interface of a writer: one class for each format, in a module of its own."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import ClassVar

from msgspec import Struct

from roomkeep.models import Attachment, Message

__all__ = ["Entry", "Heading", "Times", "Writer"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000


class Heading(Struct, frozen=True, kw_only=True):
    """What stands above the messages.

    Attributes:
        title: what they are, such as the room's name.
        about: more about them, in plain sentences.
    """

    title: str
    about: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """A message to write, with what it needs to be understood.

    Attributes:
        message: the message, which is not deleted.
        room_name: the name of its room.
        channel_name: the name of its channel.
        place: where it was written, as it is shown beside the name; empty where that goes without
            saying.
        files: its files, of which only names and sizes are written.
        answered: the message that it replies to, if that is here.
    """

    message: Message
    room_name: str
    channel_name: str
    place: str = ""
    files: tuple[Attachment, ...] = ()
    answered: Message | None = None

    @property
    def reactions(self) -> dict[str, list[str]]:
        """The emoji of its reactions, in order, each with the ids of who reacted with it."""
        found: dict[str, list[str]] = {}
        for reaction in self.message.reactions:
            found.setdefault(reaction.emoji, []).append(reaction.oder_id)
        return found


class Times:
    """How times are written.

    Args:
        day: returns the full name of the day of a time in ms.
        minute: returns its hour and minute, as the reader writes them.
        zone: the reader's time zone; None for that of the device.
    """

    def __init__(
        self,
        day: Callable[[int], str] | None = None,
        minute: Callable[[int], str] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self.day = day or self.date
        self.minute = minute or self._clock
        self._zone = zone
        # Asking for the zone's offset costs more than the rest, and many messages share a minute.
        self._local = functools.lru_cache(maxsize=1_024)(self._ask_local)

    def date(self, timestamp: int) -> str:
        """Return the day as "2024-05-31"; for a year without four digits, the time in ms."""
        at = self._local(timestamp // _MINUTE)
        return str(timestamp) if at is None else at.date().isoformat()

    def exact(self, timestamp: int) -> str:
        """Return the local time as "2024-05-31 14:05:09"; for such a year, the time in ms."""
        at = self._local(timestamp // _MINUTE)
        if at is None:
            return str(timestamp)
        second = timestamp % _MINUTE // 1_000
        return f"{at:%Y-%m-%d %H:%M}:{second:02}"

    def machine(self, timestamp: int) -> str:
        """Return the time in ISO format, with its offset; empty for such a year."""
        at = self._local(timestamp // _MINUTE)
        if at is None:
            return ""
        milliseconds = timestamp % _MINUTE
        return (at + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")

    def _clock(self, timestamp: int) -> str:
        return self.exact(timestamp)[-8:-3]

    def _ask_local(self, minute: int) -> datetime | None:
        try:
            at = (_EPOCH + timedelta(minutes=minute)).astimezone(self._zone)
        except (OverflowError, OSError, ValueError):
            return None
        return at if at.year >= 1_000 else None  # noqa: PLR2004 `strftime` does not pad years


class Writer(ABC):
    """Writes messages in one format, piece by piece: `begin`, `write` for each, and `end`.

    Attributes:
        extension: how the names of such files end, such as `"html"`.
        quotes: it quotes the messages that others reply to, so it is to be given them.

    Args:
        heading: what stands above the messages.
        times: how times are written.
        name_of: returns the name of a person by the id.
    """

    extension: ClassVar[str]
    quotes: ClassVar[bool] = True

    def __init__(self, heading: Heading, times: Times, name_of: Callable[[str], str]) -> None:
        self.heading = heading
        self.times = times
        self.name_of = name_of

    def begin(self) -> str:
        """Return what comes before the messages."""
        return ""

    @abstractmethod
    def write(self, entry: Entry) -> str:
        """Return a message, which comes after those before it."""

    def end(self) -> str:
        """Return what comes after the messages."""
        return ""
