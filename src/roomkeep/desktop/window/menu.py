"""The menus of a window."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWidgets import QMenu, QMenuBar

from roomkeep.localization import localize

_Web = QWebEnginePage.WebAction
_Keys = QKeySequence.StandardKey
_Shortcut = QKeySequence.StandardKey | str

_EDIT: Final = (
    (("menu.undo", _Web.Undo, _Keys.Undo), ("menu.redo", _Web.Redo, _Keys.Redo)),
    (
        ("menu.cut", _Web.Cut, _Keys.Cut),
        ("menu.copy", _Web.Copy, _Keys.Copy),
        ("menu.paste", _Web.Paste, _Keys.Paste),
        ("menu.paste_plain", _Web.PasteAndMatchStyle, "Ctrl+Shift+V"),
    ),
    (("menu.select_all", _Web.SelectAll, _Keys.SelectAll),),
)


def build_menu(
    bar: QMenuBar, page: QWebEnginePage, actions: Mapping[str, Callable[[], object]]
) -> None:
    """Fill the menu bar of a window.

    Args:
        bar: the menu bar.
        page: the page that is edited.
        actions: what the other items do, by the ids of their texts.
    """

    def add(menu: QMenu, text: str, *shortcuts: _Shortcut) -> QAction:
        action = menu.addAction(localize(text))
        action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
        # The signal also says whether the action is checked.
        action.triggered.connect(lambda _=False: actions[text]())
        return action

    file = bar.addMenu(localize("menu.file"))
    add(file, "menu.new_window", _Keys.New)
    add(file, "menu.data_folder")
    file.addSeparator()
    add(file, "menu.close_window", "Ctrl+W")
    add(file, "menu.quit", "Ctrl+Q").setMenuRole(QAction.MenuRole.QuitRole)

    edit = bar.addMenu(localize("menu.edit"))
    _add_editing(edit, page, with_shortcuts=True)

    view = bar.addMenu(localize("menu.view"))
    add(view, "menu.reload", _Keys.Refresh, "Ctrl+R")
    view.addSeparator()
    add(view, "menu.zoom_in", _Keys.ZoomIn, "Ctrl+=")
    add(view, "menu.zoom_out", _Keys.ZoomOut)
    add(view, "menu.actual_size", "Ctrl+0")
    view.addSeparator()
    add(view, "menu.full_screen", "F11")

    about = bar.addMenu(localize("menu.help"))
    add(about, "menu.about").setMenuRole(QAction.MenuRole.AboutRole)


def context_menu(page: QWebEnginePage, *, is_editable: bool, is_selected: bool) -> QMenu | None:
    """Make the menu for what is under the pointer; None where it offers nothing."""
    menu = QMenu()
    if is_editable:
        _add_editing(menu, page, with_shortcuts=False)
    elif is_selected:
        menu.addAction(localize("menu.copy")).triggered.connect(
            lambda: page.triggerAction(_Web.Copy)
        )
    return menu if menu.actions() else None


def _add_editing(menu: QMenu, page: QWebEnginePage, *, with_shortcuts: bool) -> None:
    for group in _EDIT:
        if menu.actions():
            menu.addSeparator()
        for text, what, shortcut in group:
            action = menu.addAction(localize(text))
            action.triggered.connect(lambda _=False, what=what: page.triggerAction(what))
            if with_shortcuts:
                action.setShortcuts([QKeySequence(shortcut)])
