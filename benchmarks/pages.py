"""Measuring in a page of Chromium that runs a Python script beside the built site."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.browser import VARIABLE
from tools.paths import BUILD, ROOT, SITE, ToolError
from tools.python_page import write_python_page
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests
from tools.site import build_site

HERE: Final = Path(__file__).parent
TIMING: Final = HERE / "timing.py"
"""What scripts import as `benchmarks.timing`."""
_PAGE: Final = BUILD / "bench-page"


def measure_page(
    script: str, *, modules: Sequence[str] = (), files: Mapping[str, bytes] | None = None
) -> int:
    """Opens a page, and prints what its script says; gives the exit status.

    The arguments and the errors are those of `run_page`.
    """
    for line in run_page(script, modules=modules, files=files):
        print(line, flush=True)
    return 0


def run_page(
    script: str, *, modules: Sequence[str] = (), files: Mapping[str, bytes] | None = None
) -> Iterator[str]:
    """Opens a page on a profile on the disk, and yields the lines that its script says.

    Args:
        script: The file beside this one that the page runs.
        modules: Other files beside this one that it imports, as `benchmarks.NAME`.
        files: What it fetches from where it is, by name.

    Raises:
        ToolError: Something is missing that the user must install, the site does not build, or the
            script has failed.
    """
    browser = set_up_tests()
    build_site(SITE, compile_own=True)
    imported = [TIMING, *(HERE / name for name in modules)]
    write_python_page(_PAGE, HERE / script, modules=imported)
    for name, data in (files or {}).items():
        (_PAGE / name).write_bytes(data)
    runner = ROOT / "src" / "tools" / "page_console.mjs"
    with SiteServer({"/": SITE, "/bench/": _PAGE}) as server:
        server.start()
        process = subprocess.Popen(
            [find_node(), runner, f"{server.url}bench/index.html"],
            cwd=ROOT,
            env={**os.environ, VARIABLE: str(browser)},
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            yield from (line.rstrip("\n") for line in process.stdout or ())
        server.shutdown()
    if process.returncode != 0:
        raise ToolError("Could not measure: the reason is above.")
