"""Keeps track of the current day."""

from typing import Any

import js
from pyodide.ffi import create_once_callable

from roomkeep.app.calendar import Days
from roomkeep.app.views.scope import View, ViewScope

__all__ = ["TodayView"]


class TodayView(View):
    """Updates the day at midnight, and when the page becomes visible."""

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        self._timer: Any = None
        # A timer stands still while the device sleeps.
        for event in ("visibilitychange", "resume"):
            self.listen(js.document, event, lambda _: self._look())
        self._look()

    def _look(self) -> None:
        now = js.Date.new()
        year, month, day = int(now.getFullYear()), int(now.getMonth()), int(now.getDate())
        tomorrow = _time(year, month, day + 1)
        self.page.days.set(
            Days(
                yesterday=_time(year, month, day - 1),
                today=_time(year, month, day),
                tomorrow=tomorrow,
                week=_time(year, month, day - 6),
                year=_time(year, 0, 1),
                next_year=_time(year + 1, 0, 1),
            )
        )
        if self._timer is not None:
            js.clearTimeout(self._timer)
        wait = max(tomorrow - int(now.getTime()), 1_000)
        self._timer = js.setTimeout(create_once_callable(self._look), wait)


def _time(year: int, month: int, day: int) -> int:
    # No number of hours: some days have 23 or 25.
    return int(js.Date.new(year, month, day).getTime())
