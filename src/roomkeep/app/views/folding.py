"""Long messages, folded until they are expanded, gone to, or edited."""

from typing import Any

from pyodide.ffi import JsProxy
from reaktiv import Signal, untracked

from roomkeep.app.folding import Fold
from roomkeep.app.state import AccountState
from roomkeep.app.views.dom import by_id, part, set_text
from roomkeep.app.views.message_parts import hide_part, show_part
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["Folding", "fill_fold"]

CHARACTER: float = 6.6
"""How wide a character is in the mean, in pixels."""
BESIDE: int = 96
"""What stands beside the text of a message, likewise."""
STEP: int = 10
"""Columns are counted in tens, so that a window that is being resized is drawn seldom."""


class Folding(AccountView):
    """Folds and unfolds messages, and knows how many characters fit in a line."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self.columns: Signal[int] = Signal(10 * STEP)
        self._scroller = by_id("messages-scroller")
        scope.observe_size(self._scroller, self._on_size)
        self.listen(by_id("messages"), "click", self._on_click)
        # The browser scrolls a folded text to what somebody searched for, or reached with Tab.
        self.listen(by_id("messages"), "scroll", self._on_scroll, capture=True, passive=True)
        self.watch(self._follow)

    def _on_size(self, entries: Any, _observer: Any) -> None:
        width = float(entries[0].contentRect.width) - BESIDE
        if width > 0:
            self.columns.set(max(round(width / CHARACTER / STEP), 1) * STEP)

    def _follow(self) -> None:
        """Unfold the message that is gone to or edited."""
        account = self.account
        wanted = {account.target(), account.editing} - {None}
        untracked(lambda: _unfold(account, *wanted))

    def _on_click(self, event: Any) -> None:
        button = event.target.closest("button[data-fold]")
        account = self.account
        if not isinstance(button, JsProxy):
            return
        row = button.closest(".row")
        message_id = str(row.dataset.id)
        before = float(row.getBoundingClientRect().top)
        is_folded = message_id not in account.unfolded()
        if is_folded:
            _unfold(account, message_id)
        else:
            account.unfolded.set(account.unfolded() - {message_id})
        # Who unfolds reads on from where they were; who folds wants to see what is left.
        self._scroller.scrollTop += float(row.getBoundingClientRect().top) - before
        if not is_folded:
            row.scrollIntoView(block="nearest")

    def _on_scroll(self, event: Any) -> None:
        text = event.target
        if text.matches('[data-fold="folded"]') and text.scrollTop:
            text.scrollTop = 0
            _unfold(self.account, str(text.closest(".row").dataset.id))


def _unfold(account: AccountState, *message_ids: str | None) -> None:
    account.unfolded.set(account.unfolded() | {one for one in message_ids if one is not None})


def fill_fold(row: Any, fold: Fold) -> None:
    """Show a row's text folded or whole, with the button that toggles it."""
    text = part(row, "content")
    text.dataset.fold = fold
    if fold == "whole":
        hide_part(row, "fold")
        return
    button = show_part(row, "fold")
    set_text(button, localize("message.unfold" if fold == "folded" else "message.fold"))
    button.setAttribute("aria-expanded", "false" if fold == "folded" else "true")
