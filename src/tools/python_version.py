"""Refuses a Python that is too old, when it is imported.

An older Python could not even read the other modules. So it comes before them, and holds nothing
that such a Python cannot read.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older Python is told so.
    sys.exit(
        "Roomkeep needs Python 3.11 or later, and `python3` here is {}.{}. "
        "Install a newer Python and run this again.".format(*sys.version_info[:2])
    )
