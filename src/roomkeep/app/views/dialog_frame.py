"""Which dialog is open: one at a time, each closed before the next opens."""

import functools

import js
from pyodide.ffi import JsProxy
from reaktiv import untracked

from roomkeep.app.effects import Effects
from roomkeep.app.state import Dialog, PageState
from roomkeep.app.views.dom import View, by_id, clone

__all__ = ["DialogFrameView"]

DIALOGS: dict[Dialog, str] = {
    "account": "account-dialog",
    "profile": "profile-dialog",
    "edit-profile": "edit-profile-dialog",
    "ban": "ban-dialog",
    "bans": "bans-dialog",
    "settings": "settings-dialog",
    "storage": "storage-dialog",
}
"""The dialogs that this opens and closes, by what the state calls them."""


class DialogFrameView(View):
    """Opens the dialog that the state names.

    It comes after the views of the dialogs, so that each is filled before it opens.
    """

    def __init__(self, page: PageState, effects: Effects) -> None:
        super().__init__(page, effects)
        self._dialogs = {name: by_id(element) for name, element in DIALOGS.items()}
        self._open: Dialog | None = None
        for head in js.document.querySelectorAll(".dialog-head"):
            head.append(clone("dialog-close"))
        for name, dialog in self._dialogs.items():
            self.listen(dialog, "close", functools.partial(self._on_close, name))
        self.watch(self._show)

    def _show(self) -> None:
        account = self.page.account()
        name = None if account is None else account.dialog()
        wanted = name if name in self._dialogs else None
        before, self._open = self._open, wanted
        if before is not None and before != wanted and self._dialogs[before].open:
            # Closing gives the focus back, so the next dialog knows where to return it.
            self._dialogs[before].close()
        if wanted is not None and not self._dialogs[wanted].open:
            self._dialogs[wanted].showModal()
            first = self._dialogs[wanted].querySelector("[data-first]")
            if isinstance(first, JsProxy):
                first.focus()

    def _on_close(self, name: Dialog, _event: object) -> None:
        # It tells later than it closes: by now another one may be open, or the same one again.
        account = untracked(self.page.account)
        if account is None or self._dialogs[name].open:
            return
        if untracked(account.dialog) == name:
            account.dialog.set(None)
