"""Runs pytest inside the page, on the tests of `plan.json`; each report goes to the host."""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import js
from pyodide.code import run_js
from pyodide.http import pyfetch

ROOT = "/roomkeep"


class Reporter:
    """The plugin that sends what has happened."""

    def __init__(self) -> None:
        self._config: Any = None

    def pytest_configure(self, config: Any) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: Any) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        tell({"report": data})

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        tell({"finished": nodeid})


def tell(message: object) -> None:
    line = json.dumps(message)
    if hasattr(js, "roomkeepDesktop"):  # in the desktop's window: see support.window_tests
        js.roomkeepDesktop.command(json.dumps({"test": ["tell", line]}))
    elif hasattr(js, "tellHost"):
        js.tellHost(line)
    else:  # what drives this browser cannot be called from the page; it comes and asks
        run_js("globalThis.told ??= []").push(line)


async def load_whole_library() -> None:
    """Put the whole standard library in the place of the part that the app's page has."""
    library = next(path for path in sys.path if path.endswith(".zip"))
    write_library = Path(library).write_bytes
    write_library(await (await pyfetch("/tests/python_stdlib.zip")).bytes())
    importlib.invalidate_caches()


async def main() -> None:
    plan = await (await pyfetch("/tests/plan.json")).json()
    await load_whole_library()
    import micropip

    await micropip.install([f"/tests/{name}" for name in plan["wheels"]], deps=False)
    await (await pyfetch("/tests/tests.zip")).unpack_archive(extract_dir=ROOT)
    os.chdir(ROOT)
    os.environ.update(plan["env"])
    import pytest

    arguments = [
        "-p",
        "no:cacheprovider",
        "-p",
        "no:faulthandler",
        "-p",
        "no:terminal",
        "-o",
        "addopts=",
    ]
    # As in the app, Python cannot wait in the midst of a call.
    sys.path.append(f"{ROOT}/tests")
    from support.async_runner import AsyncRunner

    runner = AsyncRunner()
    status = pytest.main([*arguments, *plan["node_ids"]], plugins=[Reporter(), runner])
    await runner.run()
    tell({"end": f"pytest in the page has ended with {status!r}"})


try:
    await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
except BaseException:
    tell({"end": traceback.format_exc()})
    sys.stderr.write(traceback.format_exc())
    raise
