"""Whether every key that is pressed in the page ends up where the person meant it."""

import json
from collections.abc import Sequence
from typing import Final

from tools.browser import VARIABLE
from tools.commands import call
from tools.paths import ROOT, SITE
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests
from tools.site import build_site

DELAYS: Final = (0, 10, 30, 60)
"""The times between two keys that are tried, in ms."""
_BROWSERS: Final = 4
"""The number of browsers that share the scenarios. One alone waits most of the time."""


def test_keys(rounds: int, delays: Sequence[int], only: Sequence[str], *, with_worker: bool) -> int:
    """Plays the scenarios of `playwright/keys` in Chromium and prints what was lost or misplaced.

    Args:
        rounds: How many times each scenario is played at each pace.
        delays: The times between two keys, in ms.
        only: Parts of the names of the scenarios to play; all when there are none.
        with_worker: Whether the page's service worker runs, too.

    Returns:
        The exit status: 0 when nothing was lost or misplaced.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    browser = set_up_tests()
    build_site(SITE, compile_own=True)
    options = {
        "rounds": rounds,
        "delays": delays,
        "only": only,
        "worker": with_worker,
        "browsers": _BROWSERS,
    }
    script = ROOT / "playwright" / "keys" / "run.mjs"
    with SiteServer({"/": SITE}) as server:
        server.start()
        try:
            return call(
                [find_node(), script, json.dumps(options)],
                env={VARIABLE: str(browser), "ROOMKEEP_URL": server.url},
            )
        finally:
            server.shutdown()
