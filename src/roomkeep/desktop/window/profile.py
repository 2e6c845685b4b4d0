"""What all pages share: the site, the guard, and what the browser engine itself keeps."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWebEngineCore import QWebEngineProfile, QWebEngineSettings

from roomkeep.desktop.window.guard import RequestGuard
from roomkeep.desktop.window.origin import SCHEME, SiteHandler

__all__ = ["make_profile"]

_Attribute = QWebEngineSettings.WebAttribute
_OFF = (
    _Attribute.DnsPrefetchEnabled,
    _Attribute.FullScreenSupportEnabled,
    _Attribute.HyperlinkAuditingEnabled,
    _Attribute.JavascriptCanOpenWindows,
    _Attribute.LocalContentCanAccessFileUrls,
    _Attribute.LocalContentCanAccessRemoteUrls,
    # A file that is dropped beside its place must not take the place of the page.
    _Attribute.NavigateOnDropEnabled,
    _Attribute.PdfViewerEnabled,
    _Attribute.PluginsEnabled,
    _Attribute.ScreenCaptureEnabled,
)
_ON = (_Attribute.JavascriptCanAccessClipboard, _Attribute.WebRTCPublicInterfacesOnly)


def make_profile(folder: Path, site: Path, parent: QObject) -> QWebEngineProfile:
    """Make the profile.

    Args:
        folder: where the browser engine keeps what it must, such as localStorage.
        site: the folder of the built site.
        parent: what deletes the profile.
    """
    profile = QWebEngineProfile("roomkeep", parent)
    profile.setPersistentStoragePath(str(folder))
    profile.setCachePath(str(folder / "cache"))
    permissions = QWebEngineProfile.PersistentPermissionsPolicy
    profile.setPersistentPermissionsPolicy(permissions.AskEveryTime)
    handler = SiteHandler(site)
    handler.setParent(profile)
    profile.installUrlSchemeHandler(SCHEME.encode(), handler)
    guard = RequestGuard(profile)
    profile.setUrlRequestInterceptor(guard)
    for attribute in _OFF:
        profile.settings().setAttribute(attribute, False)  # noqa: FBT003 Qt's way
    for attribute in _ON:
        profile.settings().setAttribute(attribute, True)  # noqa: FBT003 Qt's way
    return profile
