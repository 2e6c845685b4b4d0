"""The scroll position in the list of messages: kept while rows change, and restored."""

from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.positions import Position
from roomkeep.app.views.dom import KeyedList, by_id
from roomkeep.app.views.rows import Row

__all__ = ["MessageScroller"]

BEFORE_NEW = 96
"""So many pixels of what was read before are in sight where a channel opens at what is new."""


class MessageScroller:
    """Scrolls the list of messages.

    Args:
        rows: the rows.
    """

    def __init__(self, rows: KeyedList[str, Row]) -> None:
        self.element: Any = by_id("messages-scroller")
        self._rows = rows

    @property
    def height(self) -> int:
        """The height of what is in view, in pixels; 0 while it is hidden."""
        return int(self.element.clientHeight)

    @property
    def above(self) -> float:
        """How many pixels are above what is in view."""
        return float(self.element.scrollTop)

    @property
    def below(self) -> float:
        """How many pixels are below what is in view."""
        return float(self.element.scrollHeight) - self.height - self.above

    def position(self) -> Position | None:
        """Return the place of the first row in view; None when there is none."""
        top = self._top()
        children = self._rows.parent.children
        low, high = 0, children.length
        while low < high:
            middle = (low + high) // 2
            if children.item(middle).getBoundingClientRect().bottom > top:
                high = middle
            else:
                low = middle + 1
        row = children.item(low)
        if not isinstance(row, JsProxy):
            return None
        offset = float(row.getBoundingClientRect().top) - top
        return Position(message_id=str(row.dataset.id), offset=offset)

    def go_to(self, position: Position | None) -> bool:
        """Scroll so that a row is where it was; tell whether that row is there."""
        row = None if position is None else self._rows.child(position.message_id)
        if position is None or row is None:
            return False
        moved = float(row.getBoundingClientRect().top) - self._top() - position.offset
        if moved:
            self.element.scrollTop += moved
        return True

    def go_to_new(self, row: Any) -> None:
        """Scroll to the first new row; the end is in view when it is not far."""
        self.element.scrollTop += float(row.getBoundingClientRect().top) - self._top() - BEFORE_NEW

    def go_to_end(self) -> None:
        """Scroll to the last row."""
        self.element.scrollTop = self.element.scrollHeight

    def _top(self) -> float:
        return float(self.element.getBoundingClientRect().top)
