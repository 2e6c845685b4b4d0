"""Keeps the window off the network, and other pages out of the window."""

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

_FLAGS: Final = (
    # No name is resolved, so requests that bypass the interceptor fail, too.
    '--host-resolver-rules="MAP * ~NOTFOUND"',
    # WebRTC bypasses both the interceptor and the Content-Security-Policy.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_FLAGS_VARIABLE: Final = "QTWEBENGINE_CHROMIUM_FLAGS"
_OUTSIDE: Final = ("http", "https", "mailto")

logger = logging.getLogger(__name__)


def disable_network() -> None:
    """Let the browser engine resolve no host. Call this before there is a QApplication."""
    given = os.environ.get(_FLAGS_VARIABLE, "")
    os.environ[_FLAGS_VARIABLE] = " ".join((given, *_FLAGS)).strip()


def open_outside(url: QUrl) -> bool:
    """Let the system open a web or mail link; return whether it was one."""
    is_link = url.isValid() and url.scheme() in _OUTSIDE
    if is_link and (url.host() or url.scheme() == "mailto"):
        return QDesktopServices.openUrl(url)
    logger.warning("refused to open a link of the kind %r", url.scheme())
    return False


class RequestGuard(QWebEngineUrlRequestInterceptor):
    """Blocks every request of a page to another origin."""

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802 Qt's name
        """Check one request."""
        url = info.requestUrl()
        if not _is_within(url):
            logger.warning("refused a request to %s", f"{url.scheme()}://{url.host()}")
            info.block(True)  # noqa: FBT003 Qt's way


def _is_within(url: QUrl) -> bool:
    if url.scheme() == "blob":
        return is_ours(QUrl(url.path()))
    return is_ours(url) or url.scheme() == "data"
