"""A Python page that a script in Node.js opens in a browser of its own, and drives."""

import subprocess
from pathlib import Path

from tools.commands import find_program
from tools.paths import ROOT, SITE
from tools.python_page import write_python_page
from tools.server import SiteServer
from tools.site import build_site

_MODULES = [Path(__file__).with_name("search_pages.py")]


def drive_page(page: Path, script: str, tmp_path: Path, *args: str) -> str:
    """Run a script of `playwright/` on a page; return what it prints.

    Args:
        page: the Python of the page.
        script: the name of the script. Its arguments are the page's URL, `args`, and the folder of
            a browser's profile.
        tmp_path: where to put the page and the profile.
        args: what else the script is told.
    """
    build_site(SITE, compile_own=True)
    node = find_program("node", "Install Node.js and run this again.")
    write_python_page(tmp_path / "page", page, modules=_MODULES)
    with SiteServer({"/": SITE, "/faults/": tmp_path / "page"}) as server:
        server.start()
        url = f"{server.url}faults/index.html"
        command: list[str | Path] = [
            node,
            ROOT / "playwright" / script,
            url,
            *args,
            tmp_path / "profile",
        ]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        server.shutdown()
    return done.stdout
