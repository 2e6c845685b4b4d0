"""Where `python3 benchmarks <name>` begins."""

import sys
from pathlib import Path

# Python puts this directory first, where our module names would hide those of other packages.
_ROOT = Path(__file__).resolve().parents[1]
sys.path[:1] = [str(_ROOT), str(_ROOT / "src")]

import tools.python_version  # noqa: E402, F401 - the path comes first, and this before the rest.
from benchmarks.cli import main  # noqa: E402 - as above.

sys.exit(main())
