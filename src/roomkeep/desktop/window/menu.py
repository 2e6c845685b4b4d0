"""The menu of a window."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from roomkeep.desktop.window.main_window import MainWindow

__all__ = ["build_menu", "context_menu"]

_Web = QWebEnginePage.WebAction
_Keys = QKeySequence.StandardKey
_Shortcut = QKeySequence.StandardKey | str

_EDIT: Final = (
    (("&Undo", _Web.Undo, _Keys.Undo), ("&Redo", _Web.Redo, _Keys.Redo)),
    (
        ("Cu&t", _Web.Cut, _Keys.Cut),
        ("&Copy", _Web.Copy, _Keys.Copy),
        ("&Paste", _Web.Paste, _Keys.Paste),
        ("Paste as plain te&xt", _Web.PasteAndMatchStyle, "Ctrl+Shift+V"),
    ),
    (("Select &all", _Web.SelectAll, _Keys.SelectAll),),
)


def build_menu(window: "MainWindow") -> None:
    """Give a window its menu."""

    def add(menu: QMenu, text: str, do: Callable[[], object], *shortcuts: _Shortcut) -> QAction:
        action = menu.addAction(text)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
        # Whether it is checked is nothing to those.
        action.triggered.connect(lambda _=False: do())
        return action

    bar = window.menuBar()
    file = bar.addMenu("&File")
    add(file, "&New window", window.app.open_window, _Keys.New)
    add(file, "Open &data folder", window.app.open_data_folder)
    file.addSeparator()
    add(file, "&Close window", window.close, "Ctrl+W")
    quit_action = add(file, "&Quit", window.app.quit, "Ctrl+Q")
    quit_action.setMenuRole(QAction.MenuRole.QuitRole)

    edit = bar.addMenu("&Edit")
    _add_editing(edit, window.page, with_shortcuts=True)

    view = bar.addMenu("&View")
    add(view, "&Reload", window.reload, _Keys.Refresh, "Ctrl+R")
    view.addSeparator()
    add(view, "Zoom &in", lambda: window.zoom_by(1), _Keys.ZoomIn, "Ctrl+=")
    add(view, "Zoom &out", lambda: window.zoom_by(-1), _Keys.ZoomOut)
    add(view, "&Actual size", lambda: window.zoom_by(0), "Ctrl+0")
    view.addSeparator()
    add(view, "&Full screen", window.toggle_full_screen, "F11")

    about = add(bar.addMenu("&Help"), "&About Roomkeep", window.show_about)
    about.setMenuRole(QAction.MenuRole.AboutRole)


def context_menu(page: QWebEnginePage, *, is_editable: bool, is_selected: bool) -> QMenu | None:
    """Make the menu for what is under the pointer; None where there is nothing to do with it."""
    menu = QMenu()
    if is_editable:
        _add_editing(menu, page, with_shortcuts=False)
    elif is_selected:
        menu.addAction("&Copy").triggered.connect(lambda: page.triggerAction(_Web.Copy))
    return menu if menu.actions() else None


def _add_editing(menu: QMenu, page: QWebEnginePage, *, with_shortcuts: bool) -> None:
    for group in _EDIT:
        if menu.actions():
            menu.addSeparator()
        for text, what, shortcut in group:
            action = menu.addAction(text)
            action.triggered.connect(lambda _=False, what=what: page.triggerAction(what))
            if with_shortcuts:
                action.setShortcuts([QKeySequence(shortcut)])
