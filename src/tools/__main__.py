"""Where `python3 src/tools <command>` begins."""

import sys
from pathlib import Path

# Python puts this directory first, where our module names would hide those of other packages.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import tools.python_version  # noqa: E402, F401 - the path comes first, and this before the rest.
from tools.cli import main  # noqa: E402 - as above.

sys.exit(main())
