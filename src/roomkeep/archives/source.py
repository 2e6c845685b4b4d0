"""An archive as a set of named files: a zip, or one file alone, gzipped or not.

Nothing is ever unpacked to a disk. What a hostile archive could do is refused when it is opened:
too many members, names that lead out of it, and members that unpack to far more than they are.
"""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO

from roomkeep.archives.errors import ArchiveError
from roomkeep.localization import localize

__all__ = ["MAX_MEMBERS", "Member", "PositionedFile", "Source", "shorten"]

MAX_MEMBERS = 200_000
"""The most members of a zip. A Slack export has one for each channel and day."""
MAX_RATIO = 250
"""The most that a member may unpack to, by its packed size. Logs reach 50; a bomb has 1,000."""
MAX_UNPACKED = 8 * 1024**3
"""The most bytes of a member, unpacked."""
_SMALL = 4 * 1024**2
"""A member that unpacks to no more than this is no bomb."""
_BUFFER = 262_144
_SHOWN = 60

# PKWARE's APPNOTE.TXT, sections 4.3.12 and 4.3.14 to 4.3.16.
_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\5\6"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_MAGIC = b"PK\6\6"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_MAGIC = b"PK\6\7"
_ENTRY = struct.Struct("<4s24x3H12x")
_ENTRY_MAGIC = b"PK\1\2"


class Member:
    """A file of an archive.

    Attributes:
        name: its path in the archive, with `/` between the parts.
        size: its size in bytes; None where only reading it tells.
    """

    def __init__(self, name: str, size: int | None, opener: Callable[[], BinaryIO]) -> None:
        self.name = name
        self.size = size
        self._opener = opener

    @property
    def base_name(self) -> str:
        """The name without the path."""
        return self.name.rpartition("/")[2]

    def open(self) -> BinaryIO:
        """Open it for reading.

        Reading raises `ArchiveError` where it is damaged, or larger than it says.

        Raises:
            ArchiveError: it is encrypted, or packed in a way that cannot be read.
        """
        return io.BufferedReader(_Guarded(self), _BUFFER)

    def head(self, size: int = 8_192) -> bytes:
        """Return its first bytes."""
        with self.open() as stream:
            return stream.read(size)


