"""Mail: mbox files of mailing lists and mailboxes, one alone or many in a zip.

RFC 4155 describes the format and RFC 5322 the messages: each begins with a line `From `, and lines
of a text that do are written with `>` before. A list is a room; an answer names what it answers in
`In-Reply-To` or `References`.
"""

import re
from collections.abc import Iterator
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from functools import partial
from io import BytesIO
from typing import BinaryIO, cast

from roomkeep.archives.clock import Clock
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.made_ids import make_id
from roomkeep.archives.records import FoundFile, FoundMessage, FoundRoom, Item, Note, Question
from roomkeep.archives.source import Member, Source, shorten
from roomkeep.localization import localize

__all__ = ["Mbox"]

MAX_MESSAGE = 64 * 1024**2
"""The most bytes of one message."""
_MAX_CONTAINERS = 100
"""The most parts that hold others: where the stack is small, deep ones crash Python for good."""
_FROM = re.compile(rb"From \S+ .*\d{4}")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADERS = (b"from:", b"date:", b"message-id:", b"subject:", b"received:", b"return-path:")
_ID = re.compile(r"<[^<>\s]+>")
_TAG = re.compile(r"<[^<>]*>")


class Mbox(Importer):
    """Reads mbox files."""

    format = "mbox"

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Look for the line that begins a message, and for headers after it."""
        member = next(iter(_boxes(source)), None)
        if member is None:
            return 0.0
        head = member.head()
        if _FROM.match(head) is None:
            return 0.0
        return 0.9 if any(header in head.lower() for header in _HEADERS) else 0.3

    def read(self, answers: Answers) -> Iterator[Item]:
        """Yield the lists and their mails."""
        yield Question("me")
        clock = Clock(answers.time_zone)
        rooms: set[str] = set()
        for member in _boxes(self.source):
            name = member.base_name.removesuffix(".txt").removesuffix(".mbox") or member.name
            room_id = make_id("mbox", name.casefold())
            if room_id not in rooms:
                rooms.add(room_id)
                yield FoundRoom(id=room_id, name=name)
            for number, data in _mails(member):
                place = localize("archive.place_line", name=shorten(member.name), line=number)
                yield from _read_mail(data, room_id, clock, place)


def _boxes(source: Source) -> list[Member]:
    if source.only is not None:
        return [source.only]
    ends = (".mbox", ".txt", ".mbx", "/mbox")
    return [member for member in source.members.values() if member.name.endswith(ends)]


def _mails(member: Member) -> Iterator[tuple[int, bytes]]:
    """Yield the mails of a file, each with the number of its first line."""
    lines: list[bytes] = []
    begun = number = size = 0
    was_empty = True
    with member.open() as stream:
        while line := stream.readline(MAX_MESSAGE):
            number += 1
            if was_empty and _FROM.match(line):
                if begun:
                    yield begun, b"".join(lines)
                lines, begun, size = [], number, 0
            elif begun:
                size += len(line)
                if size > MAX_MESSAGE:
                    place = localize("archive.place_line", name=shorten(member.name), line=begun)
                    raise ArchiveError(localize("archive.text_too_long", place=place))
                lines.append(line)
            was_empty = not line.strip()
    if begun:
        yield begun, b"".join(lines)


def _read_mail(data: bytes, room_id: str, clock: Clock, place: str) -> Iterator[Item]:
    if _count_containers(data) > _MAX_CONTAINERS:
        yield Note("message", place)
        return
    try:
        mail = _parse(data)
        parts = list(_parts(mail))
        sender_name, sender = parseaddr(_hidden_address(_header(mail, "From")))
        sender_name = _decoded(sender_name)
        wall = parsedate_to_datetime(_header(mail, "Date"))
        subject = _decoded(_header(mail, "Subject"))
        text = _body(parts)
    except (ValueError, TypeError, LookupError, RecursionError, AttributeError, OverflowError):
        # The parser of the standard library fails on some mails in many ways.
        yield Note("message", place)
        return
    sender = sender or sender_name or "unknown"
    time = clock.to_ms(wall, place)
    files = tuple(_files(parts, data))
    answered = _answered(mail)
    if answered is None and subject:
        text = f"{subject}\n\n{text}".strip()
    if not text and not files:
        yield Note("message", place)
        return
    found = _ID.search(_header(mail, "Message-ID"))
    id_ = found[0] if found else make_id("", str(time), sender, text)
    yield FoundMessage(
        id=make_id("mbox", room_id, id_),
        room_id=room_id,
        sender_id=f"mbox:{sender.casefold()}",
        sender_name=sender_name or sender,
        content=text,
        time=time,
        reply_to_id=None if answered is None else make_id("mbox", room_id, answered),
        files=files,
    )


def _parse(data: bytes) -> EmailMessage:
    text = _ESCAPED.sub(rb"\1", data)
    return BytesParser(policy=policy.default).parsebytes(text)


def _count_containers(data: bytes) -> int:
    """Count what can begin a container, at most."""
    text = data.lower()
    return text.count(b"boundary") + text.count(b"message/")


def _parts(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts that are no containers; a mail in a mail is one."""
    if not mail.is_multipart() or mail.get_content_maintype() != "multipart":
        yield mail
        return
    for part in mail.iter_parts():
        yield from _parts(cast("EmailMessage", part))


def _body(parts: list[EmailMessage]) -> str:
    for kind in ("text/plain", "text/html"):
        texts = [
            _content(part)
            for part in parts
            if part.get_content_type() == kind and not part.get_filename()
        ]
        if texts:
            text = "\n".join(texts)
            if kind == "text/html":
                text = _TAG.sub("", text)
            return text.replace("\r\n", "\n").strip()
    return ""


def _content(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    try:
        return data.decode(charset, "replace")
    except LookupError:
        # A character set that nobody knows.
        return data.decode("utf-8", "replace")


def _files(parts: list[EmailMessage], data: bytes) -> Iterator[FoundFile]:
    for index, part in enumerate(parts):
        name = part.get_filename()
        if not name:
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            name = name.replace("\\", "/").rpartition("/")[2] or "file"
            opener = partial(_open_part, data, index)
            mime = part.get_content_type()
            yield FoundFile(name=name, mime=mime, size=len(payload), open=opener)


def _open_part(data: bytes, index: int) -> BinaryIO:
    """Decode a file again, so that not all those of a batch are in memory twice."""
    payload = list(_parts(_parse(data)))[index].get_payload(decode=True)
    return BytesIO(payload if isinstance(payload, bytes) else b"")


def _answered(mail: EmailMessage) -> str | None:
    for name in ("In-Reply-To", "References"):
        ids = _ID.findall(_header(mail, name))
        if ids:
            return str(ids[-1])
    return None


def _hidden_address(text: str) -> str:
    """Return an address that an archive of a list has hidden from robots, as it was."""
    return text if "@" in text else text.replace(" at ", "@", 1)


def _header(mail: EmailMessage, name: str) -> str:
    """Return a header as it is written; the first one of its name."""
    for key, value in mail.raw_items():
        if key.lower() == name.lower():
            return " ".join(str(value).split())
    return ""


def _decoded(text: str) -> str:
    """Return the text of a header with encoded words (RFC 2047)."""
    return str(make_header(decode_header(text)))
