"""The format of a backup: JSON lines, gzipped, each of one kind.

The first line is the head, the last one says how many records came between. The bytes of a file
follow its record, in lines of their own.
"""

import zlib
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.lines import Block, decode_lines
from roomkeep.json_depth import is_deep
from roomkeep.localization import localize
from roomkeep.models import (
    Attachment,
    Ban,
    Message,
    Milliseconds,
    Reaction,
    Record,
    Room,
    User,
)

__all__ = [
    "MAX_ATTACHMENT",
    "MAX_LINE",
    "AttachmentLine",
    "BanLine",
    "DataLine",
    "EndLine",
    "Head",
    "Line",
    "MessageLine",
    "Packer",
    "ReactionLine",
    "RoomLine",
    "SettingLine",
    "UserLine",
    "data_lines",
    "decode",
    "is_head",
    "line_of",
    "read_head",
]

FORMAT = "roomkeep"
VERSION = 1
MAX_LINE = 16 * 1024**2
"""The most bytes of a line: a room with its members and their pictures can be large."""
MAX_ATTACHMENT = 256 * 1024**2
"""The most bytes of a file: it is put together in memory."""
_DATA = 384 * 1024
"""So many bytes of a file make a line; as base64 they take 512 kB."""


class Head(Struct, frozen=True, kw_only=True, rename="camel"):
    """The first line.

    Attributes:
        account: the id of the account that it is of.
        exported_at: when, in ms.
    """

    format: Literal["roomkeep"] = "roomkeep"
    version: int = VERSION
    account: Annotated[str, Meta(min_length=1, max_length=1_024)]
    exported_at: Milliseconds


class UserLine(Struct, frozen=True, tag="user"):
    """A person."""

    record: User


class RoomLine(Struct, frozen=True, tag="room"):
    """A room."""

    record: Room


class BanLine(Struct, frozen=True, tag="ban"):
    """A ban."""

    record: Ban


class MessageLine(Struct, frozen=True, tag="message"):
    """A message, with its reactions."""

    record: Message


class ReactionLine(Struct, frozen=True, tag="reaction"):
    """A reaction that waits for its message."""

    record: Reaction


class AttachmentLine(Struct, frozen=True, tag="attachment"):
    """The metadata of a file.

    Attributes:
        has_data: its bytes follow.
    """

    record: Attachment
    has_data: bool


class DataLine(Struct, frozen=True, tag="data"):
    """Some bytes of the file that came before, as base64."""

    data: bytes


class SettingLine(Struct, frozen=True, tag="setting"):
    """A setting of the account, or a draft."""

    key: Annotated[str, Meta(min_length=1, max_length=1_024)]
    value: object


class EndLine(Struct, frozen=True, tag="end"):
    """The last line.

    Attributes:
        lines: how many lines came between the head and it.
    """

    lines: int


Line = (
    UserLine
    | RoomLine
    | BanLine
    | MessageLine
    | ReactionLine
    | AttachmentLine
    | DataLine
    | SettingLine
    | EndLine
)

_LINES = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()


class _Sniffed(Struct):
    format: object = None
    version: object = None


def is_head(line: bytes) -> bool:
    """Tell whether a line is the head of a backup, of any version."""
    try:
        return not is_deep(line) and msgspec.json.decode(line, type=_Sniffed).format == FORMAT
    except ValueError:
        return False


def read_head(line: bytes) -> Head:
    """Read the head.

    Raises:
        ArchiveError: it is damaged, or of a newer version.
    """
    version = msgspec.json.decode(line, type=_Sniffed).version
    if isinstance(version, int) and version > VERSION:
        raise ArchiveError(
            localize("backup.newer"),
            localize("backup.newer_advice"),
        )
    try:
        return msgspec.json.decode(line, type=Head)
    except ValueError as error:
        raise ArchiveError(localize("backup.head_invalid")) from error


def decode(block: Block) -> list[Line]:
    """Read some lines after the head.

    Raises:
        ArchiveError: a line is not of an export; it names the line and the field.
    """
    return decode_lines(block, _LINES)


def line_of(record: Record) -> Line:
    """Return the line of a record that is no file."""
    for kind, line in (
        (Message, MessageLine),
        (User, UserLine),
        (Room, RoomLine),
        (Reaction, ReactionLine),
        (Ban, BanLine),
    ):
        if isinstance(record, kind):
            return line(record)  # type: ignore[arg-type]
    msg = f"there is no line for a {type(record).__name__}"
    raise TypeError(msg)


def data_lines(data: bytes) -> Iterator[DataLine]:
    """Return the lines of a file's bytes."""
    for start in range(0, len(data), _DATA):
        yield DataLine(data[start : start + _DATA])


class Packer:
    """Packs lines into the bytes of a backup.

    Attributes:
        lines: how many lines there are so far, without the head.
    """

    def __init__(self, head: Head) -> None:
        self.lines = 0
        self._zip = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        self._head = msgspec.json.encode(head) + b"\n"

    def pack(self, *lines: Line) -> bytes:
        """Add a line; return the bytes that are ready, which may be none."""
        self.lines += len(lines)
        head, self._head = self._head, b""
        return self._zip.compress(head + _ENCODER.encode_lines(lines))

    def finish(self) -> bytes:
        """Return the last bytes of the file."""
        return self.pack(EndLine(self.lines)) + self._zip.flush()
