"""The entry point of the desktop app: `roomkeep`, or `python -m roomkeep.desktop`."""

import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from roomkeep.desktop.site_files import find_site


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the app, and return the exit status."""
    parser = ArgumentParser(prog="roomkeep", description="A chat that keeps working offline.")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where your data are")
    parser.add_argument("--site", type=Path, metavar="FOLDER", help="the built site to show")
    parser.add_argument("--new-window", action="store_true", help="open another window")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")

    site = chosen.site or find_site()
    problem = _find_obstacle(site)
    if site is None or problem is not None:
        print(problem, file=sys.stderr)  # noqa: T201 for whoever started this in a terminal
        return 1
    from roomkeep.desktop.window.app import NEW_WINDOW, SHOW, run

    folder = (chosen.data or _default_folder()).absolute()
    return run(folder, site.absolute(), NEW_WINDOW if chosen.new_window else SHOW)


def _find_obstacle(site: Path | None) -> str | None:
    """Return a sentence about why no window can open; None where one can."""
    try:
        import PySide6.QtWebEngineWidgets  # noqa: F401
    except ImportError as error:
        return (
            f"Roomkeep's window needs PySide6 and its libraries ({error}). "
            "Install them: pip install 'roomkeep[desktop]'"
        )
    if site is None or not (site / "index.html").is_file():
        return (
            "The built site is missing. In a checkout, run `npm run desktop`; "
            "otherwise name its folder with --site."
        )
    if hasattr(os, "geteuid") and os.geteuid() == 0 and not _is_sandbox_off():
        return "The browser engine has no sandbox for root. Run Roomkeep as another user."
    return None


def _is_sandbox_off() -> bool:
    return os.environ.get("QTWEBENGINE_DISABLE_SANDBOX") == "1"


def _default_folder() -> Path:
    from PySide6.QtCore import QStandardPaths

    kind = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(kind)) / "Roomkeep"


if __name__ == "__main__":
    sys.exit(main())
