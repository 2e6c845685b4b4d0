"""Saves a file from the page, through a dialog of the system."""

from pathlib import Path, PurePosixPath, PureWindowsPath

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWebEngineCore import QWebEngineDownloadRequest, QWebEngineProfile
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from roomkeep.desktop.window.origin import is_ours
from roomkeep.desktop.window.page import Page
from roomkeep.localization import localize

_State = QWebEngineDownloadRequest.DownloadState


class Downloads(QObject):
    """Asks where to save each download. One that does not come from our page is refused.

    Args:
        profile: the profile of the pages.
        parent: the owner.
    """

    def __init__(self, profile: QWebEngineProfile, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.DownloadLocation
        )
        profile.downloadRequested.connect(self._ask)

    def _ask(self, request: QWebEngineDownloadRequest) -> None:
        page = request.page()
        if (
            not isinstance(page, Page)
            or not is_ours(page.url())
            or request.url().scheme() != "blob"
        ):
            request.cancel()
            return
        window = _window_of(page.parent())
        dialog = QFileDialog(window, localize("desktop.save_file"), self._folder)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(_base_name(request.suggestedFileName()))
        dialog.fileSelected.connect(lambda path: self._save(request, Path(path), window))
        dialog.rejected.connect(request.cancel)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _save(self, request: QWebEngineDownloadRequest, path: Path, window: QWidget | None) -> None:
        self._folder = str(path.parent)
        request.setDownloadDirectory(str(path.parent))
        request.setDownloadFileName(path.name)
        request.stateChanged.connect(lambda state: _report(request, state, window))
        request.accept()


def _report(request: QWebEngineDownloadRequest, state: _State, window: QWidget | None) -> None:
    if state == _State.DownloadInterrupted:
        text = localize("failed.save_file", name=request.downloadFileName())
        box = QMessageBox(QMessageBox.Icon.Warning, localize("app.name"), text, parent=window)
        reason = request.interruptReasonString()
        box.setInformativeText(localize("desktop.download_advice", reason=reason))
        box.finished.connect(box.deleteLater)
        box.open()


def _window_of(item: QObject | None) -> QWidget | None:
    return item.window() if isinstance(item, QWidget) else None


def _base_name(name: str) -> str:
    """Return a name without any folder: the page may suggest any text."""
    return PureWindowsPath(PurePosixPath(name).name).name or "file"
