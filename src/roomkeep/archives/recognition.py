"""Finding the importer of an archive."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.formats.discord import Discord
from roomkeep.archives.formats.element import Element
from roomkeep.archives.formats.irc import Irc
from roomkeep.archives.formats.mbox import Mbox
from roomkeep.archives.formats.roomkeep import RoomkeepArchive
from roomkeep.archives.formats.signal import Signal
from roomkeep.archives.formats.slack import Slack
from roomkeep.archives.formats.telegram import Telegram
from roomkeep.archives.formats.whatsapp import WhatsApp
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.records import Item
from roomkeep.archives.source import Source, shorten
from roomkeep.localization import localize

__all__ = ["IMPORTERS", "open_archive", "open_archives"]

IMPORTERS: tuple[type[Importer], ...] = (
    RoomkeepArchive,
    Slack,
    Discord,
    Element,
    Telegram,
    Signal,
    WhatsApp,
    Irc,
    Mbox,
)
"""Every importer. Of two that are as sure, the first one is taken."""

_SURE = 0.5


def open_archive(file: BinaryIO, name: str) -> Importer:
    """Recognize an archive by its content, and return what reads it.

    Args:
        file: the archive. It must stay open and unchanged while it is read.
        name: the name of the file, by which some formats name the room.

    Raises:
        ArchiveError: it is damaged or hostile, or no importer knows it.
    """
    source = Source(file, name)
    importer = max(IMPORTERS, key=lambda each: each.recognise(source))
    if importer.recognise(source) < _SURE:
        raise ArchiveError(localize("archive.unknown_format"))
    return importer(source)


def open_archives(files: Sequence[tuple[BinaryIO, str]]) -> Importer:
    """Recognize archives of one format, and return what reads them as one, in the given order.

    Args:
        files: each archive, and the name of its file; at least one.

    Raises:
        ArchiveError: one cannot be opened, which the message names; or their formats differ.
    """
    if len(files) == 1:
        return open_archive(*files[0])
    importers = [_open_named(file, name) for file, name in files]
    if len({importer.format for importer in importers}) > 1:
        advice = localize("archive.formats_differ_advice")
        raise ArchiveError(localize("archive.formats_differ"), advice)
    return _Several(importers)


def _open_named(file: BinaryIO, name: str) -> Importer:
    try:
        return open_archive(file, name)
    except ArchiveError as error:
        text = localize("archive.in_file", name=shorten(name), problem=str(error))
        raise ArchiveError(text, error.advice) from error


class _Several(Importer):
    """Reads several archives of one format, one after the other."""

    def __init__(self, importers: Sequence[Importer]) -> None:
        first = importers[0]
        super().__init__(first.source)
        self.format = first.format  # type: ignore[misc]
        self.ids_are_shared = first.ids_are_shared  # type: ignore[misc]
        more = len(importers) - 1
        self.name = localize("archive.several", name=first.name, count=more)
        self._importers = importers

    @classmethod
    def recognise(cls, source: Source) -> float:  # noqa: ARG003
        """Return 0: it is made of importers that were found."""
        return 0.0

    def read(self, answers: Answers) -> Iterator[Item]:
        """Yield what is in all of them."""
        for importer in self._importers:
            try:
                yield from importer.read(answers)
            except ArchiveError as error:
                name = shorten(importer.source.name)
                text = localize("archive.in_file", name=name, problem=str(error))
                raise ArchiveError(text, error.advice) from error
