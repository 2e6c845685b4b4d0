"""The Chromium that tests and measurements run in."""

import os
import shutil
import subprocess
from pathlib import Path

from tools.commands import call, find_program, install_packages
from tools.paths import ROOT, ToolError

VARIABLE = "ROOMKEEP_CHROMIUM"
"""The environment variable that names the browser, for users to choose and for tests to find."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ASK_PLAYWRIGHT = (
    "import {chromium} from 'playwright'; process.stdout.write(chromium.executablePath())"
)


def find_or_install_browser() -> Path:
    """Gives the path of a Chromium, installing one when there is none. Never asks anything.

    Raises:
        ToolError: There is none, and none could be installed.
    """
    return _find() or _install()


def _find() -> Path | None:
    chosen = os.environ.get(VARIABLE)
    if chosen:
        if not Path(chosen).is_file():
            raise ToolError(
                f"{VARIABLE} is {chosen}, and there is no such file. "
                "Set it to the path of a Chromium, or leave it out."
            )
        return Path(chosen)
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _find_of_playwright()


def _find_of_playwright() -> Path | None:
    node = find_program("node", "Install Node.js and run this again.")
    command = [node, "--input-type=module", "--eval", _ASK_PLAYWRIGHT]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    path = Path(answer.stdout)
    return path if answer.stdout and path.is_file() else None


def _install() -> Path:
    install_packages("Chromium for the tests", ["chromium"])
    if not _find():
        npx = find_program("npx", "It comes with Node.js: install it and run this again.")
        call([npx, "--no-install", "playwright", "install", "chromium"])
    found = _find()
    if not found:
        raise ToolError(
            "No Chromium was found, and none could be installed. Install Chromium or Google "
            f"Chrome, or set {VARIABLE} to the path of one, and run this again."
        )
    return found
