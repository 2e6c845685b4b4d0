"""Times as archives write them, and as they are kept."""

from datetime import UTC, datetime, timedelta, tzinfo

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.source import shorten
from roomkeep.localization import localize

__all__ = ["Clock", "check_time", "parse_iso"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
MIN_TIME = 0
MAX_TIME = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
"""No chat is from before the epoch, or from after this; a time beyond says that a file is wrong."""


class Clock:
    """Turns times on the wall into times since the epoch.

    Args:
        zone: the time zone; None for the device's.
    """

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone

    def to_ms(self, wall: datetime, place: str) -> int:
        """Return the time since the epoch in ms.

        An hour that a clock shows twice, when summer time ends, is taken for the first of the two.

        Args:
            wall: a time; one without a zone is in the clock's.
            place: where it stands in the archive, for the error.

        Raises:
            ArchiveError: no chat can be from then.
        """
        try:
            if wall.tzinfo is None and self._zone is not None:
                wall = wall.replace(tzinfo=self._zone)
            # Without a zone, `astimezone` takes the device's.
            return check_time((wall.astimezone(UTC) - _EPOCH) // _MILLISECOND, place)
        except (OverflowError, OSError, ValueError) as error:
            if isinstance(error, ArchiveError):
                raise
            raise _absurd(place) from error


def check_time(time: int, place: str) -> int:
    """Return a time in ms, checked to be one that a chat can be from.

    Raises:
        ArchiveError: it is none; the message names the place.
    """
    if not MIN_TIME <= time < MAX_TIME:
        raise _absurd(place)
    return time


def parse_iso(text: str) -> datetime | None:
    """Return a time in ISO 8601; None where it is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _absurd(place: str) -> ArchiveError:
    return ArchiveError(localize("archive.absurd_time", place=shorten(place)))
