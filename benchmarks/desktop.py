"""How fast the desktop is: its main process next to plain sqlite3, its window next to Chromium."""

import shutil
import tempfile
from pathlib import Path

from benchmarks.archives import as_lines, read_lines
from benchmarks.pages import HERE, TIMING
from tools.browser import VARIABLE
from tools.commands import call
from tools.paths import BUILD, ROOT, SITE
from tools.python_page import write_python_page
from tools.qt import WINDOW_VARIABLE, set_up_window
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests, venv_program
from tools.site import build_site

_MADE_UP = 100_000
_SCRIPT = HERE / "desktop_process" / "measure.py"


def bench_desktop(archive: Path | None) -> int:
    """Measures the main process, then the window, and prints a table of medians for each.

    Args:
        archive: JSON lines of messages, gzipped or not; None for one that is made up.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    browser = set_up_tests()
    set_up_window(offscreen=True)
    build_site(SITE, compile_own=True)
    status = _measure_process(archive)
    print()
    return _measure_window(archive, browser) or status


def _measure_process(archive: Path | None) -> int:
    chosen = [archive.resolve()] if archive else []
    with tempfile.TemporaryDirectory(prefix="roomkeep-bench-") as folder:
        return call(
            [venv_program("python"), _SCRIPT, folder, *chosen],
            env={"PYTHONPATH": str(ROOT / "src")},
        )


def _measure_window(archive: Path | None, browser: Path) -> int:
    """Measures one page in the window and in Chromium."""
    site = BUILD / "bench-site"
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(SITE, site)
    write_python_page(site / "bench", HERE / "window_page.py", modules=[TIMING])
    (site / "bench" / "archive.jsonl").write_bytes(_lines_of(archive))
    script = HERE / "window.mjs"
    with SiteServer({"/": site}) as server:
        server.start()
        try:
            return call(
                [find_node(), script, f"{server.url}bench/index.html", site],
                env={VARIABLE: str(browser), WINDOW_VARIABLE: str(venv_program("python"))},
            )
        finally:
            server.shutdown()
            shutil.rmtree(site)


def _lines_of(archive: Path | None) -> bytes:
    if archive is not None:
        return read_lines(archive)
    return as_lines(
        {
            "id": f"m{number}",
            "roomId": "others" if number % 3 else "big",
            "channelId": "general",
            "senderId": f"s{number % 2000}",
            "senderName": f"Sender {number % 2000}",
            "content": f"message {number} " * (1 + number % 9),
            "timestamp": 1_100_000_000_000 + number * 1000,
            "replyToId": None,
        }
        for number in range(_MADE_UP)
    )
