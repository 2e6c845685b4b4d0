"""Reordering rows, by dragging their grips or by the arrow keys."""

from collections.abc import Callable
from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.views.scope import View, ViewScope

__all__ = ["ReorderView"]


class Drag:
    """A row that is being dragged.

    Attributes:
        row: the row.
        rows: all rows, as they stood when it began.
        began: where the pointer was, in pixels from the window's top.
        by: by how many places it has moved; up is less than none.
    """

    def __init__(self, row: Any, rows: list[Any], began: float) -> None:
        self.row = row
        self.rows = rows
        self.began = began
        self.by = 0
        self.place = next(n for n, other in enumerate(rows) if other.isSameNode(row))
        # Rows are of one height, with one gap between them.
        self.step = rows[1].offsetTop - rows[0].offsetTop if len(rows) > 1 else row.offsetHeight

    def follow(self, y: float) -> None:
        """Show the row under the pointer, and the others where they would stand."""
        top, bottom = -self.place * self.step, (len(self.rows) - 1 - self.place) * self.step
        shift = min(max(y - self.began, top), bottom)
        self.by = round(shift / self.step)
        target = self.place + self.by
        for number, row in enumerate(self.rows):
            aside = 0
            if self.place < number <= target:
                aside = -self.step
            elif target <= number < self.place:
                aside = self.step
            _shift(row, shift if number == self.place else aside)

    def rest(self) -> None:
        """Leave the row where it was dropped."""
        _shift(self.row, self.by * self.step)

    def end(self) -> None:
        """Put all rows back to their places in the list."""
        self.row.removeAttribute("data-dragged")
        for row in self.rows:
            _shift(row, 0)


class ReorderView(View):
    """Makes the rows of a list reorderable.

    Args:
        page: the state.
        effects: the effects.
        rows: the list. Its rows hold a button with `data-grip`.
        move: called with a row and by how many places it is to move; up is less than none.
    """

    def __init__(self, scope: ViewScope, rows: Any, move: Callable[[Any, int], None]) -> None:
        super().__init__(scope)
        self._list = rows
        self._move = move
        self._drag: Drag | None = None
        self._is_dropped = False
        self.listen(rows, "pointerdown", self._on_down)
        self.listen(rows, "pointermove", self._on_pointer)
        self.listen(rows, "pointerup", lambda _: self._drop())
        self.listen(rows, "pointercancel", lambda _: self.settle())
        self.listen(rows, "keydown", self._on_key)

    def settle(self) -> bool:
        """Put the rows back to their places; return whether one was being dragged.

        A row that was dropped stays where it was let go until this is called.
        """
        drag, self._drag = self._drag, None
        self._is_dropped = False
        self._list.removeAttribute("data-reordering")
        if drag is not None:
            drag.end()
        return drag is not None

    def _on_down(self, event: Any) -> None:
        grip = event.target.closest("[data-grip]")
        if not isinstance(grip, JsProxy) or event.button != 0:
            return
        event.preventDefault()
        self.settle()
        grip.focus()
        grip.setPointerCapture(event.pointerId)
        row = grip.closest("li")
        row.setAttribute("data-dragged", "")
        self._list.setAttribute("data-reordering", "")
        self._drag = Drag(row, list(self._list.children), event.clientY)

    def _on_pointer(self, event: Any) -> None:
        if self._drag is not None and not self._is_dropped:
            self._drag.follow(event.clientY)

    def _drop(self) -> None:
        drag = self._drag
        if drag is None or self._is_dropped:
            return
        if not drag.by:
            self.settle()
            return
        self._is_dropped = True
        drag.rest()
        self._move(drag.row, drag.by)

    def _on_key(self, event: Any) -> None:
        grip = event.target.closest("[data-grip]")
        if isinstance(grip, JsProxy) and event.key in ("ArrowUp", "ArrowDown"):
            event.preventDefault()
            self._move(grip.closest("li"), -1 if event.key == "ArrowUp" else 1)


def _shift(row: Any, pixels: float) -> None:
    if pixels:
        row.style.setProperty("--shift", f"{pixels}px")
    else:
        row.style.removeProperty("--shift")
