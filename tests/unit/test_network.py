"""Where the page may speak to a network: in one module."""

import re

from tools.paths import ROOT

ASKS = re.compile(
    r"js\.fetch|pyfetch|pyodide\.http|pyxhr|XMLHttpRequest|WebSocket|EventSource|sendBeacon|"
    r"import fetch|window\.fetch"
)


def test_one_module_alone_calls_fetch() -> None:
    files = (ROOT / "src" / "roomkeep").rglob("*.py")
    found = [path.name for path in files if ASKS.search(path.read_text())]
    assert found == ["fetch_transport.py"]
