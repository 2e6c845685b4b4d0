"""The program: its windows, what they share, and how it ends."""

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
from roomkeep.desktop.window.downloads import Downloads
from roomkeep.desktop.window.guard import shut_off_network
from roomkeep.desktop.window.main_window import MainWindow
from roomkeep.desktop.window.origin import register_scheme
from roomkeep.desktop.window.profile import Profile
from roomkeep.desktop.window.single_instance import Wishes, tell_running
from roomkeep.errors import RoomkeepError, StorageBlocked

__all__ = ["NEW_WINDOW", "SHOW", "DesktopApp", "make_application", "run"]

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
        main: the main process, which has the data.
    """

    def __init__(self, folder: Path, site: Path, main: MainProcess) -> None:
        super().__init__()
        self.folder = folder
        self.main = main
        self.pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="call")
        self.settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.profile = Profile(folder / "browser", site, self)
        self.downloads = Downloads(self.profile, self)
        self.windows: list[MainWindow] = []
        self._is_ending = False

    def open_window(self) -> MainWindow:
        """Open one more window."""
        window = MainWindow(self)
        self.windows.append(window)
        window.show()
        return window

    def start_again(self, wish: str) -> None:
        """Do what Roomkeep was started for once more: a new window, or to see the last one."""
        if wish == NEW_WINDOW or not self.windows:
            self.open_window()
        self.windows[-1].show_itself()

    def open_data_folder(self) -> None:
        """Show the data folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.folder)))

    def quit(self) -> None:
        """Close every window, until a person wants to stay in one."""
        self._is_ending = True
        self._close_next()

    def stay(self) -> None:
        """Take note that a person wants to stay in a window."""
        self._is_ending = False

    def end(self) -> None:
        """Close every window without asking; what their pages have sent is finished."""
        for window in tuple(self.windows):
            window.close_now()

    def forget(self, window: MainWindow) -> None:
        """Take note that a window has closed."""
        self.windows.remove(window)
        window.deleteLater()
        if self._is_ending:
            QTimer.singleShot(0, self, self._close_next)

    def close(self) -> None:
        """Let go of everything, when all windows are closed."""
        self.pool.shutdown()
        # The pages, before the profile that they need.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.main.close()

    def _close_next(self) -> None:
        if self.windows:
            self.windows[-1].close()


def make_application() -> QApplication:
    """Make what there is one of in a process; nothing of the browser engine may come before."""
    shut_off_network()
    register_scheme()
    application = QApplication(["roomkeep"])
    application.setApplicationName("roomkeep")
    application.setApplicationDisplayName("Roomkeep")
    application.setDesktopFileName("roomkeep")
    return application


def run(folder: Path, site: Path, wish: str = SHOW) -> int:
    """Show the app until its last window is closed; give the exit status.

    Args:
        folder: the data folder; it is made where there is none.
        site: the folder of the built site.
        wish: what to ask for where Roomkeep runs already: `SHOW` or `NEW_WINDOW`.
    """
    application = make_application()
    application.setWindowIcon(QIcon(str(site / "static" / "icon.svg")))
    try:
        main = MainProcess(folder)
    except StorageBlocked:
        if tell_running(folder, wish):
            return 0
        return _refuse("Roomkeep runs already, but does not answer.", "End it, then try again.")
    except RoomkeepError as error:
        return _refuse(f"Roomkeep cannot use the folder {folder}.", f"{error}")
    wishes = Wishes(folder)
    desktop = DesktopApp(folder, site, main)
    wishes.came.connect(desktop.start_again)
    desktop.open_window()
    with _ended_by_signals(desktop):
        status = application.exec()
    wishes.close()
    desktop.close()
    return status


def _refuse(text: str, details: str = "") -> int:
    logger.error("%s %s", text, details)
    box = QMessageBox(QMessageBox.Icon.Critical, "Roomkeep", text)
    box.setInformativeText(details)
    box.exec()
    return 1


@contextmanager
def _ended_by_signals(desktop: DesktopApp) -> Iterator[None]:
    """Have Ctrl+C and a session that ends close the windows: Qt's loop leaves Python no turn."""
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
