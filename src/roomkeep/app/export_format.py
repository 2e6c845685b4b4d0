"""The format of a backup: JSON lines, gzipped, each of one kind.

The first line is the head, the last one says how many records came between. The bytes of a file
follow its record, in lines of their own. A record is as it is stored: it may hold fields that this
version does not know, which travel beside it from here on.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Any, Literal, Union, get_args

import msgspec
from msgspec import Meta, Struct, defstruct, structs

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
from roomkeep.persistence import only_known, unknown_fields

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
    "RecordLine",
    "RoomLine",
    "SettingLine",
    "UserLine",
    "data_lines",
    "decode",
    "is_head",
    "line_of",
    "pick",
    "read_head",
    "size_of",
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


class RecordLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record.

    Attributes:
        unknown: the fields of the record that this version does not know, if there are any. In the
            file, they are in the record.
    """

    unknown: tuple[dict[str, Any], ...] = ()


class UserLine(RecordLine, frozen=True, tag="user"):
    """A person."""

    record: User


class RoomLine(RecordLine, frozen=True, tag="room"):
    """A room."""

    record: Room


class BanLine(RecordLine, frozen=True, tag="ban"):
    """A ban."""

    record: Ban


class MessageLine(RecordLine, frozen=True, tag="message"):
    """A message, with its reactions."""

    record: Message


class ReactionLine(RecordLine, frozen=True, tag="reaction"):
    """A reaction that waits for its message."""

    record: Reaction


class AttachmentLine(RecordLine, frozen=True, tag="attachment"):
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


def _only_known(kind: type[Any]) -> type[Struct]:
    """Return a type as which those lines of a kind decode whose record has no unknown field."""
    types_ = {field.name: field.type for field in structs.fields(kind) if field.name != "unknown"}
    if "record" in types_:
        types_["record"] = only_known(types_["record"])
    tag = kind.__struct_config__.tag
    return defstruct(kind.__name__, list(types_.items()), tag=tag, forbid_unknown_fields=True)


_LINES = msgspec.json.Decoder(Line)
_AS_STORED = msgspec.json.Decoder(dict[str, Any])
_ONLY_KNOWN = msgspec.json.Decoder(Union[tuple(map(_only_known, get_args(Line)))])  # noqa: UP007
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
    lines = decode_lines(block, _LINES)
    try:
        _ONLY_KNOWN.decode_lines(block.data)
    except ValueError:
        return list(map(_with_unknown, lines, _AS_STORED.decode_lines(block.data)))
    return lines


def pick(
    lines: Iterable[Line], kind: type[Any], but_of: Collection[str] = ()
) -> tuple[list[Any], list[dict[str, Any]]]:
    """Return the records of one kind of line, but those of some rooms, and their unknown fields."""
    of_kind: list[Any] = [line for line in lines if isinstance(line, kind)]
    found = [one for one in of_kind if getattr(one.record, "room_id", None) not in but_of]
    return [one.record for one in found], [fields for one in found for fields in one.unknown]


def size_of(line: Line) -> int:
    """Return how many characters a line holds, without what is always short."""
    size = 0
    if isinstance(line, UserLine):
        size = len(line.record.avatar_url or "") + len(line.record.bio or "")
    elif isinstance(line, MessageLine):
        size = len(line.record.content)
    elif isinstance(line, SettingLine):
        size = len(_ENCODER.encode(line.value))
    unknown = line.unknown if isinstance(line, RecordLine) else ()
    return size + sum(len(_ENCODER.encode(fields)) for fields in unknown)


def _with_unknown(line: Line, stored: dict[str, Any]) -> Line:
    if not isinstance(line, RecordLine):
        return line
    found = unknown_fields(stored["record"], type(line.record))
    return structs.replace(line, unknown=() if found is None else (found,))


def line_of(record: Record, stored: Record | dict[str, Any]) -> Line:
    """Return the line of a record that is no file; `stored` is what to write of it."""
    for kind, line in (
        (Message, MessageLine),
        (User, UserLine),
        (Room, RoomLine),
        (Reaction, ReactionLine),
        (Ban, BanLine),
    ):
        if isinstance(record, kind):
            return line(stored)  # type: ignore[arg-type]
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
