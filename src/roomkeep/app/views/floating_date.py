"""The day of the messages at the top, shown while scrolling."""

import asyncio
from collections.abc import Callable
from typing import Any

from reaktiv import untracked

from roomkeep.app.views import times
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["FloatingDate"]

SHOWN_SECONDS = 1.5
"""How long it stays after the last message has gone past."""
TOP_LINE = "0px 0px -100% 0px"
"""What of the view a row must touch to be the one at the top, as the margin of an observer."""


class FloatingDate(AccountView):
    """Shows a day for a moment. Screen readers have the headings of days.

    Nothing is measured while one scrolls: the browser tells which row has come to the top.

    Args:
        time_of: returns the time in ms of the message of a row's id; None for a row that is gone.
        is_at_end: tells whether the newest message is in view.
        tell: called with the time of the message at the top, in ms.
    """

    def __init__(
        self,
        scope: AccountScope,
        time_of: Callable[[str], int | None],
        is_at_end: Callable[[], bool],
        tell: Callable[[int], object],
    ) -> None:
        super().__init__(scope)
        self._time_of = time_of
        self._is_at_end = is_at_end
        self._tell = tell
        self._pill = by_id("floating-date")
        self._hiding: asyncio.TimerHandle | None = None
        self._observer = scope.observe_view(by_id("messages-scroller"), TOP_LINE, self._on_rows)
        scope.on_close(self.hide)

    def follow(self, row: Any) -> Any:
        """Watch for a row to come to the top; return the row."""
        self._observer.observe(row)
        return row

    def hide(self) -> None:
        """Hide it now."""
        if self._hiding is not None:
            self._hiding.cancel()
            self._hiding = None
            self._pill.removeAttribute("data-shown")

    def _on_rows(self, entries: Any, _observer: Any) -> None:
        top = None
        for entry in entries:
            if entry.isIntersecting:
                top = entry.target
        timestamp = None if top is None else self._time_of(str(top.dataset.id))
        if timestamp is None:
            return
        self._tell(timestamp)
        if self._is_at_end():
            return
        set_text(self._pill, times.day(timestamp, untracked(self.page.days)))
        if self._hiding is None:
            self._pill.toggleAttribute("data-shown", True)  # noqa: FBT003 a DOM call
        else:
            self._hiding.cancel()
        self._hiding = asyncio.get_running_loop().call_later(SHOWN_SECONDS, self.hide)
