"""The import of archives of one account, as the page shows it."""

from msgspec import Struct
from reaktiv import Signal

from roomkeep.app.signals import signal
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.survey import Survey
from roomkeep.persistence import ArchiveImport

__all__ = ["ImportPreview", "ImportState", "Refusal"]


class ImportPreview(Struct, frozen=True, kw_only=True):
    """An archive that was read, and waits to be imported.

    Attributes:
        importer: reads it.
        survey: what it holds, read with these answers.
        answers: what the person has said so far.
        is_reading: it is being read again, with other answers.
        problem: why it cannot be read with these answers; empty if it can.
    """

    importer: Importer
    survey: Survey
    answers: Answers
    is_reading: bool = False
    problem: str = ""


class Refusal(Struct, frozen=True):
    """Why a file was not taken.

    Attributes:
        text: why, in a plain sentence.
        advice: what to do next.
    """

    text: str
    advice: str


class ImportState:
    """What the import dialog shows besides the running job.

    Attributes:
        preview: the archive that waits to be imported; None for none.
        refusal: why the last file was not taken; None if it was.
        past: the imports that can be undone, the newest first; None until they are loaded.
        undoing: the import in the question whether to undo it, or that is being undone.
        is_undoing: it is being undone.
    """

    def __init__(self) -> None:
        self.preview: Signal[ImportPreview | None] = signal(None)
        self.refusal: Signal[Refusal | None] = signal(None)
        self.past: Signal[tuple[ArchiveImport, ...] | None] = signal(None)
        self.undoing: Signal[ArchiveImport | None] = signal(None)
        self.is_undoing: Signal[bool] = signal(value=False)
