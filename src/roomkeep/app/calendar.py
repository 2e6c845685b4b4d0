"""Days as people call them: today, yesterday, a day of this week. Pure."""

import datetime as dt
from typing import Literal

from msgspec import Struct

__all__ = ["Days", "Nearness", "months_before"]

Nearness = Literal["today", "yesterday", "week", "year", "far"]
"""How near a time is: the first of these that holds."""


class Days(Struct, frozen=True):
    """When the days around now begin, by the reader's clock, in ms.

    Attributes:
        yesterday: the day before this one.
        today: this day.
        tomorrow: the day after it.
        week: the day six days ago, since when no other day has its name.
        year: the first day of this year.
        next_year: that of the next.
    """

    yesterday: int
    today: int
    tomorrow: int
    week: int
    year: int
    next_year: int

    def nearness(self, timestamp: int) -> Nearness:
        """Tell how near a time is to today; future days are called by their dates."""
        if self.today <= timestamp < self.tomorrow:
            return "today"
        if self.yesterday <= timestamp < self.today:
            return "yesterday"
        if self.week <= timestamp < self.today:
            return "week"
        return "year" if self.year <= timestamp < self.next_year else "far"


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months before, or the last of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = dt.date(year, month + 1, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return min(first + dt.timedelta(days=day.day - 1), last)
