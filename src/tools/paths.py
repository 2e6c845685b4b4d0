"""Where everything is, and the error that a user of these tools gets to read."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCE: Final = ROOT / "src" / "roomkeep"
LIBRARY: Final = ROOT / "src" / "indexeddb"
"""The library that Roomkeep is built on: a distribution of its own, and in Roomkeep's wheel."""
NODE_MODULES: Final = ROOT / "node_modules"
VENV: Final = ROOT / ".venv"

DISTRIBUTIONS: Final = ROOT / "build"
"""The archives to upload to a package index."""

BUILD: Final = ROOT / ".build"
SITE: Final = BUILD / "site"
"""The site as users get it."""
PSEUDO_SITE: Final = BUILD / "pseudo-site"
"""The site in a made-up language, for tests."""
DEV_SITE: Final = BUILD / "dev-site"
"""The site as `dev` serves it: Roomkeep's own modules are in it as sources."""
STOCK_SITE: Final = BUILD / "stock-site"
"""An empty PyScript page on the files of npm as they are, for `npm run bench:start`."""
COMPILED: Final = BUILD / "compiled"
COMPRESSED: Final = BUILD / "compressed"
PAGE_WHEELS: Final = BUILD / "page-wheels"
TEST_WHEELS: Final = BUILD / "test-wheels"
"""The wheels that tests load inside the page (pytest and what it needs)."""
STAMPS: Final = BUILD / "stamps"
IN_MEMORY: Final = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
"""Where files are quick to write, for tests that do not prove that the disk keeps them."""


class ToolError(Exception):
    """Something that the user of a command must put right. Its text says what to do next."""
