"""The imports that can be undone."""

from typing import Any

from reaktiv import untracked

from roomkeep.app.import_texts import say_contents, say_import
from roomkeep.app.views import times
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize
from roomkeep.persistence import ArchiveImport

__all__ = ["PastImportsView"]


class PastImportsView(AccountView):
    """Lists the imports, and asks before one is undone."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        imports = scope.effects.imports
        self._list: KeyedList[str, ArchiveImport] = KeyedList(
            by_id("import-past-list"), lambda: clone("import-row"), _fill
        )
        self._asked: ArchiveImport | None = None
        self.listen(by_id("import-past-list"), "click", self._on_click)
        self.listen(by_id("import-undo-keep"), "click", lambda _: imports.cancel_undo())
        self.listen(by_id("import-undo-now"), "click", lambda _: imports.undo())
        self.watch(self._show_list)
        self.watch(self._show_question)

    def _show_list(self) -> None:
        past = self.account.imports.past() or ()
        by_id("import-past").hidden = not past
        self._list.show({one.id: one for one in past})

    def _show_question(self) -> None:
        imports = self.account.imports
        one, is_undoing = imports.undoing(), imports.is_undoing()
        was, self._asked = self._asked, one
        question = by_id("import-undo-question")
        had_focus = bool(question.contains(question.ownerDocument.activeElement))
        question.hidden = one is None
        if one is not None:
            title = localize("import.undo_title", name=one.file_name)
            set_text(by_id("import-undo-title"), title)
            contents = say_contents(one.messages, one.files)
            text = localize("import.undo_text", contents=contents)
            set_text(by_id("import-undo-text"), localize("import.undoing") if is_undoing else text)
        for name in ("import-undo-keep", "import-undo-now"):
            # Not disabled: who pressed it by the keyboard stays on it.
            by_id(name).setAttribute("aria-disabled", "true" if is_undoing else "false")
        if one is not None and one is not was:
            by_id("import-undo-keep").focus()
            question.scrollIntoView(block="nearest")
        elif one is None and was is not None and had_focus:
            self._leave(was)

    def _leave(self, asked: ArchiveImport) -> None:
        """Give the focus back to where the question was asked, or to the file, if that is gone."""
        with untracked():
            row = self._list.child(asked.id)
        (by_id("import-file") if row is None else part(row, "undo")).focus()

    def _on_click(self, event: Any) -> None:
        import_id = pressed(event, "data-import")
        if import_id is not None and (one := self._list.item(import_id)) is not None:
            self.effects.imports.ask_undo(one)


def _fill(element: Any, one: ArchiveImport, _before: ArchiveImport | None) -> None:
    set_text(part(element, "name"), one.file_name)
    set_text(part(element, "contents"), say_import(one))
    time = part(element, "time")
    set_text(time, times.moment(one.started_at))
    time.dateTime = times.machine(one.started_at)
    undo = part(element, "undo")
    undo.setAttribute("data-import", one.id)
    undo.setAttribute("aria-label", localize("import.undo_name", name=one.file_name))
