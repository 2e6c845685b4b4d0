"""Runs the tests that need a browser inside one, and reports them as if they had run here.

The page runs pytest itself, on the same files, and sends each report as pytest serializes it.
"""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import long_run
from tools.browsers import BROWSER_VARIABLE
from tools.commands import find_program
from tools.paths import BUILD, ROOT, SITE, TEST_WHEELS
from tools.python_page import write_python_page
from tools.server import SiteServer
from tools.site import build_site, whole_library

SILENCE = 120 * long_run.FACTOR
"""How long, in seconds, the page may say nothing before it counts as hung."""

BROWSER = os.environ.get(BROWSER_VARIABLE, "chromium")
"""The browser: Chromium, or as `npm run test:browsers` says, which runs no other tests."""

LAST_WORDS = 40
"""How many lines of the standard error a run ends with are shown, where it ended too soon."""

TEST_SITE = BUILD / "test-site"
PAGE_ONLY = ROOT / "tests" / "browser"


def _browser_command() -> list[str | Path]:
    node = find_program("node", "Install Node.js and run this again.")
    suffix = "" if BROWSER == "chromium" else f"-{BROWSER}"
    return [node, ROOT / "playwright" / f"run-pytest{suffix}.mjs"]


def page_of(item: pytest.Item) -> str:
    """Tell in which page a test runs: `"browser"` or `"window"`; `""` where it needs none."""
    if item.path.is_relative_to(PAGE_ONLY):
        return "browser"
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return ""
    world = callspec.params.get("world")
    if callspec.params.get("engine") == "browser":
        return "browser"
    return {"indexeddb": "browser", "window": "window"}.get(str(world), "")


class BrowserRun:
    """One run of pytest inside a page, in a browser."""

    def __init__(self, node_ids: list[str]) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reports: dict[str, list[dict[str, Any]]] = {}
        self._finished: set[str] = set()
        self._node_ids = node_ids
        self.trouble: str | None = None
        self.last_words: list[str] = []

    @contextlib.contextmanager
    def running(self) -> Iterator["BrowserRun"]:
        """Build the site, and have the tests run in it."""
        build_site(SITE, compile_own=True)
        with self._runner() as (command, env), tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env={**os.environ, **env},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
            reader = threading.Thread(target=self._read, args=[process], daemon=True)
            reader.start()
            try:
                yield self
            finally:
                # The runner ends with its standard input, and takes the browser along.
                assert process.stdin
                process.stdin.close()
                process.wait()
                reader.join()
                assert process.stdout
                process.stdout.close()
                said.seek(0)
                self.last_words = said.read().decode(errors="replace").splitlines()[-LAST_WORDS:]

    @contextlib.contextmanager
    def _runner(self) -> Iterator[tuple[list[str | Path], dict[str, str]]]:
        """Get ready what the page is shown by; give its command and its environment.

        It prints what the page tells, and ends with its standard input.
        """
        build_test_site(TEST_SITE, self._node_ids)
        with SiteServer({"/": SITE, "/tests/": TEST_SITE}) as server:
            server.start()
            # Playwright passes on what the browser itself says, such as why it gave up a page.
            env = {"DEBUG": "pw:browser"}
            yield [*_browser_command(), f"{server.url}tests/index.html"], env
            server.shutdown()

    def reports(self, node_id: str) -> list[dict[str, Any]]:
        """Return the reports of a test, as soon as it has run; those there are where it does not.

        `has_finished` tells which.
        """
        while node_id not in self._finished and self.trouble is None:
            self._take_one()
        return self._reports.get(node_id, [])

    def has_finished(self, node_id: str) -> bool:
        """Tell whether a test has run to its end."""
        return node_id in self._finished

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        for line in process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _take_one(self) -> None:
        try:
            line = self._lines.get(timeout=SILENCE)
        except queue.Empty:
            self.trouble = f"the page has said nothing for {SILENCE} s"
            return
        message: Any = {"end": "the browser has ended"} if line is None else json.loads(line)
        match message:
            case {"report": report}:
                self._reports.setdefault(report["nodeid"], []).append(report)
            case {"finished": node_id}:
                self._finished.add(node_id)
            case {"end": reason}:
                self.trouble = reason


class InBrowser:
    """The plugin."""

    def __init__(self) -> None:
        self._runs: dict[str, BrowserRun] = {}
        self._ending = contextlib.ExitStack()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Have the browser's tests come last, so that pytest's own teardowns are whole."""
        items.sort(key=page_of)
        if BROWSER_VARIABLE in os.environ:
            others = [item for item in items if page_of(item) != "browser"]
            items[:] = [item for item in items if page_of(item) == "browser"]
            config.hook.pytest_deselected(items=others)

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Begin the runs in pages at once: they have little to wait for the others."""
        from support.in_window import WindowRun

        if session.config.option.collectonly or session.testsfailed:
            return
        for page, kind in {"browser": BrowserRun, "window": WindowRun}.items():
            if chosen := [item.nodeid for item in session.items if page_of(item) == page]:
                self._runs[page] = self._ending.enter_context(kind(chosen).running())

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Run a test in the page, where it belongs there."""
        page = page_of(item)
        if not page:
            return None
        run = self._runs[page]
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = run.reports(item.nodeid)
        for data in reports:
            report = hook.pytest_report_from_serializable(config=item.config, data=data)
            if report.skipped and isinstance(report.longrepr, list):
                # What a skip says is a tuple; JSON has made a list of it.
                report.longrepr = tuple(report.longrepr)
            hook.pytest_runtest_logreport(report=report)
        if not run.has_finished(item.nodeid):
            # It may have begun: then the end of the browser is what came of it.
            trouble = (
                f"did not run to its end in the browser: {run.trouble or 'it was not found there'}"
            )
            report = pytest.TestReport(
                item.nodeid, item.location, {}, "failed", trouble, "call", start=0, stop=0
            )
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_sessionfinish(self) -> None:
        """End the browser."""
        self._ending.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show what a browser last said that ended too soon."""
        for page, run in self._runs.items():
            if run.trouble is not None:
                terminalreporter.section(f"{page}: {run.trouble}")
                terminalreporter.write_line("\n".join(run.last_words))


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin."""
    config.pluginmanager.register(InBrowser())


def build_test_site(target: Path, node_ids: list[str]) -> None:
    """Make a folder hold the page that runs some tests, and all that it loads beside the site."""
    write_python_page(target, ROOT / "tests" / "page" / "run.py", packages=["micropip"])
    (target / "python_stdlib.zip").write_bytes(whole_library())
    shutil.copy(ROOT / "tests" / "page" / "worker.mjs", target)
    wheels = sorted(TEST_WHEELS.glob("*.whl"))
    for wheel in wheels:
        shutil.copy(wheel, target)
    with zipfile.ZipFile(target / "tests.zip", "w") as archive:
        for name in ("pyproject.toml", "README.md"):
            archive.write(ROOT / name, name)
        for folder in ("tests", "docs"):
            for path in sorted((ROOT / folder).rglob("*")):
                if path.suffix in {".py", ".md"}:
                    archive.write(path, path.relative_to(ROOT))
    plan = {
        "wheels": [wheel.name for wheel in wheels],
        "node_ids": node_ids,
        "env": {name: value for name, value in os.environ.items() if name.startswith("ROOMKEEP_")},
    }
    (target / "plan.json").write_text(json.dumps(plan))
