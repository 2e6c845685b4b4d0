"""Attachments: what may be sent, what may be shown, and their names."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from roomkeep.app.graphemes import cut
from roomkeep.localization import format_number, localize

__all__ = [
    "MAX_FILE",
    "MAX_FILES",
    "PICTURES",
    "UNKNOWN",
    "Choice",
    "PickedFile",
    "StoredFile",
    "base_name",
    "choose",
    "download_name",
    "in_words",
    "media_type",
    "picture_type",
]

MAX_FILE = 25_000_000
"""The most bytes of one file."""
MAX_FILES = 10
"""The most files of one message."""
MAX_NAME = 200
"""The most characters of a file's name as it is kept."""
MAX_DOWNLOAD_NAME = 120
"""The most characters of a file's name as it is downloaded: file systems count bytes, to 255."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""The only types that are ever shown: none of them can hold a program."""
UNKNOWN = "application/octet-stream"
"""The type of a file of which nothing is known."""

_MEGABYTE = 1_000_000
_ENDING = 12
_JOINERS = "\u200c\u200d"
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}")
# What some system or other takes for more than a part of a name.
_UNSAFE = re.compile(r'[<>:"|?*/\\]')


class PickedFile(Protocol):
    """A file that was picked.

    Attributes:
        name: its name.
        size: its size in bytes.
        mime: its media type, as far as the browser knows; may be empty.
        data: what the database takes as the file's bytes.
    """

    name: str
    size: int
    mime: str
    data: object

    async def read(self, start: int, end: int) -> bytes:
        """Return some of its bytes.

        Raises:
            OSError: the file cannot be read.
        """
        ...


class StoredFile:
    """A file that is in the database already.

    Attributes:
        name: its name.
        size: its size in bytes.
        mime: its media type.
        data: None: the database has its bytes.
    """

    data: object = None

    def __init__(self, name: str, size: int, mime: str) -> None:
        self.name = name
        self.size = size
        self.mime = mime

    async def read(self, start: int, end: int) -> bytes:
        """Raise `OSError`: the bytes are not here."""
        msg = f"bytes {start} to {end} of {self.name!r} are in the database alone"
        raise OSError(msg)


class Choice(Struct, frozen=True):
    """The files that can be sent, and why the others cannot, in plain sentences."""

    files: tuple[PickedFile, ...]
    refused: tuple[str, ...]


def choose(files: Iterable[PickedFile], *, room_for: int = MAX_FILES) -> Choice:
    """Choose the files that can be sent.

    Args:
        files: what a person picked.
        room_for: how many more the message can take.
    """
    chosen: list[PickedFile] = []
    refused: list[str] = []
    too_many = 0
    for file in files:
        name = base_name(file.name)
        if file.size > MAX_FILE:
            size, most = in_words(file.size), in_words(MAX_FILE)
            refused.append(localize("files.too_large", name=name, size=size, limit=most))
        elif file.size == 0:
            refused.append(localize("files.empty", name=name))
        elif len(chosen) == room_for:
            too_many += 1
        else:
            chosen.append(file)
    if too_many:
        refused.append(localize("files.too_many", count=too_many, limit=MAX_FILES))
    return Choice(tuple(chosen), tuple(refused))


def base_name(name: str) -> str:
    """Return a file's name to keep and show: on one line, without folders, of limited length."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return _shorten(_visible(last), MAX_NAME) or "file"


def download_name(name: str) -> str:
    """Return a name that is safe to save a file under on any system."""
    cleaned = _UNSAFE.sub("_", base_name(name)).strip(" .")
    return _shorten(cleaned, MAX_DOWNLOAD_NAME) or "file"


def media_type(text: str) -> str:
    """Return a valid media type; that of any bytes if it is not valid."""
    wanted = text.partition(";")[0].strip().lower()
    return wanted if _MEDIA_TYPE.fullmatch(wanted) else UNKNOWN


def picture_type(mime: str) -> str | None:
    """Return the type to show a file as; None if it may only be downloaded."""
    wanted = media_type(mime)
    return wanted if wanted in PICTURES else None


def in_words(size: int) -> str:
    """Return a size in bytes for a sentence; rounded up, so that a limit's excess shows."""
    if size < _MEGABYTE:
        return localize("unit.kilobytes", number=format_number(max(1, -(-size // 1_000))))
    tenths = -(-size // 100_000)
    return localize("unit.megabytes", number=format_number(tenths / 10, 1))


def _visible(text: str) -> str:
    # Control and format characters (Cc, Cf) can hide a name's true end, as one that turns the
    # direction of writing does. Joiners belong to some scripts and to emoji.
    kept = ("\N{REPLACEMENT CHARACTER}" if _is(c, "Cs") else c for c in text if not _is(c, "Cc"))
    return " ".join("".join(c for c in kept if c in _JOINERS or not _is(c, "Cf")).split())


def _is(character: str, category: str) -> bool:
    return unicodedata.category(character) == category


def _shorten(name: str, most: int) -> str:
    """Shorten a name in the middle, so that its extension stays."""
    if len(name) <= most:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending) > _ENDING:
        return cut(name, most - 1) + "…"
    return f"{cut(stem, most - len(ending) - 2)}….{ending}"
