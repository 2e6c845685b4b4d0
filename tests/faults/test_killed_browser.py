"""The browser killed in the midst of writes, on a real profile."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import long_run
from support.driven_page import drive_page

TIMES = long_run.examples(2)
SEARCH_TIMES = long_run.examples(1)


def visits(page: str, times: int, tmp_path: Path) -> list[dict[str, Any]]:
    """Have a page tell what it finds and be killed while it writes, again and again."""
    printed = drive_page(Path(__file__).with_name(page), "kill-browser.mjs", tmp_path, str(times))
    told = [json.loads(line) for line in printed.splitlines()]
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
