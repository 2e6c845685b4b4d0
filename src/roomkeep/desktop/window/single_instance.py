"""One main process for each data folder: whoever starts Roomkeep again asks the first for a window.

Which process has the folder is for the main process to say, by its lock; here is only how to ask.
"""

import functools
import hashlib
import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

__all__ = ["Wishes", "tell_running"]

_PATIENCE_S: Final = 5
_PATIENCE_MS: Final = _PATIENCE_S * 1_000


class Wishes(QObject):
    """Hears what others want that are started on the same folder.

    Args:
        folder: the data folder, which this process has.
        parent: what deletes this.
    """

    came = Signal(str)
    """What somebody wants."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(_name(folder))  # what a process left that was killed
        self._server.listen(_name(folder))

    def close(self) -> None:
        """Hear no more."""
        self._server.close()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(functools.partial(self._hear, socket))

    def _hear(self, socket: QLocalSocket) -> None:
        if socket.canReadLine():
            wish = bytes(socket.readLine().data()).decode(errors="replace").strip()
            socket.write(b"heard\n")
            socket.flush()
            self.came.emit(wish)


def tell_running(folder: Path, wish: str) -> bool:
    """Tell the process that has a folder what is wanted; return whether it has heard."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        socket = QLocalSocket()
        socket.connectToServer(_name(folder))
        if socket.waitForConnected(_PATIENCE_MS):
            socket.write(f"{wish}\n".encode())
            return socket.waitForReadyRead(_PATIENCE_MS)
        time.sleep(0.1)  # it may have the folder, and not listen yet
    return False


def _name(folder: Path) -> str:
    digest = hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape"))
    return f"roomkeep-{digest.hexdigest()[:24]}"
