"""Two tabs of one browser that index an account at the same time."""

import json
import subprocess
from pathlib import Path

from tools.commands import find_program
from tools.paths import ROOT, SITE
from tools.python_page import write_python_page
from tools.server import SiteServer
from tools.site import build_site


def test_one_tab_indexes_at_a_time_and_the_other_goes_on_when_it_is_closed(tmp_path: Path) -> None:
    build_site(SITE, compile_own=True)
    node = find_program("node", "Install Node.js and run this again.")
    script = ROOT / "playwright" / "index-in-tabs.mjs"
    write_python_page(tmp_path / "page", Path(__file__).with_name("tab_page.py"))
    with SiteServer({"/": SITE, "/faults/": tmp_path / "page"}) as server:
        server.start()
        command: list[str | Path] = [
            node,
            script,
            f"{server.url}faults/index.html",
            tmp_path / "profile",
        ]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        server.shutdown()
    told = json.loads(done.stdout)

    meanwhile = told["whileOneWorks"]
    assert (meanwhile["one"]["held"], meanwhile["one"]["pending"]) == (1, 1)
    assert meanwhile["two"]["reports"] == 0
    # The index is behind: the search looks through the messages, and says so.
    assert meanwhile["found"]["wrong"]
    assert all(
        found == expected and not is_indexed
        for _, found, expected, is_indexed in meanwhile["found"]["wrong"]
    )

    afterwards = told["afterOneIsClosed"]
    assert afterwards["two"]["reports"] > 0
    assert (afterwards["two"]["held"], afterwards["two"]["pending"]) == (0, 0)
    assert afterwards["found"]["messages"] == 2 * 25 * 39
    assert afterwards["found"]["wrong"] == []

    for tab in ("two", "three"):
        assert told["inTheEnd"][tab]["messages"] == (2 * 25 + 2 * 20) * 39
        assert told["inTheEnd"][tab]["wrong"] == []
