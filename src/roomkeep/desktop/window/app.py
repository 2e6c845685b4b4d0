"""The program: its windows, what they share, and how it quits."""

import logging
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QSettings,
    QSocketNotifier,
    QTimer,
    QUrl,
)
from PySide6.QtGui import QDesktopServices, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from roomkeep.desktop.main_process import MainProcess
from roomkeep.desktop.site_files import find_language
from roomkeep.desktop.window.downloads import Downloads
from roomkeep.desktop.window.guard import limit_network
from roomkeep.desktop.window.main_window import MainWindow, Shared
from roomkeep.desktop.window.origin import register_scheme
from roomkeep.desktop.window.profile import Profile
from roomkeep.desktop.window.single_instance import LaunchListener, notify_running
from roomkeep.errors import RoomkeepError, StorageBlocked
from roomkeep.localization import localize, use_language

SHOW: Final = "show"
NEW_WINDOW: Final = "new-window"
_THREADS: Final = 4
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

logger = logging.getLogger(__name__)


class DesktopApp(QObject):
    """What the windows share.

    Args:
        folder: the data folder.
        site: the folder of the built site.
        main: the main process, which owns the data.
    """

    def __init__(self, folder: Path, site: Path, main: MainProcess) -> None:
        super().__init__()
        pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="call")
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        profile = Profile(folder / "browser", site, main.can_reach, self)
        self.shared = Shared(folder, main, pool, settings, profile)
        self.downloads = Downloads(profile, self)
        self.windows: list[MainWindow] = []
        self._is_quitting = False

    def open_window(self) -> MainWindow:
        """Open another window."""
        actions = {
            "menu.new_window": self.open_window,
            "menu.data_folder": self.open_data_folder,
            "menu.quit": self.quit,
        }
        window = MainWindow(self.shared, actions, self.windows[-1] if self.windows else None)
        window.closed.connect(lambda: self.forget(window))
        window.page.declined.connect(self.stay)
        self.windows.append(window)
        window.show()
        return window

    def launch_again(self, request: str) -> None:
        """Do what another launch of Roomkeep asks for: open a window, or show the last one."""
        if request == NEW_WINDOW or not self.windows:
            self.open_window()
        self.windows[-1].bring_to_front()

    def open_data_folder(self) -> None:
        """Show the data folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.shared.folder)))

    def quit(self) -> None:
        """Close the windows one by one, until a person wants to stay in one."""
        self._is_quitting = True
        self._close_next()

    def stay(self) -> None:
        """Stop quitting: a person wants to stay in a window."""
        self._is_quitting = False

    def end(self) -> None:
        """Close every window without asking. The requests of their pages are finished first."""
        for window in tuple(self.windows):
            window.close_now()

    def forget(self, window: MainWindow) -> None:
        """Remove a window that has closed."""
        self.windows.remove(window)
        window.deleteLater()
        if self._is_quitting:
            QTimer.singleShot(0, self, self._close_next)

    def close(self) -> None:
        """Release everything, once all windows are closed."""
        self.shared.pool.shutdown()
        # The pages go before the profile that they need.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.shared.main.close()

    def _close_next(self) -> None:
        if self.windows:
            self.windows[-1].close()


def make_application() -> QApplication:
    """Make the one application of this process; nothing of the browser engine may come before."""
    limit_network()
    register_scheme()
    application = QApplication(["roomkeep"])
    application.setApplicationName("roomkeep")
    application.setApplicationDisplayName(localize("app.name"))
    application.setDesktopFileName("roomkeep")
    return application


def run(folder: Path, site: Path, request: str = SHOW) -> int:
    """Show the app until its last window is closed, and return the exit status.

    Args:
        folder: the data folder; it is made where there is none.
        site: the folder of the built site.
        request: what to ask for where Roomkeep is already running: `SHOW` or `NEW_WINDOW`.
    """
    use_language(find_language(site))
    application = make_application()
    application.setWindowIcon(QIcon(str(site / "static" / "icon.svg")))
    try:
        main = MainProcess(folder)
    except StorageBlocked:
        if notify_running(folder, request):
            return 0
        return _show_error(
            localize("desktop.not_responding"), localize("desktop.not_responding_advice")
        )
    except RoomkeepError as error:
        return _show_error(localize("desktop.folder_failed", folder=str(folder)), f"{error}")
    launches = LaunchListener(folder)
    desktop = DesktopApp(folder, site, main)
    launches.requested.connect(desktop.launch_again)
    desktop.open_window()
    with _closed_by_signals(desktop):
        status = application.exec()
    launches.close()
    desktop.close()
    return status


def _show_error(text: str, details: str = "") -> int:
    logger.error("%s %s", text, details)
    box = QMessageBox(QMessageBox.Icon.Critical, localize("app.name"), text)
    box.setInformativeText(details)
    box.exec()
    return 1


@contextmanager
def _closed_by_signals(desktop: DesktopApp) -> Iterator[None]:
    """Close the windows on Ctrl+C and at the end of a session.

    Qt's loop never gives Python the chance to run a signal handler.
    """
    ours, pythons = socket.socketpair()
    pythons.setblocking(False)  # noqa: FBT003 the name says it

    def end() -> None:
        ours.recv(64)
        desktop.end()

    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, desktop)
    notifier.activated.connect(end)
    before = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    wakeup = signal.set_wakeup_fd(pythons.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        ours.close()
        pythons.close()
