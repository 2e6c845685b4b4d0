"""Finding the importer of an archive."""

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
from roomkeep.archives.importer import Importer
from roomkeep.archives.source import Source
from roomkeep.localization import localize

__all__ = ["IMPORTERS", "open_archive"]

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
