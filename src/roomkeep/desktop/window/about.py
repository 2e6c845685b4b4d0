"""The text of the About dialog."""

from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtCore import QLibraryInfo
from PySide6.QtWebEngineCore import qWebEngineChromiumVersion

from roomkeep.localization import localize


def about_text(folder: Path) -> str:
    """Return the text, as HTML.

    Args:
        folder: where the data are.
    """
    try:
        number = version("roomkeep")
    except PackageNotFoundError:  # run from a checkout
        number = localize("desktop.checkout")
    chromium = str(qWebEngineChromiumVersion())
    return (
        f"<p>{escape(localize('desktop.version', version=number))}</p>"
        f"<p>{escape(localize('desktop.about'))}</p>"
        f"<p>{escape(localize('desktop.folder'))}<br>{escape(str(folder))}</p>"
        f"<p>Qt {QLibraryInfo.version().toString()}, Chromium {chromium}</p>"
    )
