"""Runs Synapse until its input ends, so that it stops cleanly even if its parent is killed.

Run as a script by the Python of the homeserver's environment, which has only Synapse.
"""

import os
import signal
import sys
import threading


def _end_with_input() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=_end_with_input, daemon=True).start()

from synapse.app.homeserver import main  # type: ignore[import-not-found]  # noqa: E402

sys.exit(main())
