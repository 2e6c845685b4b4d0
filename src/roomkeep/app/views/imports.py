"""The import dialog."""

from typing import Any, Final

from pyodide.ffi import JsException, JsProxy

from roomkeep.app.job import JobKind, JobPhase
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.job_progress import JobProgress
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["ImportView"]

_TITLES: Final[dict[tuple[JobKind, JobPhase], str]] = {
    ("import", "running"): "import.title_running",
    ("import", "stopping"): "import.title_running",
    ("import", "done"): "import.title_done",
    ("import", "stopped"): "import.title_stopped",
    ("import", "failed"): "import.title_failed",
    ("restore", "running"): "restore.title_running",
    ("restore", "stopping"): "restore.title_running",
    ("restore", "done"): "restore.title_done",
    ("restore", "stopped"): "restore.title_stopped",
    ("restore", "failed"): "restore.title_failed",
}
"""The texts of the title."""


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
    """Asks for a file, then shows the progress of its import."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._file = by_id("import-file")
        self.listen(self._file, "change", self._on_file)
        hide = by_id("import-hide")
        JobProgress(scope, self.account.importing, "import", effects.imports.cancel, hide)
        self.listen(by_id("import-again"), "click", lambda _: effects.imports.forget())
        self.watch(self._show_import)

    def _show_import(self) -> None:
        job = self.account.importing()
        by_id("import-choose").hidden = job is not None
        by_id("import-progress").hidden = job is None
        is_running = job is not None and job.is_running
        by_id("import-again").hidden = job is None or is_running
        hide = "import.keep_chatting" if is_running else "app.close"
        set_text(by_id("import-hide"), localize(hide))
        by_id("import-hide").classList.toggle("primary", job is not None)
        title = "import.title" if job is None else _TITLES[job.kind, job.phase]
        set_text(by_id("import-title"), localize(title))
        set_text(by_id("import-name"), "" if job is None else job.file_name)
        if job is None:
            self._file.value = ""
        else:
            by_id("import-progress").dataset.phase = job.phase

    def _on_file(self, _event: Any) -> None:
        file = self._file.files.item(0)
        if isinstance(file, JsProxy):
            self.effects.imports.start(BrowserFile(file))
