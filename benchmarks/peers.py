"""How fast `indexeddb` and `DatabaseService` are, beside others that keep data in a browser."""

import json
import os
import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.archives import read_or_make
from benchmarks.pages import run_page
from benchmarks.peers_chart import draw
from tools.files import write_file
from tools.paths import NODE_MODULES, ROOT
from tools.site import whole_library

CONTENDERS: Final = {
    "raw": "IndexedDB",
    "idb": "idb",
    "dexie": "Dexie",
    "indexeddb": "indexeddb",
    "service": "DatabaseService",
    "storage": "storage",
    "sqlite": "SQLite",
}
"""The contenders by their keys, as they are called in tables.

`storage` is PyScript's, and holds only the room's messages: it loads all of them at once. SQLite is
Python's `sqlite3` in Pyodide, in memory, so it keeps nothing. Both have 100,000 messages at most.
"""
JOBS: Final = {
    "newest": "newest 50 of a room",
    "before": "50 before the middle",
    "get": "get by id",
    "save": "save one",
    "update": "update one",
    "react": "react (two stores)",
    "reopen": "reopen and newest 50",
    "bulk": "bulk {bulk:,}",
    "first": "100 at offset 0",
    "later": "100 at offset {offset:,}",
}
_GOALS: Final = {
    "newest": 2.0,
    "before": 2.0,
    "get": 3.0,
    "save": 1.4,
    "react": 1.4,
    "update": 1.0,
    "bulk": 1.0,
    "reopen": 3.0,
}
"""The most that `DatabaseService` may take of the time that Dexie takes."""
_OFFSET_GOAL: Final = 4.0
_SIZE_GOAL: Final = 1.2
_CHART: Final = ROOT / "docs" / "peers.svg"
_MODULES: Final = ("messages_page.py", "peers_in_memory.py", "peers_plan.py", "peers_python.py")

Times = dict[str, dict[str, list[float]]]
"""The ms of each round, by the job and the contender."""


def bench_peers(archive: Path | None, messages: int, rounds: int) -> int:
    """Measures all contenders in one page, prints tables, and draws a chart into docs/.

    Args:
        archive: JSON lines of messages, gzipped or not; None for one that is made up.
        messages: How many messages there are to be. An archive of fewer comes again, later.
        rounds: How often each contender does each job.

    Returns:
        The exit status: 0 also where a goal was missed.

    Raises:
        ToolError: Something is missing that the user must install, the site does not build, or the
            contenders do not agree.
    """
    settings = {"messages": messages, "rounds": rounds, "bulk": 10_000, "offset": 5_000}
    here = Path(__file__).parent
    files = {
        "settings.json": json.dumps(settings).encode(),
        "archive.jsonl": read_or_make(archive, rooms=10),
        "peers.mjs": (here / "peers.mjs").read_bytes(),
        "idb.mjs": (NODE_MODULES / "idb" / "build" / "index.js").read_bytes(),
        "dexie.mjs": (NODE_MODULES / "dexie" / "dist" / "modern" / "dexie.mjs").read_bytes(),
        "python_stdlib.zip": whole_library(),
    }
    load = os.getloadavg()[0]
    *_, last = _told(run_page("peers_page.py", modules=_MODULES, files=files))
    results = json.loads(last)
    times: Times = results["times"]
    named = {job: text.format(**settings) for job, text in JOBS.items() if job in times}
    print(f"\n{results['messages']:,} messages, of which {results['room']:,} are in the room.")
    _print_times(times, named)
    _print_ratios(times, named)
    if "small" in results:
        _print_sizes(results)
    print(f"\nThe load average was {load:.1f} before and {os.getloadavg()[0]:.1f} after.")
    if archive is None and "small" not in results:
        medians = {
            text: {CONTENDERS[who]: statistics.median(found) for who, found in times[job].items()}
            for job, text in named.items()
            if job in _GOALS
        }
        write_file(_CHART, draw(medians, list(CONTENDERS.values())).encode())
        print(f"The chart is {_CHART.relative_to(ROOT)}.")
    return 0


def _told(lines: Iterable[str]) -> Iterator[str]:
    """Prints the lines that tell how far it is, and yields all."""
    for line in lines:
        if not line.startswith("{"):
            print(line, flush=True)
        yield line


def _print_times(times: Times, named: dict[str, str]) -> None:
    """Prints medians, and quartiles below them."""
    print(f"\n{'ms: median, and quartiles':<26}" + "".join(f"{x:>16}" for x in CONTENDERS.values()))
    for job, text in named.items():
        medians, quartiles = [], []
        for who in CONTENDERS:
            found = times[job].get(who)
            low, middle, high = statistics.quantiles(found, n=4) if found else (0, 0, 0)
            medians.append(f"{middle:16.2f}" if found else " " * 16)
            quartiles.append(f"{f'{low:.2f} to {high:.2f}' if found else '':>16}")
        print(f"{text:<26}{''.join(medians)}\n{'':<26}{''.join(quartiles)}")


def _print_ratios(times: Times, named: dict[str, str]) -> None:
    """Prints how long ours take, next to Dexie."""
    print(f"\n{'to Dexie':<26}{'indexeddb':>16}{'DatabaseService':>16}{'goal':>8}")
    for job, goal in _GOALS.items():
        dexie = statistics.median(times[job]["dexie"])
        ours = {who: statistics.median(times[job][who]) / dexie for who in ("indexeddb", "service")}
        note = "" if ours["service"] <= goal else "  missed"
        row = f"{ours['indexeddb']:16.2f}{ours['service']:16.2f}{goal:8.1f}{note}"
        print(f"{named[job]:<26}{row}")
    first, later = (statistics.median(times[job]["service"]) for job in ("first", "later"))
    note = "" if later / first <= _OFFSET_GOAL else "  missed"
    row = f"{later / first:16.2f}{_OFFSET_GOAL:8.1f}{note}"
    print(f"{named['later'] + ', to at 0':<42}{row}")


def _print_sizes(results: dict[str, Any]) -> None:
    """Prints how long a page takes, next to when there were fewer messages."""
    print(f"\n{'DatabaseService, to at 100,000 messages':<42}{'':>16}{'goal':>8}")
    for job, found in results["small"].items():
        small = statistics.median(found["service"])
        large = statistics.median(results["times"][job]["service"])
        note = "" if large / small <= _SIZE_GOAL else "  missed"
        print(f"{JOBS[job]:<42}{large / small:16.2f}{_SIZE_GOAL:8.1f}{note}")