class Source:
    """An archive.

    Attributes:
        name: the name of its file.
        members: its files by their names, in the archive's order.
        is_zip: whether it is a zip.

    Args:
        file: its bytes; they must not change.
        name: the name of the file.

    Raises:
        ArchiveError: it is no archive that can be opened.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._file = file
        self._size = file.seek(0, io.SEEK_END)
        file.seek(0)
        magic = file.read(4)
        self.is_zip = magic[:2] == b"PK" and magic[2:] in (b"\3\4", b"\5\6", b"\7\x08")
        if self._size == 0:
            raise ArchiveError(localize("archive.empty"))
        self.members: Mapping[str, Member]
        if self.is_zip:
            self.members = self._zip_members()
        else:
            member = self._only_member(is_gzip=magic[:2] == b"\x1f\x8b")
            self.members = {member.name: member}

    @property
    def only(self) -> Member | None:
        """The file, where there is only one."""
        return next(iter(self.members.values())) if len(self.members) == 1 else None

    def _only_member(self, *, is_gzip: bool) -> Member:
        name = self.name.rpartition("/")[2] or "archive"

        def open_view() -> BinaryIO:
            return io.BufferedReader(_View(self._file, self._size), _BUFFER)

        def open_gzip() -> BinaryIO:
            return gzip.GzipFile(fileobj=open_view(), mode="rb")  # type: ignore[return-value]

        if is_gzip:
            return Member(name.removesuffix(".gz"), None, open_gzip)
        return Member(name, self._size, open_view)

    def _zip_members(self) -> dict[str, Member]:
        try:
            _count_entries(self._file, self._size)
            archive = zipfile.ZipFile(self._file)
        except ArchiveError:
            raise
        except (zipfile.BadZipFile, struct.error, ValueError, ArithmeticError, OSError) as error:
            raise ArchiveError(localize("archive.damaged")) from error
        except NotImplementedError as error:
            # Of a version of zip that is none.
            raise ArchiveError(localize("archive.damaged")) from error
        members: dict[str, Member] = {}
        total = 0
        for info in archive.infolist():
            name = info.filename.replace("\\", "/")
            _check_name(name)
            if info.is_dir() or name.startswith("__MACOSX/"):
                continue
            _check_ratio(name, info.file_size, info.compress_size)
            total += info.file_size
            members[name] = Member(name, info.file_size, _opener(archive, info))
        # Members that overlap are counted once in the file, and unpacked many times.
        _check_ratio(self.name, total, self._size)
        if not members:
            raise ArchiveError(localize("archive.empty"))
        return members


def shorten(text: str, most: int = _SHOWN) -> str:
    """Return the beginning of a text from an archive, to be shown on one line."""
    line = "".join(sign if sign.isprintable() else " " for sign in text[: most + 1])
    return line if len(text) <= most else line[:most] + "…"


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: archive.open(info)  # type: ignore[return-value]


def _check_name(name: str) -> None:
    parts = name.split("/")
    is_absolute = name.startswith("/") or (len(name) > 1 and name[1] == ":")
    if is_absolute or ".." in parts or "\0" in name or not name:
        raise ArchiveError(localize("archive.unsafe_name", name=shorten(name)))


def _check_ratio(name: str, unpacked: int, packed: int) -> None:
    if unpacked > _SMALL + MAX_RATIO * packed:
        raise ArchiveError(localize("archive.bomb", name=shorten(name)))


def _count_entries(file: BinaryIO, size: int) -> None:
    """Refuse a zip with too many members before `zipfile` makes an object of each."""
    file.seek(max(0, size - _END.size - 65_535))
    tail_start = file.tell()
    tail = file.read()
    at = len(tail) - _END.size
    if at < 0 or not (tail.startswith(_END_MAGIC, at) and tail.endswith(b"\0\0")):
        at = tail.rfind(_END_MAGIC)
    if at < 0:
        raise ArchiveError(localize("archive.damaged"))
    end = _END.unpack_from(tail, at)
    directory_size = end[5]
    end_at = tail_start + at
    if end_at >= _LOCATOR.size:
        file.seek(end_at - _LOCATOR.size)
        locator = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if locator[0] == _LOCATOR_MAGIC:
            end_at -= _LOCATOR.size + _END64.size
            file.seek(max(0, end_at))
            end64 = _END64.unpack(file.read(_END64.size))
            if end64[0] == _END64_MAGIC:
                directory_size = end64[8]
    file.seek(max(0, end_at - directory_size))
    count = read = 0
    while read < directory_size:
        head = file.read(_ENTRY.size)
        if len(head) < _ENTRY.size or not head.startswith(_ENTRY_MAGIC):
            return  # `zipfile` says what is wrong.
        _, *lengths = _ENTRY.unpack(head)
        file.seek(sum(lengths), io.SEEK_CUR)
        read += _ENTRY.size + sum(lengths)
        count += 1
        if count > MAX_MEMBERS:
            limit = MAX_MEMBERS
            raise ArchiveError(localize("archive.too_many_members_of_zip", count=limit))


class PositionedFile(io.RawIOBase):
    """A file to read from, with a position of its own; `readinto` moves it on."""

    def __init__(self) -> None:
        self._position = 0

    @property
    def size(self) -> int:
        """How many bytes there are."""
        raise NotImplementedError

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that its position can be set."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set the position and return it.

        Raises:
            ValueError: it is before the beginning.
        """
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError(f"there is no position {start + offset}")
        self._position = start + offset
        return self._position


class _View(PositionedFile):
    """A file that has a position of its own over one that is shared."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__()
        self._file = file
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._position)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


class _Guarded(io.RawIOBase):
    """A member's bytes: no more than it says, and errors in words."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._read = 0
        try:
            self._stream = member._opener()  # noqa: SLF001 the two are one
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
            raise self._damaged() from error
        except (RuntimeError, NotImplementedError) as error:
            # `zipfile` says so of a password and of an unknown compression.
            raise ArchiveError(localize("archive.locked", name=shorten(member.name))) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
                raise
            raise self._damaged() from error
        self._read += len(data)
        if self._read > MAX_UNPACKED:
            size = MAX_UNPACKED // 1024**3
            text = localize("archive.member_too_large", name=shorten(self._member.name), count=size)
            raise ArchiveError(text)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed and hasattr(self, "_stream"):
            self._stream.close()
        super().close()

    def _damaged(self) -> ArchiveError:
        return ArchiveError(localize("archive.member_damaged", name=shorten(self._member.name)))
