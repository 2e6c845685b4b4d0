"""Jobs that take a while: imports, restores, exports and moves, as the page shows them."""

from typing import Literal

from msgspec import Struct

__all__ = ["Job", "JobKind", "JobPhase"]

JobKind = Literal["read", "import", "restore", "export", "move"]
JobPhase = Literal["running", "stopping", "done", "stopped", "failed"]


class Job(Struct, frozen=True, kw_only=True):
    """How far a job has come.

    Attributes:
        kind: what it does.
        phase: whether it is running, or how it ended.
        done: the share of the work that is done, from 0 to 1; None while that cannot be told.
        text: its progress or its result, in a plain sentence.
        advice: what to do next, or what else there is to know.
        file_name: the name of the file it reads, or of the room it moves; empty for an export.
    """

    kind: JobKind
    phase: JobPhase = "running"
    done: float | None = 0.0
    text: str = ""
    advice: str = ""
    file_name: str = ""

    @property
    def is_running(self) -> bool:
        """It has not ended yet."""
        return self.phase in ("running", "stopping")
