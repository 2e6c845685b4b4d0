"""How fast messages are found, and what the index costs."""

import json
from pathlib import Path

from benchmarks.archives import read_or_make
from benchmarks.pages import measure_page


def bench_search(archive: Path | None, messages: int) -> int:
    """Measures search in Chromium, on a profile on the disk, and prints a table.

    Args:
        archive: JSON lines of messages, gzipped or not; None for one that is made up.
        messages: How many messages there are to be at last.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    files = {
        "settings.json": json.dumps({"messages": messages}).encode(),
        "archive.jsonl": read_or_make(archive, rooms=5),
    }
    return measure_page("search_page.py", modules=["messages_page.py"], files=files)
