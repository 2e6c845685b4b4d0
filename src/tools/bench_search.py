"""How fast messages are found, and what the index costs."""

import gzip
import json
import random
from pathlib import Path

from tools.browser import VARIABLE
from tools.commands import call
from tools.paths import BUILD, ROOT, SITE
from tools.python_page import write_python_page
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests
from tools.site import build_site

_TOOLS = ROOT / "src" / "tools"
_PAGE = BUILD / "bench-page"
_MADE_UP = 100_000
_WORDS = 50_000


def bench_search(archive: Path | None, messages: int) -> int:
    """Measures search in Chromium, on a profile on the disk, and prints a table.

    Args:
        archive: JSON lines of messages, gzipped or not; None for one that is made up.
        messages: How many messages there are to be at last.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    browser = set_up_tests()
    build_site(SITE, compile_own=True)
    return measure(browser, archive, messages)


def measure(browser: Path, archive: Path | None, messages: int) -> int:
    """Measures on the site as it is built; the arguments are those of `bench_search`."""
    write_python_page(_PAGE, _TOOLS / "bench_search_page.py", modules=[_TOOLS / "timing.py"])
    (_PAGE / "settings.json").write_text(json.dumps({"messages": messages}))
    data = _make_up() if archive is None else archive.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    (_PAGE / "archive.jsonl").write_bytes(data)
    with SiteServer({"/": SITE, "/bench/": _PAGE}) as server:
        server.start()
        try:
            return call(
                [find_node(), _TOOLS / "bench_search.mjs", f"{server.url}bench/index.html"],
                env={VARIABLE: str(browser)},
            )
        finally:
            server.shutdown()


def _make_up() -> bytes:
    """Returns an archive whose words are as often as those of a language."""
    chance = random.Random(1)  # noqa: S311 the same archive each time
    lines = []
    for number in range(_MADE_UP):
        places = [int(_WORDS ** chance.random()) for _ in range(chance.randint(1, 18))]
        fields = {
            "id": f"m{number}",
            "roomId": f"room {number % 5}",
            "channelId": "general",
            "senderId": f"s{number % 2_000}",
            "senderName": f"Sender {number % 2_000}",
            "content": " ".join(f"w{place:x}" for place in places),
            "timestamp": 1_100_000_000_000 + number * 1_000,
        }
        lines.append(json.dumps(fields))
    return "\n".join(lines).encode()
