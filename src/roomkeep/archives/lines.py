"""Roomkeep's own archives: JSON lines of messages, gzipped or not, read a piece at a time.

Nothing here keeps more than a piece of the file, and the names in it, in memory. What is wrong with
a file is said with the line where it is.
"""

import zlib
from collections.abc import Iterator
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from roomkeep.archives.errors import ArchiveError
from roomkeep.json_depth import is_deep
from roomkeep.localization import localize
from roomkeep.models import DEFAULT_CHANNEL_ID, Message, Milliseconds

__all__ = [
    "BYTE_ORDER_MARK",
    "MAX_ITEMS",
    "MAX_LINE",
    "MAX_LINES",
    "MAX_SIZE",
    "ArchivedMessage",
    "Block",
    "Reader",
    "check_room_size",
    "decode",
    "decode_lines",
    "unknown_fields",
]

MAX_LINE = 1_048_576
"""The most bytes of a line."""
MAX_LINES = 5_000_000
"""The most lines of a file."""
MAX_SIZE = 4 * 1024**3
"""The most bytes of a file, unpacked."""
MAX_ITEMS = 100_000
"""The most members of a room, and the most channels: the database's own bound."""

T = TypeVar("T")

_PIECE = 65_536
_SHOWN_ID = 40
"""So many characters of an id are shown."""
_GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# The database's own bounds, so that a file which passes here passes there.
_Id = Annotated[str, Meta(min_length=1, max_length=1_024)]
_Name = Annotated[str, Meta(max_length=1_024)]
_Text = Annotated[str, Meta(max_length=65_536)]


class ArchivedReaction(Struct, frozen=True, kw_only=True, rename="camel"):
    """A reaction in a line of an archive."""

    person_id: _Id
    person_name: _Name
    emoji: _Id
    timestamp: Milliseconds | None = None


class ArchivedFile(Struct, frozen=True, kw_only=True):
    """A file that a line of an archive names. An archive has no bytes of it."""

    name: _Name


class ArchivedMessage(Struct, frozen=True, kw_only=True, rename="camel"):
    """A line of an archive."""

    id: _Id
    room_id: _Id
    room_name: _Name | None = None
    channel_id: _Id = DEFAULT_CHANNEL_ID
    channel_name: _Name | None = None
    sender_id: _Id
    sender_name: _Name
    content: _Text
    timestamp: Milliseconds
    edited_at: Milliseconds | None = None
    reply_to_id: _Id | None = None
    reactions: tuple[ArchivedReaction, ...] = ()
    files: tuple[ArchivedFile, ...] = ()

    def to_message(self) -> Message:
        """Return the message to save."""
        return Message(
            id=self.id,
            room_id=self.room_id,
            channel_id=self.channel_id,
            sender_id=self.sender_id,
            sender_name=self.sender_name,
            content=self.content,
            timestamp=self.timestamp,
            reply_to_id=self.reply_to_id,
        )


