"""The names of those who reacted, shown when a reaction is hovered, focused or held."""

import asyncio
from typing import Any

import js
from pyodide.ffi import JsProxy

from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["ReactionTooltip"]

HOLD_SECONDS = 0.45
GAP = 6
EDGE = 8


class ReactionTooltip(AccountView):
    """The tooltip that names those who reacted.

    Args:
        messages: the list of messages, with their reactions in it.
    """

    def __init__(self, scope: AccountScope, messages: Any) -> None:
        super().__init__(scope)
        self._tip = by_id("who-reacted")
        self._holding: asyncio.TimerHandle | None = None
        self._was_held = False
        self.listen(messages, "pointerover", self._on_pointer, passive=True)
        # A pointer that is quick is over no other part of the list on its way.
        self.listen(messages, "pointerleave", self._on_leave, passive=True)
        self.listen(messages, "focusin", self._on_focus)
        self.listen(messages, "focusout", lambda _: self._hide())
        self.listen(messages, "pointerdown", self._on_press, passive=True)
        for name in ("pointerup", "pointercancel"):
            self.listen(messages, name, lambda _: self._let_go(), passive=True)
        self.listen(messages, "click", self._on_click, capture=True)
        self.listen(messages, "contextmenu", self._on_menu)
        self.listen(messages.parentNode, "scroll", lambda _: self._hide(), passive=True)
        self.listen(js.document, "keydown", self._on_key)
        scope.on_close(self._hide)

    def _on_pointer(self, event: Any) -> None:
        if event.pointerType == "touch":
            return
        chip = event.target.closest(".chip[data-who]")
        if isinstance(chip, JsProxy):
            self._show(chip)
        elif not self._tip.hidden:
            self._hide()

    def _on_leave(self, event: Any) -> None:
        # A finger leaves whenever it lets go.
        if event.pointerType != "touch":
            self._hide()

    def _on_focus(self, event: Any) -> None:
        if event.target.matches(".chip[data-who]:focus-visible"):
            self._show(event.target)

    def _on_press(self, event: Any) -> None:
        self._was_held = False
        chip = event.target.closest(".chip[data-who]")
        if event.pointerType == "touch" and isinstance(chip, JsProxy):
            loop = asyncio.get_running_loop()
            self._holding = loop.call_later(HOLD_SECONDS, self._hold, chip)

    def _hold(self, chip: Any) -> None:
        self._was_held = True
        self._show(chip)

    def _let_go(self) -> None:
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None

    def _on_click(self, event: Any) -> None:
        # Who held a reaction wanted to read, not to react.
        if self._was_held:
            self._was_held = False
            event.preventDefault()
            event.stopPropagation()
        else:
            self._hide()

    def _on_menu(self, event: Any) -> None:
        if self._was_held:
            event.preventDefault()

    def _on_key(self, event: Any) -> None:
        if event.key == "Escape" and not self._tip.hidden:
            self._hide()

    def _show(self, chip: Any) -> None:
        set_text(self._tip, str(chip.dataset.who))
        self._tip.hidden = False
        at, tip = chip.getBoundingClientRect(), self._tip.getBoundingClientRect()
        left = at.left + (at.width - tip.width) / 2
        most = js.document.documentElement.clientWidth - tip.width - EDGE
        top = at.top - tip.height - GAP
        self._tip.style.left = f"{max(EDGE, min(left, most))}px"
        self._tip.style.top = f"{top if top >= EDGE else at.bottom + GAP}px"

    def _hide(self) -> None:
        self._let_go()
        self._tip.hidden = True
