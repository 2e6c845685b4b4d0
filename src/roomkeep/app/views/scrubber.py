"""The scrubber of a long channel: a slider beside its messages, from the first day to the last."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import js
from reaktiv import untracked

from roomkeep.app.calendar import months_before
from roomkeep.app.timespan import TimeSpan
from roomkeep.app.views import times
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["Scrubber"]

SHOWN_SECONDS: Final = 1.5
"""How long it stays after the last message has gone past."""
PAUSE: Final = 0.25
"""How long one must rest at a date to go there by the keyboard, in seconds."""
DAY: Final = 86_400_000
LEAST_APART: Final = 0.06
"""How far years must be apart to be named, as a share of the height."""
_MONTHS: Final = {"ArrowUp": 1, "ArrowDown": -1, "PageUp": 12, "PageDown": -12}
"""By how many months each key goes back."""


class Scrubber(AccountView):
    """Shows where in time one is, and goes to the day that it is moved to.

    Args:
        scope: the account's scope.
        is_at_end: tells whether the newest message is in view.
    """

    def __init__(self, scope: AccountScope, is_at_end: Callable[[], bool]) -> None:
        super().__init__(scope)
        self._is_at_end = is_at_end
        self._slider = by_id("scrubber")
        self._scroller = by_id("messages-scroller")
        self._span: TimeSpan | None = None
        self._at = 0
        self._is_dragged = False
        self._hiding: asyncio.TimerHandle | None = None
        self._going: asyncio.TimerHandle | None = None
        for event, handler in {
            "pointerdown": self._on_press,
            "pointermove": self._on_move,
            "pointerup": self._on_release,
            "pointercancel": lambda _: self._drop(),
            "keydown": self._on_key,
        }.items():
            self.listen(self._slider, event, handler)
        self.listen(self._scroller, "scroll", lambda _: self._on_scroll(), passive=True)
        scope.on_close(self._end)
        scope.observe_size(self._scroller, lambda *_: self._keep_off_scroll_bar())
        self.watch(self._show)

    def follow(self, timestamp: int) -> None:
        """Show the time of the message at the top, in ms."""
        if self._span is not None and not self._is_dragged and self._going is None:
            self._put(self._span.last if self._is_at_end() else timestamp)

    def _show(self) -> None:
        span = self.account.span()
        timeline = self.account.timeline()
        if span is not None and timeline is not None and timeline.messages:
            for message in (timeline.messages[0], timeline.messages[-1]):
                span = span.including(message.timestamp)
        before, self._span = self._span, span
        self._slider.hidden = span is None
        if span is None:
            self._drop()
            return
        if before != span:
            self._slider.setAttribute("aria-valuemax", str((span.last - span.first) // DAY))
            self._name_years(span)
            if before is None:
                self._at = span.last
                self._keep_off_scroll_bar()
            self._put(self._at)

    def _name_years(self, span: TimeSpan) -> None:
        marks = []
        last = -1.0
        for year in range(times.calendar_day(span.first).year, times.calendar_day(span.last).year):
            start = times.start_of_day(times.calendar_day(span.first).replace(year + 1, 1, 1))
            place = span.place(start)
            if place - last < LEAST_APART:
                continue
            last = place
            mark = js.document.createElement("span")
            mark.textContent = str(year + 1)
            mark.style.top = f"{place:.2%}"
            marks.append(mark)
        by_id("scrubber-years").replaceChildren(*marks)

    def _put(self, timestamp: int) -> None:
        """Move the thumb to a time, in ms."""
        span = self._span
        if span is None:
            return
        self._at = timestamp = span.time(span.place(timestamp))
        slider = self._slider
        slider.style.setProperty("--place", f"{span.place(timestamp):.4f}")
        slider.setAttribute("aria-valuenow", str((timestamp - span.first) // DAY))
        slider.setAttribute("aria-valuetext", times.date(timestamp))
        set_text(by_id("scrubber-label"), times.month(timestamp))

    # Moved by a pointer

    def _on_press(self, event: Any) -> None:
        if event.button != 0:
            return
        event.preventDefault()
        self._is_dragged = True
        self._slider.setPointerCapture(event.pointerId)
        self._slider.toggleAttribute("data-dragged", True)  # noqa: FBT003 a DOM call
        self._put_at(event)

    def _on_move(self, event: Any) -> None:
        if self._is_dragged:
            self._put_at(event)

    def _on_release(self, event: Any) -> None:
        if self._is_dragged:
            self._put_at(event)
            self._drop()
            self._go()

    def _drop(self) -> None:
        self._is_dragged = False
        self._slider.removeAttribute("data-dragged")

    def _put_at(self, event: Any) -> None:
        box = by_id("scrubber-track").getBoundingClientRect()
        if self._span is not None and box.height:
            self._put(self._span.time((event.clientY - box.top) / box.height))

    # Moved by keys

    def _on_key(self, event: Any) -> None:
        span = self._span
        if span is None or event.ctrlKey or event.metaKey or event.altKey:
            return
        key = str(event.key)
        if key in ("Home", "End"):
            self._put(span.first if key == "Home" else span.last)
        elif key in _MONTHS:
            day = times.calendar_day(self._at)
            self._put(times.start_of_day(months_before(day, _MONTHS[key])))
        else:
            return
        event.preventDefault()
        if self._going is not None:
            self._going.cancel()
        self._going = asyncio.get_running_loop().call_later(PAUSE, self._go)

    def _go(self) -> None:
        self._going = None
        span = self._span
        if span is None:
            return
        with_dates = self.effects.dates
        if self._at >= span.last:
            with_dates.go_to_latest()
        elif self._at <= span.first:
            with_dates.go_to_first()
        else:
            with_dates.go(times.start_of_day(times.calendar_day(self._at)))

    # While one scrolls

    def _on_scroll(self) -> None:
        if self._span is None:
            return
        if untracked(self._is_at_end):
            self.follow(self._span.last)
        if self._hiding is None:
            self._slider.toggleAttribute("data-shown", True)  # noqa: FBT003 a DOM call
        else:
            self._hiding.cancel()
        self._hiding = asyncio.get_running_loop().call_later(SHOWN_SECONDS, self._hide)

    def _hide(self) -> None:
        self._hiding = None
        self._slider.removeAttribute("data-shown")

    def _keep_off_scroll_bar(self) -> None:
        width = self._scroller.offsetWidth - self._scroller.clientWidth
        self._slider.style.setProperty("--scroll-bar", f"{width}px")

    def _end(self) -> None:
        for timer in (self._hiding, self._going):
            if timer is not None:
                timer.cancel()
        self._slider.hidden = True
