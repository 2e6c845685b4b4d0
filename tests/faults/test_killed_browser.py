"""The browser killed in the midst of writes, on a real profile."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import long_run
from tools.commands import find_program
from tools.paths import ROOT, SITE
from tools.python_page import write_python_page
from tools.server import SiteServer
from tools.site import build_site

TIMES = long_run.examples(2)
SEARCH_TIMES = long_run.examples(1)


def visits(page: str, times: int, tmp_path: Path) -> list[dict[str, Any]]:
    """Have a page tell what it finds and be killed while it writes, again and again."""
    build_site(SITE, compile_own=True)
    node = find_program("node", "Install Node.js and run this again.")
    script = ROOT / "playwright" / "kill-browser.mjs"
    write_python_page(tmp_path / "page", Path(__file__).with_name(page))
    with SiteServer({"/": SITE, "/faults/": tmp_path / "page"}) as server:
        server.start()
        command: list[str | Path] = [
            node,
            script,
            f"{server.url}faults/index.html",
            str(times),
            tmp_path / "profile",
        ]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        server.shutdown()
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == times + 1
    return told


def test_a_killed_browser_has_all_that_was_acknowledged_and_no_half(
    tmp_path: Path, operations: Callable[[int], None]
) -> None:
    told = visits("page.py", TIMES, tmp_path)
    for visit in told:
        assert visit["isWhole"]
        assert set(visit["acknowledged"]) <= set(visit["found"])
    assert told[-1]["acknowledged"]
    operations(len(told[-1]["acknowledged"]))


def test_search_is_right_after_a_kill_and_what_was_deleted_leaves_its_index(
    tmp_path: Path, operations: Callable[[int], None]
) -> None:
    told = visits("search_page.py", SEARCH_TIMES, tmp_path)
    for visit in told:
        assert visit["isWhole"], visit["state"]
        assert set(visit["acknowledged"]) <= set(visit["found"])
    assert told[-1]["acknowledged"]
    operations(len(told[-1]["acknowledged"]))
