"""Runs tests inside the page of the desktop's real window, and reports them as if run here."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from support.in_browser import BrowserRun, build_test_site
from tools.paths import BUILD, IN_MEMORY, ROOT, SITE
from tools.qt import WINDOW_VARIABLE

__all__ = ["WINDOW_ENVIRONMENT", "WindowRun"]

WINDOW_SITE = BUILD / "window-test-site"
WINDOW_ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests"))),
    "QT_QPA_PLATFORM": "offscreen",
    # That there is no graphics card, nor a system bus.
    "QT_LOGGING_RULES": "*.warning=false",
    "QTWEBENGINE_CHROMIUM_FLAGS": "--log-level=3",
    # The browser engine has no sandbox for root, which tests may run as.
    **({"QTWEBENGINE_DISABLE_SANDBOX": "1"} if getattr(os, "geteuid", lambda: 1)() == 0 else {}),
}


class WindowRun(BrowserRun):
    """One run of pytest inside the page of the window."""

    @contextlib.contextmanager
    def _runner(self) -> Iterator[tuple[list[str | Path], dict[str, str]]]:
        shutil.rmtree(WINDOW_SITE, ignore_errors=True)
        shutil.copytree(SITE, WINDOW_SITE)
        build_test_site(WINDOW_SITE / "tests", self._node_ids)
        with tempfile.TemporaryDirectory(prefix="roomkeep-test-", dir=IN_MEMORY) as folder:
            options: list[str | Path] = ["--data", folder, "--site", WINDOW_SITE]
            python = os.environ[WINDOW_VARIABLE]
            yield [python, "-m", "support.window_tests", *options], WINDOW_ENVIRONMENT
