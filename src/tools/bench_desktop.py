"""How fast the desktop's main process is, next to plain sqlite3."""

import tempfile
from pathlib import Path

from tools.commands import call
from tools.paths import ROOT
from tools.setup import set_up_tests, venv_program

_SCRIPT = ROOT / "src" / "tools" / "bench_desktop_process" / "measure.py"


def bench_desktop(archive: Path | None) -> int:
    """Measures both in one process and prints a table of medians and ratios.

    Args:
        archive: JSON lines of messages, gzipped or not; None for one that is made up.

    Raises:
        ToolError: Something is missing that the user must install.
    """
    set_up_tests()
    chosen = [archive.resolve()] if archive else []
    with tempfile.TemporaryDirectory(prefix="roomkeep-bench-") as folder:
        return call(
            [venv_program("python"), _SCRIPT, folder, *chosen],
            env={"PYTHONPATH": str(ROOT / "src")},
        )
