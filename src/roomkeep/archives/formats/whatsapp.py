"""WhatsApp: "Export chat", a text file alone or in a zip with its media.

`whatsapp_lines` tells of the lines. An export names people, but has no ids, and no room but in the
name of its file. It has no replies, reactions or times of edits; edited messages end in
`<This message was edited>`, in the phone's language.
"""

import re
from collections.abc import Generator, Iterator
from datetime import datetime

from roomkeep.archives.clock import Clock
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.formats.whatsapp_lines import DateOrder, Head, clean, read_head
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.made_ids import MessageIds, make_id
from roomkeep.archives.media_types import media_type
from roomkeep.archives.records import (
    FoundFile,
    FoundMessage,
    FoundRoom,
    Item,
    Looking,
    Note,
    Question,
)
from roomkeep.archives.source import Member, Source, shorten
from roomkeep.archives.text_lines import decode_head, text_lines
from roomkeep.localization import localize

__all__ = ["WhatsApp"]

_LINES_TO_RECOGNISE = 20
_LINES_AT_ONCE = 200
"""So many lines are looked through before something else has a chance."""
_MAX_TEXT = 1_048_576
"""The most characters of one message. WhatsApp sends 65,536."""

_ROOM_NAME = re.compile(
    # English, German, French, Spanish, Italian, Portuguese, Dutch, and what an iPhone writes.
    r"^(?:WhatsApp[ -]Chat (?:with|mit|-)|Discussion WhatsApp avec|Chat de WhatsApp con"
    r"|Chat WhatsApp con|Conversa do WhatsApp com|WhatsApp-chat met) ?",
    re.IGNORECASE,
)
_COPY = re.compile(r" ?\(\d{1,3}\)$")
# An iPhone's `<attached: 1-PHOTO.jpg>`, and Android's `IMG-1.jpg (file attached)`.
_IPHONE_FILE = re.compile(r"^\u200e?<[^<>:\uff1a]{1,40}[:\uff1a]\s*([^<>:/\\]+\.\w{1,5})>$")
_ANDROID_FILE = re.compile(r"^\u200e?([^/\\]+\.\w{1,5}) \([^()]+\)$")
_ANDROID_NAME = re.compile(r"^(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+\.\w+$")
# What stands for a file that was not exported: `<Media omitted>`, or `image omitted` after a mark.
_OMITTED = re.compile(r"^(?:<[^<>:/]{5,40}>|\u200e[^\W\d][\w -]{4,40})$")
_EDITED = re.compile(r"\s?\u200e<[^<>:]{5,60}>$")


class WhatsApp(Importer):
    """Reads exports of WhatsApp."""

    format = "whatsapp"

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._order: tuple[DateOrder, bool] | None = None

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Look for lines that begin as WhatsApp's do."""
        member = _chat(source)
        if member is None:
            return 0.0
        lines = decode_head(member.head()).splitlines()[:_LINES_TO_RECOGNISE]
        heads = [read_head(line) for line in lines]
        if not heads or heads[0] is None:
            return 0.0
        # The square brackets of an iPhone are those of some logs, too.
        named = bool(_ROOM_NAME.match(source.name)) or member.base_name == "_chat.txt"
        return 0.95 if named else 0.6 if heads[0].is_iphone else 0.8

    def read(self, answers: Answers) -> Iterator[Item]:
        """Yield the room and its messages."""
        member = _chat(self.source)
        if member is None:
            raise ArchiveError(localize("archive.no_messages"))
        order, is_certain = yield from self._date_order(member)
        yield Question("me")
        if answers.time_zone is None:
            yield Question("time_zone")
        if not is_certain:
            yield Question("day_first", suggestion=order == "day")
            if answers.day_first is not None:
                order = "day" if answers.day_first else "month"
        name = self._room_name(member)
        room = FoundRoom(id=make_id("whatsapp", name.casefold()), name=name)
        yield room
        yield from _Chat(self.source, member, room.id, order, Clock(answers.time_zone)).read()

    def _room_name(self, member: Member) -> str:
        name = member.base_name
        if name == "_chat.txt":
            name = self.source.name.rpartition("/")[2]
        name = name.removesuffix(".gz").removesuffix(".txt").removesuffix(".zip")
        name = _COPY.sub("", name)
        return clean(_ROOM_NAME.sub("", name)) or name or localize("archive.whatsapp_room")

    def _date_order(self, member: Member) -> Generator[Looking, None, tuple[DateOrder, bool]]:
        """Find out what dates begin with; tell whether it is certain."""
        if self._order is None:
            self._order = yield from _find_order(member)
        return self._order


