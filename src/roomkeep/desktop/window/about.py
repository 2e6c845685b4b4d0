"""The text of the About dialog."""

from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtCore import QLibraryInfo
from PySide6.QtWebEngineCore import qWebEngineChromiumVersion

__all__ = ["about_text"]


def about_text(folder: Path) -> str:
    """Return the text, as HTML.

    Args:
        folder: where the data are.
    """
    try:
        number = version("roomkeep")
    except PackageNotFoundError:  # run from a checkout
        number = "from a checkout"
    chromium = str(qWebEngineChromiumVersion())
    return (
        f"<p>Version {escape(number)}</p>"
        "<p>A chat that keeps working with no network. MIT licence.</p>"
        f"<p>Your messages are in<br>{escape(str(folder))}</p>"
        f"<p>Qt {QLibraryInfo.version().toString()}, Chromium {chromium}</p>"
    )
