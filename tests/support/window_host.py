"""The real program, with a hand inside: it does on request what a person does outside the page.

It is told on standard input, one JSON array a line, the name of a method of `Hand` and its
arguments, and answers with one line of JSON. What the program would hand to the system, such as a
link, it keeps instead.
"""

import json
import sys
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, QSocketNotifier, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineScript
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QMessageBox

from roomkeep.desktop import __main__ as program
from roomkeep.desktop.main_process import MainProcess
from roomkeep.desktop.window import app, main_window
from roomkeep.desktop.window.main_window import MainWindow
from roomkeep.desktop.window.page import Page

_LEFT, _NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
_COPY = Qt.DropAction.CopyAction
_OUTSIDE = ("http", "https", "mailto", "file")


class LaxPage(Page):
    """A page that can be told to refuse nothing."""

    is_lax = False

    def acceptNavigationRequest(  # noqa: N802 Qt's name
        self,
        url: QUrl | str,
        type: QWebEnginePage.NavigationType,  # noqa: A002 Qt's name
        isMainFrame: bool,  # noqa: N803 Qt's name
    ) -> bool:
        return self.is_lax or super().acceptNavigationRequest(url, type, isMainFrame)


class Desktop(app.DesktopApp):
    """What the windows share, to be found."""

    running: ClassVar[list["Desktop"]] = []

    def __init__(self, folder: Path, site: Path, main: MainProcess) -> None:
        super().__init__(folder, site, main)
        self.running.append(self)


class Hand(QObject):
    """What can be asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._opened: list[str] = []
        self._dragged = QMimeData()
        for scheme in _OUTSIDE:
            QDesktopServices.setUrlHandler(scheme, self, "keep")  # type: ignore[arg-type] # it takes no bytes
        self._requests = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._requests.activated.connect(self._read)

    @Slot(QUrl)
    def keep(self, url: QUrl) -> None:
        self._opened.append(url.toString())

    def opened(self) -> list[str]:
        """What was to be opened outside."""
        return self._opened

    def choose(self, menu: str, item: str) -> None:
        """Choose something in the last window's menu."""
        self._action(menu, item).trigger()

    def menu(self) -> dict[str, list[str]]:
        """What there is in the last window's menu."""
        return {
            menu: [_plain(action.text()) for action in actions if action.text()]
            for menu, actions in self._actions().items()
        }

    def dialog(self) -> str | None:
        """The text of the dialog that is open."""
        dialog = self._dialog()
        if isinstance(dialog, QMessageBox):
            return f"{dialog.text()} {dialog.informativeText()}"
        return None if dialog is None else dialog.windowTitle()

    def answer(self, button: str) -> None:
        """Press a button of the message that is open."""
        box = self._dialog()
        assert isinstance(box, QMessageBox)
        next(each for each in box.buttons() if _plain(each.text()) == button).click()

    def save_as(self, path: str) -> str:
        """Choose where to save; give the name that was suggested."""
        dialog = self._dialog()
        assert isinstance(dialog, QFileDialog)
        suggested = Path(dialog.selectedFiles()[0]).name
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        field = dialog.findChild(QLineEdit)
        assert isinstance(field, QLineEdit)
        field.setText(path)
        dialog.accept()
        return suggested

    def drag(self, path: str, x: int, y: int) -> None:
        """Bring a file over the page."""
        self._dragged.setUrls([QUrl.fromLocalFile(path)])
        for kind in (QDragEnterEvent, QDragMoveEvent):
            event = kind(QPoint(x, y), _COPY, self._dragged, _LEFT, _NO_KEY)
            QApplication.sendEvent(self._view, event)

    def drop(self, x: int, y: int) -> None:
        """Let go of it there."""
        event = QDropEvent(QPointF(x, y), _COPY, self._dragged, _LEFT, _NO_KEY)
        QApplication.sendEvent(self._view, event)

    def size(self, *given: int) -> list[int]:
        """The size of the last window; with one given, after it was made that large."""
        if given:
            self._window.resize(*given)
        return [self._window.width(), self._window.height()]

    def title(self) -> str:
        return self._window.windowTitle()

    def close_window(self) -> None:
        self._window.close()

    def picture(self, path: str) -> None:
        """Take a picture of the last window."""
        self._window.grab().save(path)

    def show_foreign(self, html: str, url: str) -> None:
        """Get a page of another origin into the last window; from then on none is refused."""
        LaxPage.is_lax = True
        self._window.page.setHtml(html, QUrl(url))

    def run_beside_bridge(self, script: str) -> None:
        """Run a script in the world that has the channel, which no page's script reaches."""
        world = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
        self._window.page.runJavaScript(script, world)

    def crash(self) -> None:
        """Have the page's process end; from then on no page is refused."""
        LaxPage.is_lax = True
        self._window.page.setUrl(QUrl("chrome://crash"))

    @property
    def _view(self) -> QObject:
        view = self._window.page.parent()
        assert view
        return view

    @property
    def _window(self) -> MainWindow:
        return Desktop.running[-1].windows[-1]

    def _dialog(self) -> Any:
        return QApplication.activeModalWidget()

    def _action(self, menu: str, item: str) -> QAction:
        return next(action for action in self._actions()[menu] if _plain(action.text()) == item)

    def _actions(self) -> dict[str, list[QAction]]:
        return {
            _plain(menu.title()): menu.actions()
            for menu in self._window.menuBar().findChildren(QMenu)
            if menu.title()  # that of what does not fit has none
        }

    def _read(self) -> None:
        line = sys.stdin.readline()
        if not line:  # whoever asks has gone
            QApplication.quit()
            return
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(getattr(self, name)(*arguments)) + "\n")
        sys.stdout.flush()


def _plain(text: str) -> str:
    return text.replace("&", "")


def main() -> int:
    made = app.make_application
    hands = []

    def make_application() -> QApplication:
        application = made()
        application.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
        hands.append(Hand())
        return application

    with (
        patch.object(app, "make_application", make_application),
        patch.object(app, "DesktopApp", Desktop),
        patch.object(main_window, "Page", LaxPage),
    ):
        return program.main()


if __name__ == "__main__":
    sys.exit(main())
