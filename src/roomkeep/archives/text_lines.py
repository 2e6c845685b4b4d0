"""The lines of a text file, in UTF-8 or UTF-16."""

import codecs
import io
from collections.abc import Iterator

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.lines import MAX_LINES
from roomkeep.archives.source import Member, shorten
from roomkeep.localization import localize

__all__ = ["MAX_LINE", "decode_head", "text_lines"]

MAX_LINE = 1_048_576
"""The most bytes of a line."""

_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def text_lines(member: Member, fallback: str | None = None) -> Iterator[tuple[int, str]]:
    """Yield a file's lines without their ends, each with its number, from 1.

    Args:
        member: the file.
        fallback: the encoding of lines that are not UTF-8, such as in logs that many programs
            wrote; None to refuse them.

    Raises:
        ArchiveError: a line is too long or no text, which it names; or there are too many.
    """
    for number, line in _lines(member, fallback):
        if number > MAX_LINES:
            raise ArchiveError(localize("archive.too_many_lines", count=MAX_LINES))
        yield number, line


def _lines(member: Member, fallback: str | None) -> Iterator[tuple[int, str]]:
    with member.open() as stream:
        encoding = _MARKS.get(stream.peek(2)[:2])  # type: ignore[attr-defined]
        if encoding is not None:
            stream.read(2)
            yield from _utf_16_lines(member, io.TextIOWrapper(stream, encoding, newline="\n"))
            return
        number = 0
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if len(line) > MAX_LINE:
                raise _too_long(member, number)
            yield number, _decode(member, number, line, fallback)


def decode_head(data: bytes) -> str:
    """Return the first bytes of a file as text, as far as they are; to recognise it by."""
    encoding = _MARKS.get(data[:2])
    if encoding is not None:
        return data[2:].decode(encoding, "ignore")
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "ignore")


def _utf_16_lines(member: Member, stream: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise _too_long(member, number)
            yield number, line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise _no_text(member, number + 1) from error


def _decode(member: Member, number: int, line: bytes, fallback: str | None) -> str:
    line = line.rstrip(b"\r\n")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        if fallback is None:
            raise _no_text(member, number) from error
        text = line.decode(fallback, "replace")
    if "\0" in text:
        raise _no_text(member, number)
    return text


def _too_long(member: Member, number: int) -> ArchiveError:
    most = MAX_LINE // 1024
    name, line = shorten(member.name), number
    return ArchiveError(localize("archive.text_line_too_long", name=name, line=line, count=most))


def _no_text(member: Member, number: int) -> ArchiveError:
    name, line = shorten(member.name), number
    return ArchiveError(localize("archive.text_not_utf8", name=name, line=line))
