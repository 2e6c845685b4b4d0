"""What all pages share: the site, the request guard, and the browser engine's own storage."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWebEngineCore import QWebEngineProfile, QWebEngineSettings

from roomkeep.desktop.homeservers import Origin
from roomkeep.desktop.window.guard import RequestGuard
from roomkeep.desktop.window.origin import SCHEME, SiteHandler

_Attribute = QWebEngineSettings.WebAttribute
_OFF = (
    _Attribute.DnsPrefetchEnabled,
    _Attribute.FullScreenSupportEnabled,
    _Attribute.HyperlinkAuditingEnabled,
    _Attribute.JavascriptCanOpenWindows,
    _Attribute.LocalContentCanAccessFileUrls,
    _Attribute.LocalContentCanAccessRemoteUrls,
    # A file that is dropped anywhere must not replace the page.
    _Attribute.NavigateOnDropEnabled,
    _Attribute.PdfViewerEnabled,
    _Attribute.PluginsEnabled,
    _Attribute.ScreenCaptureEnabled,
)
_ON = (_Attribute.JavascriptCanAccessClipboard, _Attribute.WebRTCPublicInterfacesOnly)


class Profile(QWebEngineProfile):
    """The profile of all pages.

    Args:
        folder: where the browser engine keeps its own data, such as localStorage.
        site: the folder of the built site.
        can_reach: tells whether a homeserver is in use, and may be asked.
        parent: the owner.
    """

    def __init__(
        self, folder: Path, site: Path, can_reach: Callable[[Origin], bool], parent: QObject
    ) -> None:
        super().__init__("roomkeep", parent)
        self.setPersistentStoragePath(str(folder))
        self.setCachePath(str(folder / "cache"))
        permissions = QWebEngineProfile.PersistentPermissionsPolicy
        self.setPersistentPermissionsPolicy(permissions.AskEveryTime)
        # Qt does not own these, and a guard whose Python part is gone blocks nothing.
        self._handler = SiteHandler(site)
        self._guard = RequestGuard(can_reach)
        self.installUrlSchemeHandler(SCHEME.encode(), self._handler)
        self.setUrlRequestInterceptor(self._guard)
        for attribute in _OFF:
            self.settings().setAttribute(attribute, False)  # noqa: FBT003 Qt's way
        for attribute in _ON:
            self.settings().setAttribute(attribute, True)  # noqa: FBT003 Qt's way
