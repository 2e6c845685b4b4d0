"""How fast messages are found, and what the index costs."""

import json
import random
from pathlib import Path

from benchmarks.archives import as_lines, make_words, read_lines
from benchmarks.pages import measure_page

_MADE_UP = 100_000


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
        "archive.jsonl": _make_up() if archive is None else read_lines(archive),
    }
    return measure_page("search_page.py", files=files)


def _make_up() -> bytes:
    """Returns an archive whose words are as often as those of a language."""
    chance = random.Random(1)  # noqa: S311 the same archive each time
    return as_lines(
        {
            "id": f"m{number}",
            "roomId": f"room {number % 5}",
            "channelId": "general",
            "senderId": f"s{number % 2_000}",
            "senderName": f"Sender {number % 2_000}",
            "content": make_words(chance),
            "timestamp": 1_100_000_000_000 + number * 1_000,
        }
        for number in range(_MADE_UP)
    )