class _KnownFieldsOnly(ArchivedMessage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of an archive with nothing else in it."""


class Block(Struct, frozen=True):
    """Some whole lines of a file.

    Attributes:
        first_line: the number of the first one, from 1.
        data: the lines.
    """

    first_line: int
    data: bytes


class Reader:
    """Turns the bytes of a file, as they come, into blocks of whole lines.

    Attributes:
        max_line: the most bytes of a line.
    """

    def __init__(self) -> None:
        self.max_line = MAX_LINE
        self._start = b""
        self._is_gzip: bool | None = None
        self._unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._rest = b""
        self._line = 1
        self._size = 0

    def feed(self, data: bytes) -> Iterator[Block]:
        """Add bytes; yield the lines that are complete.

        Raises:
            ArchiveError: the file cannot be unpacked, or something in it is too large.
        """
        if self._is_gzip is None:
            self._start += data
            if len(self._start) < len(BYTE_ORDER_MARK):
                return
            data = self._begin()
        for piece in self._unpack(data) if self._is_gzip else _pieces(data):
            yield from self._split(piece)

    def finish(self) -> Iterator[Block]:
        """End the file; yield its last line.

        Raises:
            ArchiveError: it ends too early, or holds nothing.
        """
        if self._is_gzip is None:
            yield from self._split(self._begin())
        if self._is_gzip and not self._unzip.eof:
            raise ArchiveError(localize("archive.cut_off"))
        if self._rest.strip():
            yield Block(self._line, self._rest)
        if self._size == 0:
            raise ArchiveError(localize("archive.empty"))

    def _begin(self) -> bytes:
        data, self._start = self._start, b""
        self._is_gzip = data.startswith(_GZIP_MAGIC)
        return data.removeprefix(BYTE_ORDER_MARK)

    def _unpack(self, data: bytes) -> Iterator[bytes]:
        """Unpack a piece at a time: a small file can hold gigabytes."""
        while data:
            if self._unzip.eof:
                # Several gzip files in a row are one; zeros after them are padding.
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                piece = self._unzip.decompress(data, _PIECE)
            except zlib.error as error:
                raise ArchiveError(localize("archive.damaged")) from error
            data = self._unzip.unused_data if self._unzip.eof else self._unzip.unconsumed_tail
            yield piece

    def _split(self, piece: bytes) -> Iterator[Block]:
        self._size += len(piece)
        if self._size > MAX_SIZE:
            raise ArchiveError(localize("archive.too_large", count=MAX_SIZE // 1024**3))
        head, newline, tail = piece.rpartition(b"\n")
        if len(self._rest) + len(piece.partition(b"\n")[0]) > self.max_line:
            most = self.max_line // 1024
            raise ArchiveError(localize("archive.line_too_long", line=self._line, count=most))
        if not newline:
            self._rest += tail
            return
        block = Block(self._line, self._rest + head)
        self._rest = tail
        self._line += block.data.count(b"\n") + 1
        if self._line > MAX_LINES + 1:
            raise ArchiveError(localize("archive.too_many_lines", count=MAX_LINES))
        yield block


def decode(block: Block) -> list[ArchivedMessage]:
    """Decode lines to messages; blank lines are skipped.

    Raises:
        ArchiveError: a line is not a message; it names the line and the field.
    """
    return decode_lines(block, _lines)


def decode_lines(block: Block, decoder: msgspec.json.Decoder[T]) -> list[T]:
    """Decode lines of any type; blank lines are skipped.

    Raises:
        ArchiveError: a line cannot be read; it names the line and the field.
    """
    for number, line in enumerate(block.data.split(b"\n"), block.first_line):
        if is_deep(line):
            raise ArchiveError(localize("archive.too_deep", line=number))
    try:
        return decoder.decode_lines(block.data)
    except ValueError:
        return list(_decode_singly(block, decoder))


def check_room_size(room_id: str, *, members: int, channels: int) -> None:
    """Check that a room, merged with what is already here, is not too large to keep.

    Raises:
        ArchiveError: it has too many members or channels.
    """
    for number, text in (
        (members, "archive.too_many_members"),
        (channels, "archive.too_many_channels"),
    ):
        if number > MAX_ITEMS:
            room = room_id[:_SHOWN_ID]
            raise ArchiveError(localize(text, room=room, count=number, limit=MAX_ITEMS))


def unknown_fields(block: Block) -> tuple[int, set[str]]:
    """Count the lines with fields that are not imported, and name the fields.

    The lines must have been decoded before, which does not look at the names of unknown fields.

    Raises:
        ArchiveError: the name of a field is no text; it names the line.
    """
    try:
        _strict_lines.decode_lines(block.data)
    except ValueError:
        pass
    else:
        return 0, set()
    known = {field.encode_name for field in msgspec.structs.fields(ArchivedMessage)}
    unknown = [line.keys() - known for line in _decode_singly(block, _any_lines)]
    return sum(map(bool, unknown)), set[str]().union(*unknown)


_lines = msgspec.json.Decoder(ArchivedMessage)
_strict_lines = msgspec.json.Decoder(_KnownFieldsOnly)
_any_lines = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _decode_singly(block: Block, decoder: msgspec.json.Decoder[T]) -> Iterator[T]:
    """Find the line that makes a block undecodable."""
    for number, line in enumerate(block.data.split(b"\n"), block.first_line):
        if not line.strip():
            continue
        try:
            yield decoder.decode(line)
        except ValueError as error:
            raise ArchiveError(_explain(number, error)) from error


def _explain(line: int, error: Exception) -> str:
    """Say why a line cannot be read."""
    if isinstance(error, msgspec.ValidationError):
        # msgspec says: Expected `str` of length >= 1 - at `$.roomId`
        reason, _, path = str(error).partition(" - at `$")
        field = path.strip(".`")
        if reason.startswith("Object missing required field"):
            missing = reason.rpartition(" ")[2].strip("`")
            return localize("archive.field_missing", line=line, field=missing)
        if not field:
            return localize("archive.not_an_object", line=line)
        return localize("archive.field_invalid", line=line, field=field, reason=_plain(reason))
    if isinstance(error, UnicodeDecodeError):
        return localize("archive.not_utf8", line=line)
    detail = str(error).removeprefix("JSON is malformed: ")
    return localize("archive.not_json", line=line, detail=detail)


def _plain(reason: str) -> str:
    text, count = _WORDS.get(reason.replace("`", ""), ("", 0))
    # What has no words of its own is a detail for whoever wrote the file.
    return localize(text, count=count) if text else reason.replace("`", "").lower()


_WORDS = {
    "Expected str of length >= 1": ("archive.value_empty", 0),
    "Expected str of length <= 1024": ("archive.value_too_long", 1_024),
    "Expected str of length <= 65536": ("archive.value_too_long", 65_536),
    "Expected int <= 8640000000000000": ("archive.no_such_time", 0),
    "Expected int >= -8640000000000000": ("archive.no_such_time", 0),
}


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]
