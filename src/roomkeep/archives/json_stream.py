"""Reading large JSON a value at a time, in bounded memory.

The caller names the lists and objects to go into; every other value is handed out as the bytes it
is written in, to be decoded by its type.
"""

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, NoReturn

import msgspec

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.source import Member, shorten
from roomkeep.json_depth import MAX_DEPTH
from roomkeep.localization import localize

__all__ = ["MAX_VALUE", "Path", "walk_json"]

MAX_VALUE = 16 * 1024**2
"""The most bytes of a value that is handed out."""

Path = tuple[str, ...]
"""Where a value is: keys of objects, and `"*"` for an item of a list."""

_READ = 262_144
_SPACE = re.compile(rb"[ \t\r\n]*+")
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]*+")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def walk_json(member: Member, inside: Collection[Path]) -> Iterator[tuple[Path, bytes | None]]:
    """Yield the values of a JSON file, each with its path.

    Args:
        member: the file.
        inside: the paths of the lists and objects to go into. Each is yielded with None when it
            begins.

    Raises:
        ArchiveError: it is no JSON, nested too deeply, or has a value that is too large.
    """
    with member.open() as stream:
        walk = _Walk(stream, member.name, inside)
        yield from walk.value(())
        walk.finish()


class _Walk:
    def __init__(self, stream: BinaryIO, name: str, inside: Collection[Path]) -> None:
        self._stream = stream
        self._name = name
        self._inside = frozenset(inside)
        self._data = b""
        self._at = 0
        self._start = 0
        self._fill()
        if self._data.startswith(_BYTE_ORDER_MARK):
            self._at = len(_BYTE_ORDER_MARK)

    def value(self, path: Path) -> Iterator[tuple[Path, bytes | None]]:
        sign = self._peek()
        if path in self._inside and sign in b"{[":
            yield path, None
            self._at += 1
            if sign == b"{":
                yield from self._object(path)
            else:
                yield from self._list(path)
        else:
            yield path, self._take(sign)

    def finish(self) -> None:
        """Check that nothing comes after the value."""
        while True:
            found = _SPACE.match(self._data, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._data):
                self._fail()
            if not self._fill():
                return

    def _object(self, path: Path) -> Iterator[tuple[Path, bytes | None]]:
        if self._peek() == b"}":
            self._at += 1
            return
        while True:
            if self._peek() != b'"':
                self._fail()
            key = self._take(b'"')
            try:
                name = msgspec.json.decode(key, type=str)
            except ValueError:
                self._fail()
            if self._peek() != b":":
                self._fail()
            self._at += 1
            yield from self.value((*path, name))
            if self._next(b"}"):
                return

    def _list(self, path: Path) -> Iterator[tuple[Path, bytes | None]]:
        if self._peek() == b"]":
            self._at += 1
            return
        while True:
            yield from self.value((*path, "*"))
            if self._next(b"]"):
                return

    def _next(self, closing: bytes) -> bool:
        """Go past a comma, or past the end."""
        sign = self._peek()
        if sign not in (b",", closing):
            self._fail()
        self._at += 1
        return sign == closing

    def _peek(self) -> bytes:
        while True:
            found = _SPACE.match(self._data, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._fill():
                raise ArchiveError(localize("archive.json_cut_off", name=shorten(self._name)))

    def _take(self, sign: bytes) -> bytes:
        if sign == b'"':
            return self._string()
        return self._nested() if sign in b"[{" else self._scalar()

    def _string(self) -> bytes:
        while True:
            found = _STRING.match(self._data, self._at)
            if found:
                self._at = found.end()
                return found[0]
            self._more()

    def _scalar(self) -> bytes:
        while True:
            found = _SCALAR.match(self._data, self._at)
            end = found.end() if found else self._at
            if end < len(self._data) or not self._fill():
                break
        data = self._data[self._at : end]
        if not data:
            self._fail()
        self._at = end
        return data

    def _nested(self) -> bytes:
        depth, scanned = 0, 0
        while True:
            for found in _TOKEN.finditer(self._data, self._at + scanned):
                sign = found[0]
                if sign == b'"':  # a string whose end is not read yet
                    break
                scanned = found.end() - self._at
                if sign in b"[{":
                    depth += 1
                    if depth > MAX_DEPTH:
                        place = self._start + found.start()
                        text = localize("archive.json_deep", name=shorten(self._name), place=place)
                        raise ArchiveError(text)
                elif sign in b"]}":
                    depth -= 1
                    if depth == 0:
                        data = self._data[self._at : found.end()]
                        self._at = found.end()
                        return data
            self._more()

    def _more(self) -> None:
        """Read more of a value."""
        if len(self._data) - self._at > MAX_VALUE:
            place, most = self._start + self._at, MAX_VALUE // 1024**2
            text = localize("archive.json_large", name=shorten(self._name), place=place, count=most)
            raise ArchiveError(text)
        if not self._fill():
            raise ArchiveError(localize("archive.json_cut_off", name=shorten(self._name)))

    def _fill(self) -> bool:
        """Read on, and forget what was passed; tell whether there was more."""
        rest = self._data[self._at :]
        # A long value is read in growing pieces, so that it is not scanned from its start often.
        data = self._stream.read(max(_READ, len(rest)))
        self._start += self._at
        self._data, self._at = rest + data, 0
        return bool(data)

    def _fail(self) -> NoReturn:
        place = self._start + self._at
        raise ArchiveError(localize("archive.json_broken", name=shorten(self._name), place=place))
