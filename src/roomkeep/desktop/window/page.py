"""The page in a window: what it may do, and where it may navigate."""

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

_Level = QWebEnginePage.JavaScriptConsoleMessageLevel
_LEVELS: Final = {
    _Level.InfoMessageLevel: logging.DEBUG,
    _Level.WarningMessageLevel: logging.WARNING,
    _Level.ErrorMessageLevel: logging.ERROR,
}

logger = logging.getLogger(__name__)


class Page(QWebEnginePage):
    """A page that shows our origin only.

    Args:
        profile: the profile that all pages share.
        bridge: what the channel shows to the preload scripts.
        parent: the owner.
    """

    declined = Signal()
    """A person answered a question with no, such as whether to leave the page."""

    def __init__(self, profile: QWebEngineProfile, bridge: QObject, parent: QObject) -> None:
        super().__init__(profile, parent)
        for script in preload_scripts():
            self.scripts().insert(script)
        channel = QWebChannel(self)
        channel.registerObject("bridge", bridge)
        self.setWebChannel(channel, BRIDGE_WORLD.value)
        self.newWindowRequested.connect(_open_outside)
        self.permissionRequested.connect(_decide_permission)

    def acceptNavigationRequest(  # noqa: N802 Qt's name
        self,
        url: QUrl | str,
        type: QWebEnginePage.NavigationType,  # noqa: A002 Qt's name
        isMainFrame: bool,  # noqa: FBT001, N803 Qt's name
    ) -> bool:
        """Refuse to leave our origin."""
        del type
        target = QUrl(url)
        if is_ours(target) and isMainFrame:
            return True
        logger.warning("refused to go to a page of the kind %r", target.scheme())
        return False

    def javaScriptConfirm(self, securityOrigin: QUrl | str, msg: str) -> bool:  # noqa: N802, N803
        """Ask what the page asks, or whether to leave the page."""
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
        """Log what the page writes to its console."""
        logger.log(_LEVELS[level], "%s (%s, line %d)", message, sourceID, lineNumber)


def _open_outside(request: QWebEngineNewWindowRequest) -> None:
    """Open no window. A link that a person follows opens in the system's browser.

    A script can open such a link, too, but only after a person's click or key press.
    """
    if request.isUserInitiated():
        open_outside(request.requestedUrl())


def _decide_permission(permission: QWebEnginePermission) -> None:
    """Allow our page to use the clipboard, and deny everything else."""
    is_clipboard = (
        permission.permissionType() == QWebEnginePermission.PermissionType.ClipboardReadWrite
    )
    if is_clipboard and is_ours(permission.origin()):
        permission.grant()
    else:
        permission.deny()
