"""Showing the app in a window of its own, from a checkout."""

import os

from tools.commands import call
from tools.paths import ROOT, SITE, ToolError
from tools.qt import set_up_window
from tools.setup import venv_program
from tools.site import build_site


def show_desktop() -> int:
    """Builds the site and shows it until its last window is closed; gives the exit status.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        raise ToolError(
            "The browser engine of the window has no sandbox for root. Run this as another user."
        )
    set_up_window(offscreen=False)
    build_site(SITE, compile_own=True)
    return call(
        [venv_program("python"), "-m", "roomkeep.desktop"], env={"PYTHONPATH": str(ROOT / "src")}
    )
