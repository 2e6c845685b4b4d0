"""The menu of a actions."""

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWidgets import QMenu, QMenuBar

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


class Actions(Protocol):
    """What the menu of a window can do."""

    def open_window(self) -> object:
        """Open another actions."""

    def open_data_folder(self) -> object:
        """Show the data folder in the system's file manager."""

    def close(self) -> object:
        """Close the actions."""

    def quit(self) -> object:
        """Close all windows."""

    def reload(self) -> object:
        """Reload the page."""

    def zoom_by(self, steps: int) -> object:
        """Make everything larger or smaller by some steps; 0 resets the size."""

    def toggle_full_screen(self) -> object:
        """Fill the screen, or go back to a actions."""

    def show_about(self) -> object:
        """Show the About dialog."""


def build_menu(bar: QMenuBar, page: QWebEnginePage, actions: Actions) -> None:
    """Fill the menu bar of a actions."""

    def add(menu: QMenu, text: str, do: Callable[[], object], *shortcuts: _Shortcut) -> QAction:
        action = menu.addAction(text)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
        # The signal also says whether the action is checked.
        action.triggered.connect(lambda _=False: do())
        return action

    file = bar.addMenu("&File")
    add(file, "&New window", actions.open_window, _Keys.New)
    add(file, "Open &data folder", actions.open_data_folder)
    file.addSeparator()
    add(file, "&Close window", actions.close, "Ctrl+W")
    quit_action = add(file, "&Quit", actions.quit, "Ctrl+Q")
    quit_action.setMenuRole(QAction.MenuRole.QuitRole)

    edit = bar.addMenu("&Edit")
    _add_editing(edit, page, with_shortcuts=True)

    view = bar.addMenu("&View")
    add(view, "&Reload", actions.reload, _Keys.Refresh, "Ctrl+R")
    view.addSeparator()
    add(view, "Zoom &in", lambda: actions.zoom_by(1), _Keys.ZoomIn, "Ctrl+=")
    add(view, "Zoom &out", lambda: actions.zoom_by(-1), _Keys.ZoomOut)
    add(view, "&Actual size", lambda: actions.zoom_by(0), "Ctrl+0")
    view.addSeparator()
    add(view, "&Full screen", actions.toggle_full_screen, "F11")

    about = add(bar.addMenu("&Help"), "&About Roomkeep", actions.show_about)
    about.setMenuRole(QAction.MenuRole.AboutRole)


def context_menu(page: QWebEnginePage, *, is_editable: bool, is_selected: bool) -> QMenu | None:
    """Make the menu for what is under the pointer; None where it offers nothing."""
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
