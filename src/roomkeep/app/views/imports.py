"""The import dialog: a file, its preview, and the progress."""

from typing import Any, Final

from pyodide.ffi import JsException

from roomkeep.app.job import JobKind, JobPhase
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.job_progress import JobProgress
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import join_sentences, localize

__all__ = ["ImportView"]

_TITLES: Final[dict[tuple[JobKind, JobPhase], str]] = {
    ("read", "running"): "import.title",
    ("read", "stopping"): "import.title",
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
    """Asks for files, then shows what is in them, then the progress of the import."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._dialog = by_id("import-dialog")
        self._file = by_id("import-file")
        self.listen(self._file, "change", lambda _: self._open(self._file.files))
        self.listen(self._dialog, "dragover", self._on_drag)
        self.listen(self._dialog, "drop", self._on_drop)
        hide = by_id("import-hide")
        JobProgress(scope, self.account.importing, "import", effects.imports.cancel, hide)
        self.listen(by_id("import-again"), "click", self._on_again)
        self.watch(self._show_stage)
        self.watch(self._show_refusal)

    def _show_stage(self) -> None:
        job = self.account.importing()
        preview = self.account.imports.preview() if job is None else None
        by_id("import-choose").hidden = job is not None or preview is not None
        shown = by_id("import-preview")
        is_new = preview is not None and shown.hidden
        shown.hidden = preview is None
        by_id("import-start").hidden = preview is None
        by_id("import-progress").hidden = job is None
        is_running = job is not None and job.is_running
        by_id("import-again").hidden = is_running or (job is None and preview is None)
        hide = "import.keep_chatting" if is_running else "app.close"
        set_text(by_id("import-hide"), localize(hide))
        by_id("import-hide").classList.toggle("primary", job is not None)
        title = "import.title" if job is None else _TITLES[job.kind, job.phase]
        set_text(by_id("import-title"), localize(title))
        set_text(by_id("import-name"), "" if job is None else job.file_name)
        if job is None and preview is None:
            self._file.value = ""
        if job is not None:
            by_id("import-progress").dataset.phase = job.phase
        if is_new and self._dialog.open:
            by_id("import-format").focus()

    def _show_refusal(self) -> None:
        refusal = self.account.imports.refusal()
        text = "" if refusal is None else join_sentences(refusal.text, refusal.advice)
        set_text(by_id("import-refusal"), text)
        self._file.setAttribute("aria-invalid", "false" if refusal is None else "true")
        if refusal is not None and self._dialog.open:
            self._file.focus()

    def _open(self, files: Any) -> None:
        self.effects.imports.open([BrowserFile(file) for file in files])

    def _on_again(self, _event: Any) -> None:
        self.effects.imports.forget()
        self._file.focus()

    def _on_drag(self, event: Any) -> None:
        if self._takes(event):
            event.preventDefault()
            event.stopPropagation()
            event.dataTransfer.dropEffect = "copy"

    def _on_drop(self, event: Any) -> None:
        if self._takes(event):
            event.preventDefault()
            event.stopPropagation()
            self._open(event.dataTransfer.files)

    def _takes(self, event: Any) -> bool:
        # The field takes what is dropped on it by itself.
        is_field = bool(event.target.isSameNode(self._file))
        is_asking = not by_id("import-choose").hidden
        return is_asking and not is_field and bool(event.dataTransfer.types.includes("Files"))
