"""How the app does with a large archive: import, the largest room, paging back."""

from pathlib import Path

from tools.browser import VARIABLE
from tools.commands import call
from tools.paths import ROOT, SITE
from tools.qt import WINDOW_VARIABLE, set_up_window
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests, venv_program
from tools.site import build_site


def bench_app(archive: Path | None, *, in_window: bool) -> int:
    """Imports an archive as a person does and prints how long everything takes.

    Args:
        archive: JSON lines of messages, gzipped or not; None for one that is made up.
        in_window: In the desktop's window, not in Chromium.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    browser = set_up_tests()
    if in_window:
        set_up_window(offscreen=True)
    build_site(SITE, compile_own=True)
    script = ROOT / "benchmarks" / "app.mjs"
    arguments = [archive.resolve()] if archive else []
    with SiteServer({"/": SITE}) as server:
        server.start()
        try:
            return call(
                [find_node(), script, "window" if in_window else server.url, *arguments],
                env={VARIABLE: str(browser), WINDOW_VARIABLE: str(venv_program("python"))},
            )
        finally:
            server.shutdown()
