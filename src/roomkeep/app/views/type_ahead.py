"""Typing anywhere goes to the composer."""

from typing import Any

import js
from pyodide.ffi import JsProxy

from roomkeep.app.views.dom import by_id
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["TypeAheadView"]

TAKES_KEYS = "input, textarea, select, [contenteditable], dialog, [popover], [role='menu']"
"""What does something of its own with letters."""
STARTS_TEXT = ("Process", "Dead")
"""The keys with which an input method, or an accent, begins a letter."""


class TypeAheadView(AccountView):
    """Focuses the composer in the event of the first key, so that it gets the letter."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._composer = by_id("composer-text")
        self.listen(js.document, "keydown", self._on_key)

    def _on_key(self, event: Any) -> None:
        if event.defaultPrevented or event.altKey or not _begins_text(event):
            return
        if isinstance(event.target.closest(TAKES_KEYS), JsProxy):
            return
        # Behind an open dialog nothing can be written.
        if not isinstance(js.document.querySelector("dialog:modal"), JsProxy):
            self._composer.focus()


def _begins_text(event: Any) -> bool:
    key = str(event.key)
    if event.ctrlKey or event.metaKey:
        return key.lower() == "v"
    # A space presses buttons, and scrolls.
    return (len(key) == 1 and key != " ") or key in STARTS_TEXT
