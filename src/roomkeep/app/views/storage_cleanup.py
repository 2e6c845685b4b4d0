"""The part of the storage page about files, which removes the oldest."""

from typing import Any

from roomkeep.app.storage_state import say_files
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["StorageCleanupView"]


class StorageCleanupView(AccountView):
    """The size of all files, and the question whether to remove the oldest."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._was_asking = False
        self.listen(by_id("files-remove"), "submit", self._on_ask)
        self.listen(by_id("files-keep"), "click", lambda _: effects.storage_cleanup.cancel())
        self.listen(by_id("files-remove-now"), "click", lambda _: effects.storage_cleanup.remove())
        self.watch(self._show)

    def _show(self) -> None:
        files = self.account.storage.files()
        removing = self.account.storage.removing()
        none = localize("storage.no_files") if files is not None else ""
        set_text(by_id("files-text"), say_files(files) if files else none)
        by_id("files-remove").hidden = not files or bool(removing)
        question = by_id("files-question")
        had_focus = bool(question.contains(question.ownerDocument.activeElement))
        was, self._was_asking = self._was_asking, bool(removing)
        if removing:
            title = localize("storage.remove_files_title", files=say_files(removing))
            set_text(by_id("files-goes"), title)
        question.hidden = not removing
        if removing and not was:
            by_id("files-keep").focus()
            question.scrollIntoView(block="nearest")
        elif had_focus and not removing:
            by_id("storage-refresh" if not files else "files-ask").focus()

    def _on_ask(self, event: Any) -> None:
        event.preventDefault()
        self.effects.storage_cleanup.ask(float(by_id("files-share").value))
