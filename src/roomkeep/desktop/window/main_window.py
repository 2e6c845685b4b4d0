"""A window with the app in it."""

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QLibraryInfo, QPoint, QSettings, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent
from PySide6.QtWebEngineCore import (
    QWebEngineContextMenuRequest,
    QWebEnginePage,
    QWebEngineProfile,
    qWebEngineChromiumVersion,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QMainWindow, QMessageBox

from roomkeep.desktop.main_process import MainProcess
from roomkeep.desktop.window.bridge import Bridge
from roomkeep.desktop.window.menu import build_menu, context_menu
from roomkeep.desktop.window.origin import HOME, is_ours
from roomkeep.desktop.window.page import Page
from roomkeep.localization import localize

_SIZE: Final = (1280, 800)
_SMALLEST: Final = (360, 480)
_STEP_ASIDE: Final = 32
"""How far another window is from the one before, in pixels."""
_ZOOMS: Final = (0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
_GEOMETRY: Final = "window/geometry"
_ZOOM: Final = "window/zoom"
_Ended: Final = QWebEnginePage.RenderProcessTerminationStatus
_PATIENCE_MS: Final = 5_000
"""How long a page may take to agree that it is closed; a page that hangs cannot keep its window."""


@dataclass(frozen=True)
class Shared:
    """What the windows share.

    Attributes:
        folder: the data folder.
        main: the main process.
        pool: the threads in which calls run.
        settings: the settings of the windows.
        profile: the profile of the pages.
    """

    folder: Path
    main: MainProcess
    pool: Executor
    settings: QSettings
    profile: QWebEngineProfile


class _View(QWebEngineView):
    """The page, with a context menu where that offers something."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 Qt's name
        """Show the menu for what is under the pointer."""
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
        shared: what the windows share.
        actions: what the menu's items do that are about more than this window, by their texts' ids.
        before: the window that this one opens beside; None for the first.
    """

    closed = Signal()

    def __init__(
        self,
        shared: Shared,
        actions: Mapping[str, Callable[[], object]],
        before: "MainWindow | None" = None,
    ) -> None:
        super().__init__()
        self._shared = shared
        self._may_close = False
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self.close_now)
        self.bridge = Bridge(shared.main, shared.pool, lambda: is_ours(self.page.url()))
        self._view = _View(self)
        self.page = Page(shared.profile, self.bridge, self._view)
        self._view.setPage(self.page)
        # What is visible until the page is drawn.
        self.page.setBackgroundColor(self.palette().base().color())
        self.setCentralWidget(self._view)
        self.setMinimumSize(*_SMALLEST)
        self.page.titleChanged.connect(self._show_title)
        self.page.windowCloseRequested.connect(self.close_now)
        self.page.renderProcessTerminated.connect(self._on_terminated)
        own = {
            "menu.close_window": self.close,
            "menu.reload": self.reload,
            "menu.zoom_in": lambda: self.zoom_by(1),
            "menu.zoom_out": lambda: self.zoom_by(-1),
            "menu.actual_size": lambda: self.zoom_by(0),
            "menu.full_screen": self.toggle_full_screen,
            "menu.about": self.show_about,
        }
        build_menu(self.menuBar(), self.page, {**own, **actions})
        self._restore_geometry(before)
        self.page.setUrl(HOME)

    def reload(self) -> None:
        """Reload the page."""
        self.page.triggerAction(QWebEnginePage.WebAction.Reload)

    def zoom_by(self, steps: int) -> None:
        """Make everything larger or smaller by some steps; 0 resets the size."""
        now = min(range(len(_ZOOMS)), key=lambda n: abs(_ZOOMS[n] - self.page.zoomFactor()))
        wanted = now + steps if steps else _ZOOMS.index(1.0)
        self.page.setZoomFactor(_ZOOMS[max(0, min(wanted, len(_ZOOMS) - 1))])

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back to a window."""
        self.setWindowState(self.windowState() ^ self.windowState().WindowFullScreen)

    def show_about(self) -> None:
        """Show the About dialog."""
        box = QMessageBox(self)
        box.setWindowTitle(localize("desktop.about_title"))
        box.setIconPixmap(self.windowIcon().pixmap(64, 64))
        box.setText(f"<b>{localize('app.name')}</b>")
        box.setInformativeText(_about_text(self._shared.folder))
        box.finished.connect(box.deleteLater)
        box.open()

    def bring_to_front(self) -> None:
        """Show the window in front of all others."""
        self.setWindowState(self.windowState() & ~self.windowState().WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_now(self) -> None:
        """Close without asking the page. Its requests are finished first."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 Qt's name
        """Close if the page agrees: it may hold something that a person has not sent yet."""
        if not self._may_close:
            event.ignore()
            self._patience.start()
            self.page.runJavaScript("0", lambda _: self._patience.stop())
            self.page.triggerAction(QWebEnginePage.WebAction.RequestClose)
            return
        self._save_geometry()
        self.hide()
        self.bridge.close()
        self.closed.emit()
        event.accept()

    def _on_terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus) -> None:
        if self._may_close or status == _Ended.NormalTerminationStatus:
            return
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(localize("app.name"))
        box.setText(localize("desktop.crashed"))
        box.setInformativeText(localize("desktop.crashed_advice"))
        load = box.addButton(localize("app.reload"), QMessageBox.ButtonRole.AcceptRole)
        load.clicked.connect(self.reload)
        close = box.addButton(localize("desktop.close_window"), QMessageBox.ButtonRole.RejectRole)
        close.clicked.connect(self.close_now)
        box.finished.connect(box.deleteLater)
        box.open()

    def _show_title(self, title: str) -> None:
        self.setWindowTitle(title or localize("app.name"))

    def _restore_geometry(self, before: "MainWindow | None") -> None:
        settings = self._shared.settings
        self.resize(*_SIZE)
        if before is not None:
            self.resize(before.normalGeometry().size())
            self.move(before.pos() + QPoint(_STEP_ASIDE, _STEP_ASIDE))
        else:
            geometry = settings.value(_GEOMETRY)
            if isinstance(geometry, QByteArray):
                self.restoreGeometry(geometry)
        # A value that cannot be read counts as absent.
        with contextlib.suppress(ValueError):
            self.page.setZoomFactor(float(str(settings.value(_ZOOM, 1.0))))

    def _save_geometry(self) -> None:
        self._shared.settings.setValue(_GEOMETRY, self.saveGeometry())
        self._shared.settings.setValue(_ZOOM, self.page.zoomFactor())
        self._shared.settings.sync()


def _about_text(folder: Path) -> str:
    """Return the text of the About dialog, as HTML."""
    try:
        number = version("roomkeep")
    except PackageNotFoundError:  # run from a checkout
        number = localize("desktop.checkout")
    chromium = str(qWebEngineChromiumVersion())
    return (
        f"<p>{escape(localize('desktop.version', version=number))}</p>"
        f"<p>{escape(localize('desktop.about'))}</p>"
        f"<p>{escape(localize('desktop.folder'))}<br>{escape(str(folder))}</p>"
        f"<p>Qt {QLibraryInfo.version().toString()}, Chromium {chromium}</p>"
    )
