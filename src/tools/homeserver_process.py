"""Runs Synapse until its standard input ends: then it ends cleanly, however its parent ended.

It is run as a file by the homeserver's own Python, which has Synapse and nothing of ours.
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
