"""Every check and test, in order, and what came of each."""

import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Final

from tools.browser import VARIABLE
from tools.commands import call, find_program
from tools.docs import build_docs
from tools.files import remove
from tools.homeserver import ACCOUNTS, PASSWORD, Homeserver, set_up_homeserver
from tools.localization import PSEUDO_LANGUAGE, make_arb, pack_arb
from tools.paths import BUILD, DOCS, IN_MEMORY, PSEUDO_SITE, ROOT, SITE, ToolError
from tools.qt import WINDOW_VARIABLE, set_up_window
from tools.server import SiteServer
from tools.setup import set_up_tests, venv_program
from tools.site import build_site

LEFT_OUT_VARIABLE: Final = "ROOMKEEP_NO_HOMESERVER"
"""The environment variable that skips the tests that need a homeserver."""
SYNC_TESTS: Final = ROOT / "tests" / "sync" / "homeserver"
"""The tests that need a homeserver."""
_WAITING_TESTS: Final = ("tests/desktop", "tests/distribution", "tests/faults", "tests/sync")
"""The tests that mostly wait for other programs, which they start."""
_LOCAL: Final = ("-m", "not homeserver")
"""Those tests only that need no homeserver."""


def check(chosen: Collection[str] = ()) -> int:
    """Runs checks and tests, also after one has failed.

    Args:
        chosen: Which of `STEPS` to run; all when empty.

    Returns:
        The exit status: 0 when all is well.

    Raises:
        ToolError: There is no such step, something is missing that the user must install, or the
            site does not build.
    """
    unknown = [name for name in chosen if name not in STEPS]
    if unknown:
        raise ToolError(f"There is no step {unknown[0]!r}. The steps are {', '.join(STEPS)}.")
    browser = set_up_tests()
    steps = {name: step for name, step in STEPS.items() if not chosen or name in chosen}
    no_window = why_no_window() if _WINDOW_STEPS & steps.keys() else None
    build_site(SITE, compile_own=True)
    results = []
    for name, step in steps.items():
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        passed = step(browser) == 0
        results.append((name, passed, time.monotonic() - started))
    print("\n== summary")
    for name, passed, seconds in results:
        print(f"{'ok  ' if passed else 'FAIL'} {name:<14} {seconds:6.1f} s")
    if no_window is not None:
        print(f"FAIL The tests of the desktop's window were NOT RUN:\n{no_window}")
    return 0 if all(passed for _, passed, _ in results) and no_window is None else 1


def why_no_window() -> str | None:
    """Gets what the desktop's window needs; tells why that cannot be had, or None."""
    try:
        set_up_window(offscreen=True)
    except ToolError as error:
        os.environ.pop(WINDOW_VARIABLE, None)
        return str(error)
    os.environ[WINDOW_VARIABLE] = str(venv_program("python"))
    return None


def _venv_step(program: str, *arguments: str) -> Callable[[Path], int]:
    """Gives a step that runs a program of the virtual environment, which is told the browser."""

    def step(browser: Path) -> int:
        # import-linter imports nothing, but looks for packages where Python would.
        env = {VARIABLE: str(browser), "PYTHONPATH": str(ROOT / "src")}
        return call([venv_program(program), *arguments], env=env)

    return step


def run_playwright(browser: Path, *chosen: str, env: Mapping[str, str] | None = None) -> int:
    """Serves the built site and runs the end-to-end tests on it; gives their exit status.

    The site in a made-up language is built and served, too.

    Args:
        browser: The browser to run them in.
        chosen: Parts of the names of the files to run; all when there are none.
        env: Environment variables that the tests look at.
    """
    npx = find_program("npx", "It comes with Node.js: install it and run this again.")
    config = ROOT / "playwright" / "playwright.config.mjs"
    build_site(PSEUDO_SITE, compile_own=False, language=PSEUDO_LANGUAGE)
    arb = BUILD / f"{PSEUDO_LANGUAGE}.arb"
    arb.write_bytes(pack_arb(make_arb(PSEUDO_LANGUAGE)))
    with SiteServer({"/": SITE}) as server, SiteServer({"/": PSEUDO_SITE}) as pseudo:
        server.start()
        pseudo.start()
        sites = {
            "ROOMKEEP_URL": server.url,
            "ROOMKEEP_PSEUDO_URL": pseudo.url,
            "ROOMKEEP_PSEUDO_ARB": str(arb),
        }
        try:
            return call(
                [npx, "--no-install", "playwright", "test", "--config", config, *chosen],
                env={**(env or {}), **sites, VARIABLE: str(browser)},
            )
        finally:
            server.shutdown()
            pseudo.shutdown()


