"""What keeps the window to itself: nothing is asked of the network, and nothing else shown."""

import logging
import os
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)

from roomkeep.desktop.window.origin import is_ours

__all__ = ["RequestGuard", "open_outside", "shut_off_network"]

_FLAGS: Final = (
    # No name is looked up, so nothing is reached that does not pass the interceptor, either.
    '--host-resolver-rules="MAP * ~NOTFOUND"',
    # WebRTC passes neither the interceptor nor the Content-Security-Policy.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_FLAGS_VARIABLE: Final = "QTWEBENGINE_CHROMIUM_FLAGS"
_OUTSIDE: Final = ("http", "https", "mailto")

logger = logging.getLogger(__name__)


def shut_off_network() -> None:
    """Have the browser engine find no host; to be called before there is a QApplication."""
    given = os.environ.get(_FLAGS_VARIABLE, "")
    os.environ[_FLAGS_VARIABLE] = " ".join((given, *_FLAGS)).strip()


def open_outside(url: QUrl) -> bool:
    """Have the system open a link of the web or of mail; tell whether it was one."""
    is_link = url.isValid() and url.scheme() in _OUTSIDE
    if is_link and (url.host() or url.scheme() == "mailto"):
        return QDesktopServices.openUrl(url)
    logger.warning("refused to open a link of the kind %r", url.scheme())
    return False


class RequestGuard(QWebEngineUrlRequestInterceptor):
    """Refuses whatever a page asks for that is not of our origin."""

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802 Qt's name
        """Look at one request."""
        url = info.requestUrl()
        if not _is_within(url):
            logger.warning("refused a request to %s", f"{url.scheme()}://{url.host()}")
            info.block(True)  # noqa: FBT003 Qt's way


def _is_within(url: QUrl) -> bool:
    if url.scheme() == "blob":
        return is_ours(QUrl(url.path()))
    return is_ours(url) or url.scheme() == "data"
