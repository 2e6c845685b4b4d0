"""The files of the built site: which one a URL stands for, and where the site is."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote

INDEX: Final = "index.html"

_PACKAGED: Final = Path(__file__).parent / "site"
"""Where it is in a wheel that was built after the site."""
_BUILT: Final = Path(__file__).resolve().parents[3] / ".build" / "site"
"""Where it is in a checkout."""


def find_file(directory: Path, url_path: str) -> Path | None:
    """Return the file that a URL's path stands for; None where there is none to serve.

    Args:
        directory: only what is below it is served.
        url_path: the path as it stands in the URL; an empty one, or `/`, is the index page.
    """
    name = unquote(url_path, errors="replace").lstrip("/") or INDEX
    if "\0" in name or "\\" in name or ".." in name.split("/") or name.endswith("/"):
        return None
    try:
        root = directory.resolve()
        file = (root / name).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except OSError:  # such as a name that is too long for a file
        return None


def find_language(site: Path) -> str:
    """Return the language of a built site."""
    found = re.search(r'<html lang="([^"]+)"', (site / INDEX).read_text("utf-8"))
    return "en" if found is None else found[1]


def find_site() -> Path | None:
    """Return the folder of the built site: the package's, else the checkout's, else None."""
    return next((site for site in (_PACKAGED, _BUILT) if (site / INDEX).is_file()), None)
