"""A window with the app in it."""

import contextlib
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QPoint, QTimer
from PySide6.QtGui import QCloseEvent, QContextMenuEvent
from PySide6.QtWebEngineCore import QWebEngineContextMenuRequest, QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QMainWindow, QMessageBox

from roomkeep.desktop.window.about import about_text
from roomkeep.desktop.window.bridge import Bridge
from roomkeep.desktop.window.menu import build_menu, context_menu
from roomkeep.desktop.window.origin import HOME, is_ours
from roomkeep.desktop.window.page import Page

if TYPE_CHECKING:
    from roomkeep.desktop.window.app import DesktopApp

__all__ = ["MainWindow"]

_SIZE: Final = (1280, 800)
_SMALLEST: Final = (360, 480)
_STEP_ASIDE: Final = 32
"""How far a further window lies from the one before, in pixels."""
_ZOOMS: Final = (0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
_GEOMETRY: Final = "window/geometry"
_ZOOM: Final = "window/zoom"
_Ended: Final = QWebEnginePage.RenderProcessTerminationStatus
_PATIENCE_MS: Final = 5_000
"""How long a page may take to agree that it is closed; one that hangs does not keep its window."""


class _View(QWebEngineView):
    """The page, with a menu of its own where there is something to do."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 Qt's name
        """Show what can be done with what is under the pointer."""
        request = self.lastContextMenuRequest()
        can_edit = QWebEngineContextMenuRequest.EditFlag.CanPaste
        menu = context_menu(
            self.page(),
            is_editable=request.isContentEditable() or bool(request.editFlags() & can_edit),
            is_selected=bool(request.selectedText()),
        )
        if menu is not None:
            menu.setParent(self, menu.windowFlags())
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(event.globalPos())


class MainWindow(QMainWindow):
    """A window: one page, and one session of the main process.

    Args:
        app: what the windows share.
    """

    def __init__(self, app: "DesktopApp") -> None:
        super().__init__()
        self.app = app
        self._may_close = False
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self.close_now)
        self.bridge = Bridge(app.main, app.pool, lambda: is_ours(self.page.url()))
        self._view = _View(self)
        self.page = Page(app.profile, self.bridge, self._view)
        self._view.setPage(self.page)
        # What shows until the page is drawn.
        self.page.setBackgroundColor(self.palette().base().color())
        self.setCentralWidget(self._view)
        self.setMinimumSize(*_SMALLEST)
        self.page.titleChanged.connect(self._show_title)
        self.page.windowCloseRequested.connect(self.close_now)
        self.page.declined.connect(app.stay)
        self.page.renderProcessTerminated.connect(self._on_terminated)
        build_menu(self)
        self._restore()
        self.page.setUrl(HOME)

    def reload(self) -> None:
        """Load the page anew."""
        self.page.triggerAction(QWebEnginePage.WebAction.Reload)

    def zoom_by(self, steps: int) -> None:
        """Make everything larger or smaller by some steps; 0 is back to its own size."""
        now = min(range(len(_ZOOMS)), key=lambda n: abs(_ZOOMS[n] - self.page.zoomFactor()))
        wanted = now + steps if steps else _ZOOMS.index(1.0)
        self.page.setZoomFactor(_ZOOMS[max(0, min(wanted, len(_ZOOMS) - 1))])

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back to a window."""
        self.setWindowState(self.windowState() ^ self.windowState().WindowFullScreen)

    def show_about(self) -> None:
        """Tell what this is."""
        box = QMessageBox(self)
        box.setWindowTitle("About Roomkeep")
        box.setIconPixmap(self.windowIcon().pixmap(64, 64))
        box.setText("<b>Roomkeep</b>")
        box.setInformativeText(about_text(self.app.folder))
        box.finished.connect(box.deleteLater)
        box.open()

    def show_itself(self) -> None:
        """Come to the front."""
        self.setWindowState(self.windowState() & ~self.windowState().WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_now(self) -> None:
        """Close without asking the page; what it has sent is finished."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 Qt's name
        """Close when the page agrees: it may hold what a person has not sent yet."""
        if not self._may_close:
            event.ignore()
            self._patience.start()
            self.page.runJavaScript("0", lambda _: self._patience.stop())
            self.page.triggerAction(QWebEnginePage.WebAction.RequestClose)
            return
        self._remember()
        self.hide()
        self.bridge.close()
        self.app.forget(self)
        event.accept()

    def _on_terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus) -> None:
        if self._may_close or status == _Ended.NormalTerminationStatus:
            return
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Roomkeep")
        box.setText("The page in this window has stopped.")
        box.setInformativeText("All that you saved is kept. Load the page again to go on.")
        load = box.addButton("Load again", QMessageBox.ButtonRole.AcceptRole)
        load.clicked.connect(self.reload)
        close = box.addButton("Close window", QMessageBox.ButtonRole.RejectRole)
        close.clicked.connect(self.close_now)
        box.finished.connect(box.deleteLater)
        box.open()

    def _show_title(self, title: str) -> None:
        self.setWindowTitle(title or "Roomkeep")

    def _restore(self) -> None:
        settings = self.app.settings
        before = self.app.windows[-1] if self.app.windows else None
        self.resize(*_SIZE)
        if before is not None:
            self.resize(before.normalGeometry().size())
            self.move(before.pos() + QPoint(_STEP_ASIDE, _STEP_ASIDE))
        else:
            geometry = settings.value(_GEOMETRY)
            if isinstance(geometry, QByteArray):
                self.restoreGeometry(geometry)
        # What cannot be read there counts as absent.
        with contextlib.suppress(ValueError):
            self.page.setZoomFactor(float(str(settings.value(_ZOOM, 1.0))))

    def _remember(self) -> None:
        self.app.settings.setValue(_GEOMETRY, self.saveGeometry())
        self.app.settings.setValue(_ZOOM, self.page.zoomFactor())
        self.app.settings.sync()
