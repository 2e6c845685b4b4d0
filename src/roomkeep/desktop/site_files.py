"""The files of the built site: which one a URL stands for, and where the site lies."""

from pathlib import Path
from typing import Final
from urllib.parse import unquote

__all__ = ["INDEX", "find_file", "find_site"]

INDEX: Final = "index.html"

_PACKAGED: Final = Path(__file__).parent / "site"
"""Where a wheel that was made after the site has it."""
_BUILT: Final = Path(__file__).resolve().parents[3] / ".build" / "site"
"""Where a checkout has it."""


def find_file(directory: Path, url_path: str) -> Path | None:
    """Return the file that a URL's path stands for; None where there is none to be given out.

    Args:
        directory: what lies below it may be given out, and nothing else.
        url_path: the path as it stands in the URL; an empty one, or `/`, is the index page.
    """
    name = unquote(url_path, errors="replace").lstrip("/") or INDEX
    if "\0" in name or "\\" in name or ".." in name.split("/") or name.endswith("/"):
        return None
    try:
        root = directory.resolve()
        file = (root / name).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except OSError:  # such as a name that is too long for any file
        return None


def find_site() -> Path | None:
    """Return the folder of the built site: that of the package, else the checkout's, else None."""
    return next((site for site in (_PACKAGED, _BUILT) if (site / INDEX).is_file()), None)
