"""The files of the draft: picked, pasted or dropped."""

from collections.abc import Iterable
from typing import Any

import js
from pyodide.ffi import JsProxy, to_js
from reaktiv import untracked

from roomkeep.app.file_state import PendingFile
from roomkeep.app.limits import MAX_CONTENT
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed, set_text
from roomkeep.app.views.imports import BrowserFile
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.app.views.sizes import size
from roomkeep.localization import join_sentences, localize

__all__ = ["AttachmentTrayView"]


class AttachedFile(BrowserFile):
    """A browser file to send."""

    def __init__(self, js_file: Any, name: str = "") -> None:
        super().__init__(js_file)
        self.name = name or self.name
        self.mime = str(js_file.type)
        self.data: object = js_file


class AttachmentTrayView(AccountView):
    """The files of the draft, and all the ways to add some."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._input = by_id("composer-files")
        self._overlay = by_id("drop-overlay")
        self._list: KeyedList[str, PendingFile] = KeyedList(
            by_id("tray-files"), lambda: clone("tray-file"), _fill
        )
        self.listen(by_id("composer-attach"), "click", lambda _: self._input.click())
        self.listen(self._input, "change", self._on_pick)
        self.listen(by_id("composer-text"), "paste", self._on_paste)
        self.listen(self._list.parent, "click", self._on_click)
        self.listen(by_id("refused-close"), "click", self._on_refused_read)
        for event in ("dragenter", "dragover"):
            self.listen(js.document, event, self._on_drag)
        self.listen(js.document, "dragleave", self._on_drag_leave)
        self.listen(js.document, "drop", self._on_drop)
        self.listen(js.window, "beforeunload", self._on_unload)
        self.watch(self._show)
        self.watch(self._show_refused)

    def _pending(self) -> tuple[PendingFile, ...]:
        ref = self.account.channel_ref
        if ref is None:
            return ()
        return self.account.files.pending().get(ref, ())

    def _show(self) -> None:
        files = self._pending()
        had_focus = self._list.parent.matches(":focus-within")
        self._list.parent.hidden = not files
        self._list.show({file.id: file for file in files})
        if had_focus and not self._list.parent.matches(":focus-within"):
            untracked(self.effects.overlays.focus_composer)

    def _show_refused(self) -> None:
        refused = self.account.files.refused()
        by_id("refused").hidden = not refused
        set_text(by_id("refused-text"), join_sentences(*refused))

    def _on_refused_read(self, _event: Any) -> None:
        self.effects.attachments.forget_refused()
        self.effects.overlays.focus_composer()

    def _on_click(self, event: Any) -> None:
        file_id = pressed(event, "data-file")
        if file_id is not None:
            self.effects.attachments.remove(file_id)

    def _add(self, files: Iterable[AttachedFile]) -> None:
        wanted = list(files)
        if wanted and self._is_open():
            self.effects.attachments.add(wanted)
            self.effects.overlays.focus_composer()

    def _is_open(self) -> bool:
        return self.account.room is not None

    def _on_pick(self, _event: Any) -> None:
        files = [AttachedFile(file) for file in self._input.files]
        # So that the same file can be picked again.
        self._input.value = ""
        self._add(files)

    def _on_paste(self, event: Any) -> None:
        files = list(event.clipboardData.files)
        text = event.clipboardData.getData("text/plain")
        if len(text) > MAX_CONTENT and self._is_open():
            event.preventDefault()
            name = localize("files.pasted_text")
            file = js.File.new(to_js([text]), name, type="text/plain")
            self.effects.attachments.add_long_text(AttachedFile(file))
        # Office programs offer a picture of the text beside the text.
        elif files and not text:
            event.preventDefault()
            self._add(AttachedFile(file, _pasted_name(file)) for file in files)

    # Dropped

    def _on_drag(self, event: Any) -> None:
        if not event.dataTransfer.types.includes("Files") or _is_over_field(event):
            return
        # A file that is dropped must never open in place of the page.
        event.preventDefault()
        in_dialog = isinstance(js.document.querySelector("dialog[open]"), JsProxy)
        welcome = self._is_open() and not in_dialog
        event.dataTransfer.dropEffect = "copy" if welcome else "none"
        self._overlay.hidden = not welcome

    def _on_drag_leave(self, event: Any) -> None:
        # Between two elements there is another one that is entered.
        if not isinstance(event.relatedTarget, JsProxy):
            self._overlay.hidden = True

    def _on_drop(self, event: Any) -> None:
        if not event.dataTransfer.types.includes("Files") or _is_over_field(event):
            return
        event.preventDefault()
        if not self._overlay.hidden:
            self._overlay.hidden = True
            self._add(AttachedFile(file) for file in event.dataTransfer.files)

    def _on_unload(self, event: Any) -> None:
        # Half a message would be saved, or a file be lost.
        waiting = self.account.files.pending().values()
        if any(file.is_saving or not file.is_kept for files in waiting for file in files):
            event.preventDefault()


def _fill(element: Any, file: PendingFile, before: PendingFile | None) -> None:
    if before is None or before.picture != file.picture:
        image = part(element, "image")
        image.hidden = file.picture is None
        part(element, "icon").toggleAttribute("hidden", file.picture is not None)
        if file.picture is not None:
            image.src = file.picture
    if before is None:
        set_text(part(element, "name"), file.name)
        part(element, "name").title = file.name
        remove = part(element, "remove")
        remove.dataset.file = file.id
        remove.setAttribute("aria-label", localize("files.remove_name", name=file.name))
    element.toggleAttribute("data-problem", bool(file.problem))
    element.toggleAttribute("data-saving", file.is_saving)
    said = localize("files.saving") if file.is_saving else size(file.file.size)
    if file.is_kept is False and not file.is_saving:
        said = localize("files.gone_on_reload", size=said)
    set_text(part(element, "about"), localize("files.not_saved") if file.problem else said)
    part(element, "remove").disabled = file.is_saving


def _is_over_field(event: Any) -> bool:
    """Tell whether the pointer is over a file field, which the browser handles."""
    return bool(getattr(event.target, "type", None) == "file")


def _pasted_name(file: Any) -> str:
    """Name a picture from the clipboard; a copied file has a name."""
    name = str(file.name)
    kind, _, ending = str(file.type).partition("/")
    is_pasted = kind == "image" and name == f"image.{ending}"
    return localize("files.pasted_picture", ending=ending) if is_pasted else name
