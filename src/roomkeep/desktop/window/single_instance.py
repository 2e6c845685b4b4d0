"""One main process for each data folder: a second launch asks the first for a window.

The lock of the data folder decides which process is the first; this is only how to ask it.
"""

import functools
import hashlib
import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE_S: Final = 5
_PATIENCE_MS: Final = _PATIENCE_S * 1_000


class LaunchListener(QObject):
    """Receives the requests of further launches on the same folder.

    Args:
        folder: the data folder, which this process owns.
        parent: the owner.
    """

    requested = Signal(str)
    """What a further launch asks for."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(_name(folder))  # left over from a process that was killed
        self._server.listen(_name(folder))

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(functools.partial(self._receive, socket))

    def _receive(self, socket: QLocalSocket) -> None:
        if socket.canReadLine():
            request = bytes(socket.readLine().data()).decode(errors="replace").strip()
            socket.write(b"received\n")
            socket.flush()
            self.requested.emit(request)


def notify_running(folder: Path, request: str) -> bool:
    """Ask the process that owns a folder for something; return whether it has received that."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        socket = QLocalSocket()
        socket.connectToServer(_name(folder))
        if socket.waitForConnected(_PATIENCE_MS):
            socket.write(f"{request}\n".encode())
            return socket.waitForReadyRead(_PATIENCE_MS)
        time.sleep(0.1)  # it may own the folder, but not listen yet
    return False


def _name(folder: Path) -> str:
    digest = hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape"))
    return f"roomkeep-{digest.hexdigest()[:24]}"
