"""How long a message, and a change of a channel, take from one browser to another's screen."""

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from tools.browser import VARIABLE
from tools.homeserver import ACCOUNTS, PASSWORD, Homeserver, set_up_homeserver
from tools.paths import ROOT, SITE, ToolError
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests
from tools.site import build_site

_GOAL_MS: Final = 1_000
_NAMES: Final = {"messages": "a message", "channels": "the new name of a channel"}


def bench_latency(times: int) -> int:
    """Has two people write and rename, both in the foreground, and prints the medians.

    Args:
        times: How many messages, and how many new names.

    Returns:
        The exit status: 0 where the medians are within a second.

    Raises:
        ToolError: Something is missing that the user must install, or Synapse cannot be had.
    """
    browser = set_up_tests()
    set_up_homeserver()
    build_site(SITE, compile_own=True)
    before = os.getloadavg()[0]
    found = _measure(browser, times)
    print(f"From pressing Enter in one browser to the screen of another, {times} of each (ms):")
    for name, took in found.items():
        median, most = statistics.median(took), max(took)
        print(f"  {_NAMES[name]}: median {median:.0f}, at most {most:.0f}")
    print(f"The load average was {before:.1f} before and {os.getloadavg()[0]:.1f} after.")
    return 0 if all(statistics.median(took) < _GOAL_MS for took in found.values()) else 1


def _measure(browser: Path, times: int) -> dict[str, list[float]]:
    """Measures, in ms."""
    script = ROOT / "benchmarks" / "latency.mjs"
    with (
        tempfile.TemporaryDirectory(prefix="roomkeep-bench-") as folder,
        Homeserver(Path(folder)) as homeserver,
        SiteServer({"/": SITE}) as site,
    ):
        for name in ACCOUNTS:
            homeserver.register(name, PASSWORD)
        site.start()
        env = {
            VARIABLE: str(browser),
            "ROOMKEEP_URL": site.url,
            "ROOMKEEP_HOMESERVER": homeserver.url,
            "ROOMKEEP_PASSWORD": PASSWORD,
        }
        done = subprocess.run(
            [find_node(), script, str(times)],
            cwd=ROOT,
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        site.shutdown()
    if done.returncode != 0:
        raise ToolError("Could not measure: the reason is above.")
    measured: dict[str, list[float]] = json.loads(done.stdout)
    return measured
