"""Measuring in a page of Chromium that runs a Python script beside the built site."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from tools.browser import VARIABLE
from tools.commands import call
from tools.paths import BUILD, ROOT, SITE
from tools.python_page import write_python_page
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests
from tools.site import build_site

HERE: Final = Path(__file__).parent
TIMING: Final = HERE / "timing.py"
"""What scripts import as `benchmarks.timing`."""
_PAGE: Final = BUILD / "bench-page"


def measure_page(
    script: str,
    *,
    modules: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
    output: IO[str] | None = None,
) -> int:
    """Opens a page on a profile on the disk, and prints what its script says.

    Args:
        script: The file beside this one that the page runs.
        modules: Other files beside this one that it imports, as `benchmarks.NAME`.
        files: What it fetches from where it is, by name.
        output: Where what the script says goes; this terminal when None.

    Returns:
        The exit status: 0 where the script has said "done".

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
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
        try:
            return call(
                [find_node(), runner, f"{server.url}bench/index.html"],
                env={VARIABLE: str(browser)},
                output=output,
            )
        finally:
            server.shutdown()