class _Chat:
    """One chat, read line by line."""

    def __init__(
        self, source: Source, member: Member, room_id: str, order: DateOrder, clock: Clock
    ) -> None:
        self._source = source
        self._member = member
        self._folder = member.name.removesuffix(member.base_name)
        self._room_id = room_id
        self._order = order
        self._clock = clock
        self._ids = MessageIds("whatsapp", room_id)

    def read(self) -> Iterator[Item]:
        head: Head | None = None
        is_iphone: bool | None = None
        lines: list[str] = []
        begun = length = 0
        for number, line in text_lines(self._member):
            next_head = read_head(line)
            if next_head is not None and is_iphone is None:
                is_iphone = next_head.is_iphone
            if next_head is not None and next_head.is_iphone == is_iphone:
                if head is not None:
                    yield from self._message(head, lines, begun)
                head, lines, begun = next_head, [next_head.text], number
                length = len(line)
            elif head is None:
                if line.strip():
                    yield Note("line", shorten(line))
            else:
                length += len(line) + 1
                if length > _MAX_TEXT:
                    raise ArchiveError(localize("archive.text_too_long", place=self._place(begun)))
                lines.append(line)
        if head is not None:
            yield from self._message(head, lines, begun)

    def _message(self, head: Head, lines: list[str], number: int) -> Iterator[Item]:
        wall = head.stamp.to_datetime(self._order)
        if wall is None:
            # The other order of day and month fits.
            text = localize("archive.no_such_date", place=self._place(number))
            raise ArchiveError(text)
        if head.sender is None:
            yield Note("notice", shorten(head.text))
            return
        time = self._clock.to_ms(wall, self._place(number))
        files: tuple[FoundFile, ...] = ()
        if (name := self._file_name(lines[0])) is not None:
            file = self._file(name)
            if file.open is None:
                yield Note("file_missing", shorten(name))
            files = (file,)
            lines = lines[1:]
        is_omitted = bool(lines) and _OMITTED.match(lines[0]) is not None
        text = "\n".join(lines).rstrip()
        edited = _EDITED.search(text)
        if edited is not None and edited.start() > 0:
            text = text[: edited.start()]
        else:
            edited = None
        text = clean(text)
        if is_omitted:
            yield Note("file_missing", shorten(text))
        # A file is in one export, and left out of another of the same chat.
        said = "\n".join(lines[1:]).strip() if is_omitted else text
        sender_id = make_id("whatsapp", head.sender)
        yield FoundMessage(
            id=self._ids.make(time, sender_id, said),
            room_id=self._room_id,
            sender_id=sender_id,
            sender_name=head.sender,
            content=text,
            time=time,
            edited_at=time if edited else None,
            files=files,
        )

    def _file_name(self, line: str) -> str | None:
        found = _IPHONE_FILE.match(line)
        if found:
            return clean(found[1])
        found = _ANDROID_FILE.match(line)
        if found:
            name = clean(found[1])
            if self._folder + name in self._source.members or _ANDROID_NAME.match(name):
                return name
        return None

    def _file(self, name: str) -> FoundFile:
        member = self._source.members.get(self._folder + name)
        if member is None:
            return FoundFile(name=name, mime=media_type(name))
        return FoundFile(name=name, mime=media_type(name), size=member.size, open=member.open)

    def _place(self, number: int) -> str:
        name, line = shorten(self._member.name), number
        return localize("archive.place_line", name=name, line=line)


def _chat(source: Source) -> Member | None:
    """Return the text of the chat: of a zip, the only text file, or the one that is named so."""
    if source.only is not None:
        return source.only
    texts = [member for member in source.members.values() if member.name.endswith(".txt")]
    named = [
        member
        for member in texts
        if member.base_name == "_chat.txt" or _ROOM_NAME.match(member.base_name)
    ]
    texts = named or texts
    return texts[0] if len(texts) == 1 else None


def _find_order(member: Member) -> Generator[Looking, None, tuple[DateOrder, bool]]:
    """Find out whether dates begin with the day or the month.

    A number over 12 tells. Where there is none, the order is likelier in which time goes back less
    often.
    """
    day_first = month_first = False
    back = {"day": 0, "month": 0}
    last: dict[str, datetime] = {}
    count = years = 0
    for number, line in text_lines(member):
        if number % _LINES_AT_ONCE == 0:
            yield Looking()
        head = read_head(line)
        if head is None:
            continue
        count += 1
        first, second, _ = head.stamp.numbers
        if head.stamp.is_year_first:
            years += 1
            continue
        # Both at once cannot be: one of the two lines is a quotation, and time tells which.
        day_first |= first > 12  # noqa: PLR2004 there is no such month
        month_first |= second > 12  # noqa: PLR2004
        for order in ("day", "month"):
            wall = head.stamp.to_datetime(order)
            if wall is not None:
                back[order] += wall < last.get(order, wall)
                last[order] = wall
    if count == 0:
        raise ArchiveError(localize("archive.no_messages"))
    if years == count:
        return "year", True
    if day_first != month_first:
        return ("day" if day_first else "month"), True
    return ("month" if back["month"] < back["day"] else "day"), False
