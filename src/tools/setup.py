"""Getting what Roomkeep is built and tested with: packages of npm and PyPI, and a browser."""

import importlib.util
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

from tools.browser import find_or_install_browser
from tools.commands import find_program, run
from tools.files import Stamp, remove
from tools.paths import NODE_MODULES, PAGE_WHEELS, ROOT, TEST_WHEELS, VENV, ToolError
from tools.wheels import download_wheels

_OLDEST_NODE = 20
_PAGE_REQUIREMENTS = ROOT / "src" / "tools" / "page-requirements.txt"
_TEST_REQUIREMENTS = ROOT / "tests" / "requirements.txt"
_PAGE_TEST_REQUIREMENTS = ROOT / "tests" / "page-requirements.txt"


def venv_program(name: str) -> Path:
    """Gives the path of a program in the project's virtual environment."""
    return VENV / ("Scripts" if os.name == "nt" else "bin") / name


def set_up() -> None:
    """Gets all that building and serving the site needs. Does only what is not done yet.

    Raises:
        ToolError: Something is missing that the user must install.
    """
    find_node()
    _ensure_node_modules()
    _ensure_venv()
    download_wheels(_PAGE_REQUIREMENTS, PAGE_WHEELS, pip=venv_program("pip"))


def set_up_tests() -> Path:
    """Gets what the tests need beyond `set_up`, and gives the path of the browser they run in.

    Raises:
        ToolError: Something is missing that the user must install.
    """
    set_up()
    set_up_test_tools()
    download_wheels(_PAGE_TEST_REQUIREMENTS, TEST_WHEELS, pip=venv_program("pip"))
    return find_or_install_browser()


def set_up_test_tools() -> None:
    """Gets the programs that build, check and test Python packages.

    Raises:
        ToolError: Something is missing that the user must install.
    """
    _ensure_venv()
    stamp = Stamp("test-requirements", [_TEST_REQUIREMENTS.read_bytes(), venv_identity()])
    if not stamp.is_current():
        print("Installing the test tools …", flush=True)
        stamp.clear()
        rules = ["--require-hashes", "--no-deps"]
        run(
            [venv_program("pip"), "install", *rules, "-r", _TEST_REQUIREMENTS],
            doing="install the test tools",
        )
        stamp.write()


def find_node() -> str:
    """Gives the path of Node.js.

    Raises:
        ToolError: There is none, or it is too old.
    """
    advice = f"Install Node.js {_OLDEST_NODE} or later (https://nodejs.org) and run this again."
    node = find_program("node", advice)
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = re.match(r"v(\d+)\.", version.stdout)
    if major is None or int(major[1]) < _OLDEST_NODE:
        raise ToolError(f"Node.js here is {version.stdout.strip() or 'not working'}. {advice}")
    return node


def _ensure_node_modules() -> None:
    npm = find_program("npm", "It comes with Node.js: install it and run this again.")
    lock = (ROOT / "package-lock.json").read_bytes()
    stamp = Stamp("node-modules", [lock, sys.platform.encode()])
    if stamp.is_current() and (NODE_MODULES / "pyodide").is_dir():
        return
    print("Installing the packages of package-lock.json …", flush=True)
    stamp.clear()
    run([npm, "ci", "--no-audit", "--no-fund"], doing="install the packages of npm")
    stamp.write()


def _ensure_venv() -> None:
    if venv_program("pip").exists() and _venv_works():
        return
    print("Making a virtual environment in .venv …", flush=True)
    make_venv(VENV)


def make_venv(folder: Path) -> None:
    """Makes a virtual environment in place of what is in the folder.

    Raises:
        ToolError: Python's venv module is not complete.
    """
    advice = "On Debian and Ubuntu run `apt-get install python3-venv`, then run this again."
    if importlib.util.find_spec("ensurepip") is None:
        raise ToolError(f"Python's venv module is not complete here. {advice}")
    remove(folder)
    try:
        venv.create(folder, with_pip=True)
    except subprocess.CalledProcessError as error:
        raise ToolError(f"Could not make a virtual environment in {folder}. {advice}") from error


def _venv_works() -> bool:
    """Tells whether the environment's Python still runs and is the one that runs this."""
    question = "import sys, pip; print(*sys.version_info[:2])"
    command = [str(venv_program("python")), "-c", question]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return False
    answer: str = done.stdout
    return answer.split() == [str(part) for part in sys.version_info[:2]]


def venv_identity() -> bytes:
    """Gives what changes when the virtual environment is made anew."""
    configuration = VENV / "pyvenv.cfg"
    return f"{configuration.stat().st_ino} {configuration.read_text()}".encode()
