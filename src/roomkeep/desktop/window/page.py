"""One page in a window: what it may do, and where it may go."""

import logging
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import (
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
)

from roomkeep.desktop.window.guard import open_outside
from roomkeep.desktop.window.origin import is_ours
from roomkeep.desktop.window.preload import BRIDGE_WORLD, preload_scripts

__all__ = ["Page"]

_Level = QWebEnginePage.JavaScriptConsoleMessageLevel
_LEVELS: Final = {
    _Level.InfoMessageLevel: logging.DEBUG,
    _Level.WarningMessageLevel: logging.WARNING,
    _Level.ErrorMessageLevel: logging.ERROR,
}

logger = logging.getLogger(__name__)


class Page(QWebEnginePage):
    """A page of our origin, and of no other.

    Args:
        profile: what all pages share.
        bridge: what the channel shows to the preload scripts.
        parent: what deletes it.
    """

    declined = Signal()
    """A person has answered no: such as to leaving the page with what is not sent yet."""

    def __init__(self, profile: QWebEngineProfile, bridge: QObject, parent: QObject) -> None:
        super().__init__(profile, parent)
        for script in preload_scripts():
            self.scripts().insert(script)
        channel = QWebChannel(self)
        channel.registerObject("bridge", bridge)
        self.setWebChannel(channel, BRIDGE_WORLD.value)
        self.newWindowRequested.connect(_refuse_window)
        self.permissionRequested.connect(_decide)

    def acceptNavigationRequest(  # noqa: N802 Qt's name
        self,
        url: QUrl | str,
        type: QWebEnginePage.NavigationType,  # noqa: A002 Qt's name
        isMainFrame: bool,  # noqa: FBT001, N803 Qt's name
    ) -> bool:
        """Stay on our origin."""
        del type
        target = QUrl(url)
        if is_ours(target) and isMainFrame:
            return True
        logger.warning("refused to go to a page of the kind %r", target.scheme())
        return False

    def javaScriptConfirm(self, securityOrigin: QUrl | str, msg: str) -> bool:  # noqa: N802, N803
        """Ask a question of the page, or whether to leave it."""
        agrees = super().javaScriptConfirm(securityOrigin, msg)
        if not agrees:
            self.declined.emit()
        return agrees

    def javaScriptConsoleMessage(  # noqa: N802 Qt's name
        self,
        level: QWebEnginePage.JavaScriptConsoleMessageLevel,
        message: str,
        lineNumber: int,  # noqa: N803 Qt's name
        sourceID: str,  # noqa: N803 Qt's name
    ) -> None:
        """Pass on what the page says to its console."""
        logger.log(_LEVELS[level], "%s (%s, line %d)", message, sourceID, lineNumber)


def _refuse_window(request: QWebEngineNewWindowRequest) -> None:
    """Open no window; a link that a person follows is for the system's browser.

    A script could have such a link opened, too, but not without a person's click or key.
    """
    if request.isUserInitiated():
        open_outside(request.requestedUrl())


def _decide(permission: QWebEnginePermission) -> None:
    """Allow the clipboard to our page, and nothing else to anyone."""
    is_clipboard = (
        permission.permissionType() == QWebEnginePermission.PermissionType.ClipboardReadWrite
    )
    if is_clipboard and is_ours(permission.origin()):
        permission.grant()
    else:
        permission.deny()
