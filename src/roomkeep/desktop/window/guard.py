"""Keeps the window to the homeservers in use, and other pages out of the window."""

import logging
import os
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)

from roomkeep.desktop.homeservers import Origin
from roomkeep.desktop.window.origin import is_ours

# WebRTC bypasses both the interceptor and the Content-Security-Policy.
_FLAG: Final = "--force-webrtc-ip-handling-policy=disable_non_proxied_udp"
_FLAGS_VARIABLE: Final = "QTWEBENGINE_CHROMIUM_FLAGS"
_FETCH: Final = QWebEngineUrlRequestInfo.ResourceType.ResourceTypeXhr
_PORTS: Final = {"https": 443, "http": 80}
_OUTSIDE: Final = ("http", "https", "mailto")

logger = logging.getLogger(__name__)


def limit_network() -> None:
    """Have no UDP go around the interceptor. Call this before there is a QApplication."""
    given = os.environ.get(_FLAGS_VARIABLE, "")
    os.environ[_FLAGS_VARIABLE] = f"{given} {_FLAG}".strip()


def open_outside(url: QUrl) -> bool:
    """Let the system open a web or mail link; return whether it was one."""
    is_link = url.isValid() and url.scheme() in _OUTSIDE
    if is_link and (url.host() or url.scheme() == "mailto"):
        return QDesktopServices.openUrl(url)
    logger.warning("refused to open a link of the kind %r", url.scheme())
    return False


class RequestGuard(QWebEngineUrlRequestInterceptor):
    """Blocks every request of a page to another origin, except to a homeserver in use.

    Args:
        can_reach: tells whether a homeserver is in use.
    """

    def __init__(self, can_reach: Callable[[Origin], bool]) -> None:
        super().__init__()
        self._can_reach = can_reach

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802 Qt's name
        """Check one request."""
        url = info.requestUrl()
        if not (_is_within(url) or self._is_for_homeserver(info)):
            logger.warning("refused a request to %s", f"{url.scheme()}://{url.host()}")
            info.block(True)  # noqa: FBT003 Qt's way

    def _is_for_homeserver(self, info: QWebEngineUrlRequestInfo) -> bool:
        """Tell whether our page fetches something from a homeserver in use."""
        url = info.requestUrl()
        origin = Origin(url.scheme(), url.host(), url.port(_PORTS.get(url.scheme(), -1)))
        is_fetch = info.resourceType() == _FETCH and is_ours(info.firstPartyUrl())
        return is_fetch and self._can_reach(origin)


def _is_within(url: QUrl) -> bool:
    if url.scheme() == "blob":
        return is_ours(QUrl(url.path()))
    return is_ours(url) or url.scheme() == "data"
