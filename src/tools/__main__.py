"""Where `python3 src/tools <command>` begins.

Nothing but the check of Python's version may stand here before the other modules are imported:
an older Python could not even read them.
"""

import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older Python is told so.
    sys.exit(
        "Roomkeep needs Python 3.11 or later, and `python3` here is {}.{}. "
        "Install a newer Python and run this again.".format(*sys.version_info[:2])
    )

# Python puts this directory first, where our module names would hide those of other packages.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from tools.cli import main  # noqa: E402 - the path above comes first.

sys.exit(main())
