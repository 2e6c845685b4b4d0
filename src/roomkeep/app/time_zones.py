"""Time zones by their names, as the browser knows them: Python's own are not in the page."""

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

__all__ = ["OffsetZone", "find_zone", "make_zone"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAY = 86_400
_OFFSET = re.compile(r"GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?")


class OffsetZone(tzinfo):
    """A time zone, made of what its clocks are ahead of UTC at any time.

    Attributes:
        key: its name, as `zoneinfo.ZoneInfo` has it.

    Args:
        name: its name, such as `"Europe/Berlin"`.
        offset_at: returns the seconds that its clocks are ahead at a time, in seconds since the
            epoch.
    """

    def __init__(self, name: str, offset_at: Callable[[int], int]) -> None:
        self.key = name
        self._offset_at = functools.lru_cache(maxsize=4_096)(offset_at)

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        """Return how far its clocks are ahead at a time that they show.

        Of an hour that they show twice, `fold` says which is meant. One that they skip is read as
        if they had not been changed yet.
        """
        if when is None:
            return None
        wall = (when.replace(tzinfo=UTC) - _EPOCH) // _SECOND
        day = wall // _DAY * _DAY
        # Few messages come on a day that is near a change of the clocks, and no two changes do.
        before, after = self._offset_at(day - _DAY), self._offset_at(day + 2 * _DAY)
        if before == after:
            return timedelta(seconds=before)
        fits_before = self._offset_at(wall - before) == before
        fits_after = self._offset_at(wall - after) == after
        if fits_before and fits_after:
            return timedelta(seconds=after if when.fold else before)
        return timedelta(seconds=after if fits_after else before)

    def dst(self, when: datetime | None) -> timedelta | None:  # noqa: ARG002 as `tzinfo` has it
        """Return None: summer time is not told apart."""
        return None

    def tzname(self, when: datetime | None) -> str:  # noqa: ARG002 as `tzinfo` has it
        """Return its name."""
        return self.key


def make_zone(name: str) -> tzinfo:
    """Make a time zone that the browser knows."""
    import js

    formatter = js.Intl.DateTimeFormat.new("en-US", timeZone=name, timeZoneName="longOffset")

    def offset_at(seconds: int) -> int:
        found = _OFFSET.search(str(formatter.format(seconds * 1_000)))
        if found is None or found[1] is None:
            return 0
        hours, minutes, rest = (int(number or 0) for number in found.groups()[1:])
        offset = hours * 3_600 + minutes * 60 + rest
        return -offset if found[1] == "-" else offset

    return OffsetZone(name, offset_at)


def find_zone(name: str) -> tzinfo | None:
    """Make a time zone by a name that was kept; None where the browser does not know it."""
    import js

    return make_zone(name) if name in js.Intl.supportedValuesOf("timeZone") else None
