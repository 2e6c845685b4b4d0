"""Long-press opens the message menu."""

import asyncio
from collections.abc import Callable
from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.views.scope import View, ViewScope

__all__ = ["LongPress"]

HOLD_SECONDS = 0.45
OWN_TOUCH = "a, button:not(.author), textarea, input, pre"
"""What does something else when it is held."""


class LongPress(View):
    """Detects a long press on a row, and reports it when the finger is lifted.

    Not earlier: a panel that opened under it would close as it leaves.

    Args:
        messages: the list of messages.
        choose: is told the row.
    """

    def __init__(self, scope: ViewScope, messages: Any, choose: Callable[[Any], object]) -> None:
        super().__init__(scope)
        self._choose = choose
        self._waiting: asyncio.TimerHandle | None = None
        self._row: Any = None
        self._was_held = False
        self.listen(messages, "pointerdown", self._on_press, passive=True)
        self.listen(messages, "pointerup", self._on_release, passive=True)
        for name in ("pointercancel", "pointerleave"):
            self.listen(messages, name, lambda _: self._end(), passive=True)
        self.listen(messages, "contextmenu", self._on_menu)
        self.listen(messages, "click", self._on_click, capture=True)
        scope.on_close(self._end)

    def _on_press(self, event: Any) -> None:
        self._end()
        self._was_held = False
        touched = event.target
        if event.pointerType != "touch" or isinstance(touched.closest(OWN_TOUCH), JsProxy):
            return
        row = touched.closest(".row:not([data-deleted], [data-editing])")
        if isinstance(row, JsProxy):
            loop = asyncio.get_running_loop()
            self._waiting = loop.call_later(HOLD_SECONDS, self._hold, row)

    def _hold(self, row: Any) -> None:
        self._row = row
        self._was_held = True
        row.toggleAttribute("data-held", True)  # noqa: FBT003 a DOM call

    def _on_release(self, _event: Any) -> None:
        row = self._row
        self._end()
        if row is not None:
            asyncio.get_running_loop().call_soon(self._choose, row)

    def _on_menu(self, event: Any) -> None:
        # Of the browser's own, which would also select a word.
        if self._waiting is not None or self._row is not None:
            event.preventDefault()

    def _on_click(self, event: Any) -> None:
        # Who held an author's name meant the message.
        if self._was_held:
            self._was_held = False
            event.preventDefault()
            event.stopPropagation()

    def _end(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._row is not None:
            self._row.removeAttribute("data-held")
            self._row = None
