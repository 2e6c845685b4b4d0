"""The dialog that imports."""

from typing import Any

from pyodide.ffi import JsException, JsProxy

from roomkeep.app.state import Import
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["ImportView"]

TITLES = {
    "checking": "import.title_running",
    "writing": "import.title_running",
    "stopping": "import.title_running",
    "done": "import.title_done",
    "stopped": "import.title_stopped",
    "failed": "import.title_failed",
}
"""The texts of the title, by what an import is doing."""

RESTORE_TITLES = {
    "checking": "restore.title_running",
    "writing": "restore.title_running",
    "stopping": "restore.title_running",
    "done": "restore.title_done",
    "stopped": "restore.title_stopped",
    "failed": "restore.title_failed",
}


class BrowserFile:
    """A file that was picked in the page."""

    def __init__(self, js_file: Any) -> None:
        self.name = str(js_file.name)
        self.size = int(js_file.size)
        self._js = js_file

    async def read(self, start: int, end: int) -> bytes:
        """Return some of its bytes."""
        try:
            buffer = await self._js.slice(start, end).arrayBuffer()
        except JsException as error:
            msg = f"{error.name}: {error.message}"
            raise OSError(msg) from error
        return bytes(buffer.to_bytes())


class ImportView(AccountView):
    """Asks for a file, then shows how far its import is."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._file = by_id("import-file")
        self.listen(self._file, "change", self._on_file)
        self.listen(by_id("import-cancel"), "click", lambda _: effects.imports.cancel())
        self.listen(by_id("import-again"), "click", lambda _: effects.imports.forget())
        self.watch(self._show_import)

    def _show_import(self) -> None:
        importing = self.account.importing()
        by_id("import-choose").hidden = importing is not None
        by_id("import-progress").hidden = importing is None
        is_running = importing is not None and importing.is_running
        by_id("import-again").hidden = importing is None or is_running
        hide = "import.keep_chatting" if is_running else "app.close"
        set_text(by_id("import-hide"), localize(hide))
        by_id("import-hide").classList.toggle("primary", importing is not None)
        self._show_cancel(importing)
        if importing is None:
            self._file.value = ""
            set_text(by_id("import-title"), localize("import.title"))
            set_text(by_id("import-name"), "")
            set_text(by_id("import-text"), "")
            set_text(by_id("import-advice"), "")
        else:
            self._show_progress(importing)

    def _show_progress(self, importing: Import) -> None:
        titles = RESTORE_TITLES if importing.is_restore else TITLES
        set_text(by_id("import-title"), localize(titles[importing.phase]))
        set_text(by_id("import-name"), importing.name)
        bar = by_id("import-bar")
        bar.hidden = not importing.is_running
        bar.value = importing.done
        set_text(by_id("import-text"), importing.text)
        set_text(by_id("import-advice"), importing.advice)
        by_id("import-progress").dataset.phase = importing.phase

    def _show_cancel(self, importing: Import | None) -> None:
        cancel = by_id("import-cancel")
        is_running = importing is not None and importing.is_running
        if cancel.matches(":focus") and not is_running:
            by_id("import-hide").focus()
        cancel.hidden = not is_running
        cancel.disabled = importing is not None and importing.phase == "stopping"

    def _on_file(self, _event: Any) -> None:
        file = self._file.files.item(0)
        if isinstance(file, JsProxy):
            self.effects.imports.start(BrowserFile(file))
