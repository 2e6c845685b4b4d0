"""The other browsers: getting them, running the tests in each, and telling what came of it."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from tools.browser import VARIABLE
from tools.commands import call, find_program, install_packages
from tools.docs import build_docs
from tools.files import write_file
from tools.paths import BUILD, DOCS, ROOT, SITE, ToolError
from tools.server import SiteServer
from tools.setup import set_up_tests, venv_program
from tools.site import build_site

FIREFOX_VARIABLE: Final = "ROOMKEEP_FIREFOX"
"""The environment variable that names Firefox, for users to choose and for tests to find."""
BROWSER_VARIABLE: Final = "ROOMKEEP_BROWSER"
"""The environment variable that tells the tests which browser to run in, and none but those."""

_PAGE: Final = ROOT / "docs" / "browsers.md"
_TABLE: Final = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end of the table -->)", re.DOTALL)
_FIREFOXES: Final = ("firefox-esr", "firefox")
_WEBKIT_PROGRAMS: Final = ("WebKitWebDriver", "xvfb-run", "xauth")
_WEBKIT_PACKAGES: Final = (
    "webkit2gtk-driver",
    "gir1.2-webkit2-4.1",
    "python3-gi",
    "xvfb",
    "xauth",
)
_SYSTEM_PYTHON: Final = "/usr/bin/python3"
"""The bindings of WebKitGTK are packages of the system, for its own Python."""
_ASK_WEBKIT: Final = (
    "import gi; gi.require_version('WebKit2', '4.1'); from gi.repository import WebKit2 as W; "
    "print(W.get_major_version(), W.get_minor_version(), W.get_micro_version(), sep='.')"
)


@dataclass
class Outcome:
    """What came of the tests in one browser.

    Attributes:
        title: The browser's name and version.
        counts: How many tests passed, failed and were skipped.
        features: What the browser can, as the tests found.
        journeys: How many of the journeys passed.
        trouble: Why it is not to be trusted; empty where all is well.
    """

    title: str
    counts: dict[str, int] = field(default_factory=dict)
    features: dict[str, str] = field(default_factory=dict)
    journeys: str = "not run"
    trouble: str = ""


def test_browsers(*, write: bool) -> int:
    """Runs the page's tests in Chromium, Firefox and WebKitGTK, and the main journeys in Firefox.

    The journeys through the apps of the gallery are among them.

    Args:
        write: Whether to put the table of results into `docs/browsers.md`.

    Returns:
        The exit status: 0 when everything has run and passed.

    Raises:
        ToolError: Something that all of it needs is missing, or the site does not build.
    """
    chromium = set_up_tests()
    build_site(SITE, compile_own=True)
    build_docs(DOCS)
    outcomes = [_run_pytest("chromium", _version(chromium), {VARIABLE: str(chromium)})]
    outcomes[0].journeys = "in `npm test`"
    try:
        firefox = _find_or_install_firefox()
    except ToolError as error:
        outcomes.append(Outcome("Firefox", trouble=f"NOT RUN: {error}"))
    else:
        env = {FIREFOX_VARIABLE: str(firefox)}
        outcome = _run_pytest("firefox", _version(firefox), env)
        _run_journeys(outcome, env)
        outcomes.append(outcome)
    try:
        version = _set_up_webkit()
    except ToolError as error:
        outcomes.append(Outcome("WebKitGTK", trouble=f"NOT RUN: {error}"))
    else:
        outcomes.append(_run_pytest("webkit", f"WebKitGTK {version}", {}))
    table = _table(outcomes)
    print(f"\n{table}")
    for one in outcomes:
        result = f"FAIL {one.title}: {one.trouble}" if one.trouble else f"ok   {one.title}"
        print(result)
    failed = any(outcome.trouble for outcome in outcomes)
    if write and not failed:
        text = _TABLE.sub(lambda _: table, _PAGE.read_text())
        write_file(_PAGE, text.encode())
    return 1 if failed else 0


def _run_pytest(name: str, title: str, env: Mapping[str, str]) -> Outcome:
    print(f"\n== {title}", flush=True)
    report = BUILD / "browsers" / f"{name}.xml"
    report.unlink(missing_ok=True)
    folders = ("tests/contract", "tests/indexeddb", "tests/browser")
    options = ("-q", f"--junitxml={report}")
    python = venv_program("python")
    status = call([python, "-m", "pytest", *options, *folders], env={**env, BROWSER_VARIABLE: name})
    outcome = Outcome(title)
    if not report.exists():
        outcome.trouble = "the tests did not start"
        return outcome
    _read_report(report, outcome)
    if status != 0:
        outcome.trouble = f"{outcome.counts['failed']} tests failed"
    return outcome


def _run_journeys(outcome: Outcome, env: Mapping[str, str]) -> None:
    node = find_program("node", "Install Node.js and run this again.")
    command = [node, str(ROOT / "playwright" / "journeys-firefox.mjs")]
    with SiteServer({"/": SITE}) as server:
        server.start()
        env = {**os.environ, **env, "ROOMKEEP_URL": server.url}
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=False)
        server.shutdown()
    print(done.stdout, flush=True)
    outcome.journeys = (done.stdout.splitlines() or ["none"])[-1]
    if done.returncode != 0:
        outcome.trouble = f"{outcome.trouble} journeys failed".strip()


def _read_report(report: Path, outcome: Outcome) -> None:
    outcome.counts = {"passed": 0, "failed": 0, "skipped": 0}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 it was written just now, by pytest
        bad = case.find("failure") is not None or case.find("error") is not None
        skipped = case.find("skipped") is not None
        outcome.counts["failed" if bad else "skipped" if skipped else "passed"] += 1
        if case.get("classname") == "tests.browser.test_features":
            outcome.features |= {
                item.get("name", ""): item.get("value", "") for item in case.iter("property")
            }


def _table(outcomes: list[Outcome]) -> str:
    """Returns what was found as a table in Markdown, a column for each browser."""
    features = dict.fromkeys(name for outcome in outcomes for name in outcome.features)
    rows = [["", *(outcome.title for outcome in outcomes)], ["---"] * (len(outcomes) + 1)]
    rows += [[name, *(one.features.get(name, "?") for one in outcomes)] for name in features]
    for count in ("passed", "failed", "skipped"):
        rows.append([f"tests {count}", *(str(one.counts.get(count, "?")) for one in outcomes)])
    rows.append(["journeys passed", *(one.journeys for one in outcomes)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _find_or_install_firefox() -> Path:
    chosen = os.environ.get(FIREFOX_VARIABLE)
    if chosen:
        if not Path(chosen).is_file():
            raise ToolError(f"{FIREFOX_VARIABLE} is {chosen}, and there is no such file.")
        return Path(chosen)
    found = _find_firefox()
    if found is None and install_packages("Firefox", ["firefox-esr"]):
        found = _find_firefox()
    if found is None:
        raise ToolError(
            "No Firefox was found, and none could be installed. Install it, or set "
            f"{FIREFOX_VARIABLE} to the path of one, and run this again."
        )
    return found


def _find_firefox() -> Path | None:
    return next((Path(found) for name in _FIREFOXES if (found := shutil.which(name))), None)


def _set_up_webkit() -> str:
    """Gets WebKitGTK and what drives it; gives its version."""
    version = _find_webkit()
    if version is None and install_packages("WebKitGTK", _WEBKIT_PACKAGES):
        version = _find_webkit()
    if version is None:
        raise ToolError(
            "WebKitGTK was not found, or not all that drives it, and could not be installed. On "
            f"Debian and Ubuntu run `apt-get install {' '.join(_WEBKIT_PACKAGES)}`, then run this "
            "again."
        )
    return version


def _find_webkit() -> str | None:
    if not all(map(shutil.which, _WEBKIT_PROGRAMS)) or not Path(_SYSTEM_PYTHON).exists():
        return None
    command = [_SYSTEM_PYTHON, "-c", _ASK_WEBKIT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def _version(browser: Path) -> str:
    """Gives a browser's name and version, in its own words."""
    done = subprocess.run([browser, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"(Chromium|Chrome|Firefox) ([\w.]+)", done.stdout)
    return found[0] if found else browser.name