def take_screenshots() -> int:
    """Takes a picture of every screen into `screenshots/`; gives the exit status.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    browser = set_up_tests()
    build_site(SITE, compile_own=True)
    folder = ROOT / "screenshots"
    remove(folder)
    status = run_playwright(browser, "screens.spec", env={"ROOMKEEP_SCREENSHOTS": str(folder)})
    print(f"The pictures are in {folder}.")
    return status


def _run_in_pages(browser: Path) -> int:
    """Runs the tests of the pages: the app's, and those of the documentation and its gallery."""
    build_docs(DOCS)
    return run_playwright(browser, "--project=browser")


def _run_desktop(browser: Path) -> int:
    """Runs the tests of the window, where there can be one: `check` has told why else."""
    if WINDOW_VARIABLE not in os.environ:
        print("NOT RUN: Qt does not start here. The summary says why.")
        return 1
    return run_playwright(browser, "--project=desktop")


def _run_sync(browser: Path) -> int:
    """Runs the tests that need a homeserver, and fails if it is unavailable."""
    if LEFT_OUT_VARIABLE in os.environ:
        return _run_sync_tests(browser, SYNC_TESTS.glob("test_*.py"), None)
    try:
        set_up_homeserver()
    except ToolError as error:
        print(f"{error}\n\nNOT RUN. Set {LEFT_OUT_VARIABLE}=1 to skip these tests.")
        return 1
    files = sorted(SYNC_TESTS.glob("test_*.py"))
    status = _run_both(
        lambda output: _run_sync_tests(browser, files[::2], output),
        lambda output: _run_sync_tests(browser, files[1::2], output),
    )
    return _run_sync_in_browser(browser) or status


def _run_both(here: Callable[[IO[str] | None], int], beside: Callable[[IO[str]], int]) -> int:
    """Runs two halves of a step at once: where one waits, the other goes on.

    Args:
        here: The half whose output goes to this terminal, and is given None.
        beside: The half whose output follows at the end, and is given a file for it.
    """
    with ThreadPoolExecutor() as pool, TemporaryFile("w+") as output:
        running = pool.submit(beside, output)
        status = here(None)
        status = running.result() or status
        output.seek(0)
        print(output.read(), flush=True)
    return status


def _run_pytest(browser: Path) -> int:
    """Runs the tests that need no homeserver."""
    others = [f"--ignore={folder}" for folder in _WAITING_TESTS]
    return _run_both(
        lambda output: call_pytest(browser, *_LOCAL, *others, output=output),
        lambda output: call_pytest(browser, *_LOCAL, *_WAITING_TESTS, output=output),
    )


def call_pytest(
    browser: Path,
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    output: IO[str] | None = None,
) -> int:
    """Runs pytest, which is told the browser; gives its exit status.

    Args:
        browser: The browser to run tests in.
        arguments: Those of pytest.
        env: Environment variables that the tests look at.
        output: Where its output goes; None for this program's own.
    """
    command = [venv_program("python"), "-m", "pytest", *arguments]
    return call(command, env={**(env or {}), VARIABLE: str(browser)}, output=output)


def _run_sync_tests(browser: Path, files: Iterable[Path], output: IO[str] | None) -> int:
    with TemporaryDirectory(prefix="roomkeep-test-", dir=IN_MEMORY) as folder:
        # Homeservers write each message to the disk at once, which takes most of their time.
        return call_pytest(browser, *files, env={"TMPDIR": folder}, output=output)


def _run_sync_in_browser(browser: Path) -> int:
    with (
        TemporaryDirectory(prefix="roomkeep-test-", dir=IN_MEMORY) as folder,
        Homeserver(Path(folder)) as server,
    ):
        for name in ACCOUNTS:
            server.register(name, PASSWORD)
        env = {"ROOMKEEP_HOMESERVER": server.url, "ROOMKEEP_PASSWORD": PASSWORD}
        specs = ["homeserver"] if WINDOW_VARIABLE in os.environ else ["homeserver.spec"]
        return run_playwright(browser, "--project=homeserver", *specs, env=env)


STEPS: Final[dict[str, Callable[[Path], int]]] = {
    "lint": _venv_step("ruff", "check"),
    "format": _venv_step("ruff", "format", "--check"),
    "types": _venv_step("mypy"),
    "imports": _venv_step("lint-imports", "--no-logo"),
    "pytest": _run_pytest,
    "sync": _run_sync,
    "playwright": _run_in_pages,
    "desktop": _run_desktop,
}
"""The steps by their names, in order."""
_WINDOW_STEPS: Final = frozenset(("types", "pytest", "sync", "desktop"))
"""Those for which Qt is got first: the types of its names are checked, too."""
