"""Archives of other chat programs to test with, and what importers find in them."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.recognition import open_archive
from roomkeep.archives.records import FoundMessage, FoundRoom, Item, Note, Question

DATA = Path(__file__).parent.parent / "data" / "archives"
UTC_ANSWERS = Answers(time_zone=UTC)


def data(path: str) -> bytes:
    """Return a file of `tests/data/archives`."""
    return (DATA / path).read_bytes()


def folder(path: str) -> bytes:
    """Make a zip of a folder of `tests/data/archives`."""
    root = DATA / path
    files = sorted(file for file in root.rglob("*") if file.is_file())
    return zipped({file.relative_to(root).as_posix(): file.read_bytes() for file in files})


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a zip of some files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def opened(content: bytes, name: str = "archive") -> Importer:
    """Open an archive by its content."""
    return open_archive(io.BytesIO(content), name)


class Found:
    """What an importer finds, sorted by what it is."""

    def __init__(self, importer: Importer, answers: Answers = UTC_ANSWERS) -> None:
        self.items: list[Item] = list(importer.read(answers))
        self.rooms = [one for one in self.items if isinstance(one, FoundRoom)]
        self.messages = [one for one in self.items if isinstance(one, FoundMessage)]
        self.questions = {one.kind: one for one in self.items if isinstance(one, Question)}
        self.notes = [one for one in self.items if isinstance(one, Note)]

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """When, who and what."""
        return [(iso(one.time), one.sender_name, one.content) for one in self.messages]

    def noted(self, kind: str) -> int:
        """Return how many notes of a kind there are."""
        return sum(note.count for note in self.notes if note.kind == kind)


def iso(time: int) -> str:
    """Return a time in ms as a text."""
    return datetime.fromtimestamp(time / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
