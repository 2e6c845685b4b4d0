"""The origin of our pages, and the scheme that serves them without a server."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QFile, QIODevice, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)

from roomkeep.desktop.headers import HEADERS, content_type
from roomkeep.desktop.site_files import find_file

SCHEME: Final = "app"
_HOST: Final = "roomkeep"
HOME: Final = QUrl(f"{SCHEME}://{_HOST}/")
"""The app's page. The browser engine stores data by origin, so it must never change."""

_HEADERS: Final = {
    QByteArray(name.encode()): [QByteArray(value.encode())] for name, value in HEADERS.items()
}


def register_scheme() -> None:
    """Register our scheme with the browser engine. Call this before there is a QApplication."""
    scheme = QWebEngineUrlScheme(SCHEME.encode())
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flag = QWebEngineUrlScheme.Flag
    scheme.setFlags(flag.SecureScheme | flag.CorsEnabled | flag.FetchApiAllowed)
    QWebEngineUrlScheme.registerScheme(scheme)


def is_ours(url: QUrl) -> bool:
    """Return whether a URL is of our origin."""
    return (url.scheme(), url.authority()) == (SCHEME, _HOST)


class SiteHandler(QWebEngineUrlSchemeHandler):
    """Serves the files of the built site, read-only.

    Args:
        site: the folder of the site.
    """

    def __init__(self, site: Path) -> None:
        super().__init__()
        self._site = site

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:  # noqa: N802 Qt's name
        """Serve one request."""
        url = job.requestUrl()
        if job.requestMethod() != b"GET" or not is_ours(url):
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        path = find_file(self._site, url.path(QUrl.ComponentFormattingOption.FullyEncoded))
        # The job deletes the file when it has been read.
        file = None if path is None else QFile(str(path), job)
        if path is None or file is None or not file.open(QIODevice.OpenModeFlag.ReadOnly):
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        job.setAdditionalResponseHeaders(_HEADERS)  # type: ignore[arg-type] # it takes lists alone
        job.reply(QByteArray(content_type(path.name).encode()), file)
