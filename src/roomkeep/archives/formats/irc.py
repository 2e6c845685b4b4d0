"""IRC logs of irssi, weechat, ZNC and irclogs.ubuntu.com, one file alone or many in a zip.

- irssi (its documentation of `autolog` and `log_day_changed`): `12:34 <@ann> text`, with the day in
  lines such as `--- Day changed Tue Jan 02 2018`
- weechat (its user's guide, "Logger plugin"): `2018-01-02 12:34:56<TAB>@ann<TAB>text`
- ZNC (wiki.znc.in, "Log"): `[12:34:56] <ann> text`, a file for each day
- Ubuntu: `[12:34] <ann> text`, in `2018/01/02/#ubuntu.txt`

Logs have no ids, and their files name the channel and often the day.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from roomkeep.archives.clock import Clock, parse_iso
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.made_ids import MessageIds, make_id
from roomkeep.archives.records import FoundMessage, FoundRoom, Item, Note, Question
from roomkeep.archives.source import Member, Source, shorten
from roomkeep.archives.text_lines import decode_head, text_lines
from roomkeep.localization import localize

__all__ = ["Irc"]

_LINES_TO_RECOGNISE = 50
_ENDS = (".log", ".txt", ".weechatlog")

_CLOCKED = re.compile(r"(?:\[(\d\d:\d\d(?::\d\d)?)\]|(\d\d:\d\d(?::\d\d)?)) (.*)", re.DOTALL)
_WEECHAT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t([^\t]*)\t(.*)", re.DOTALL)
_SAID = re.compile(r"<[@+%~&! ]?([^\s<>]{1,64})> ?(.*)", re.DOTALL)
_DID = re.compile(r" ?\* ([^\s*]{1,64}) (.*)", re.DOTALL)
_DAY = re.compile(
    r"--- (?:Log opened|Day changed) \w{3} (\w{3}) (\d\d) (?:\d\d:\d\d:\d\d )?(\d{4})"
)
_OTHER_DAY = re.compile(r"--- (?:Log opened|Day changed)")
_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_./]?(\d\d)[-_./]?(\d\d)(?!\d)")
_CHANNEL = re.compile(r"[#&][^/\s]+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CODES = re.compile(
    r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04[0-9A-Fa-f]{0,6}|[\x02\x0f\x11\x16\x1d-\x1f]"
)
"""Colors and styles (modern.ircdocs.horse/formatting)."""
_NOTICES = ("-->", "<--", "--", "=!=", "")
"""What weechat writes in place of a name."""


class Irc(Importer):
    """Reads logs of IRC."""

    format = "irc"

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Look for lines that someone said."""
        member = next(iter(_logs(source)), None)
        if member is None:
            return 0.0
        head = decode_head(member.head()).splitlines()
        lines = [line for line in head if line.strip()][:_LINES_TO_RECOGNISE]
        known = sum(_is_known(line) for line in lines)
        if not lines or known < len(lines) / 2:
            return 0.0
        return 0.9 if any(map(_is_said, lines)) else 0.6

    def read(self, answers: Answers) -> Iterator[Item]:
        """Yield the channels and their messages."""
        yield Question("me")
        if answers.time_zone is None:
            yield Question("time_zone")
        clock = Clock(answers.time_zone)
        rooms: dict[str, MessageIds] = {}
        for member in _logs(self.source):
            name = _channel(member.name)
            room_id = make_id("irc", name.casefold())
            if room_id not in rooms:
                rooms[room_id] = MessageIds("irc", room_id)
                yield FoundRoom(id=room_id, name=name)
            yield from _Log(member, room_id, rooms[room_id], clock).read()


class _Log:
    """One file."""

    def __init__(self, member: Member, room_id: str, ids: MessageIds, clock: Clock) -> None:
        self._member = member
        self._room_id = room_id
        self._ids = ids
        self._clock = clock
        found = _DAY_IN_NAME.search(member.name)
        self._day = _day(*map(int, found.groups())) if found else None

    def read(self) -> Iterator[Item]:
        # Clients of all ages wrote into logs: what is not UTF-8 is Western European.
        for number, line in text_lines(self._member, "cp1252"):
            if not line.strip():
                continue
            if _OTHER_DAY.match(line):
                self._day = self._named_day(line, number)
                continue
            yield from self._line(_CODES.sub("", line), number)

    def _line(self, line: str, number: int) -> Iterator[Item]:
        if (found := _WEECHAT.fullmatch(line)) is not None:
            nick, text = found[2].strip(), found[3]
            if nick in _NOTICES:
                yield Note("notice", shorten(text))
                return
            if nick == "*":
                nick, text = text.partition(" ")[0], f"* {text}"
            wall = parse_iso(found[1])
            yield self._message(wall, nick.lstrip("@+%~&!"), text, number)
            return
        clocked = _CLOCKED.fullmatch(line)
        if clocked is None:
            is_notice = line.startswith(("---", "===", "***"))
            yield Note("notice" if is_notice else "line", shorten(line))
            return
        rest = clocked[3]
        if (found := _SAID.fullmatch(rest)) is not None:
            nick, text = found[1], found[2]
        elif (found := _DID.fullmatch(rest)) is not None:
            nick, text = found[1], f"* {found[1]} {found[2]}"
        else:
            yield Note("notice", shorten(rest))
            return
        if self._day is None:
            text = localize("archive.irc_no_day", place=self._place(number))
            raise ArchiveError(text, localize("archive.irc_no_day_advice"))
        try:
            wall = datetime.combine(self._day, time.fromisoformat(clocked[1] or clocked[2]))
        except ValueError:
            wall = None
        yield self._message(wall, nick, text, number)

    def _message(self, wall: datetime | None, nick: str, text: str, number: int) -> FoundMessage:
        if wall is None:
            raise ArchiveError(localize("archive.no_such_date", place=self._place(number)))
        at = self._clock.to_ms(wall, self._place(number))
        sender_id = f"irc:{nick.casefold()}"
        return FoundMessage(
            id=self._ids.make(at, sender_id, text),
            room_id=self._room_id,
            sender_id=sender_id,
            sender_name=nick,
            content=text,
            time=at,
        )

    def _named_day(self, line: str, number: int) -> date:
        found = _DAY.match(line)
        day = None
        if found is not None and found[1] in _MONTHS:
            day = _day(int(found[3]), _MONTHS.index(found[1]) + 1, int(found[2]))
        if day is None:
            raise ArchiveError(localize("archive.no_such_date", place=self._place(number)))
        return day

    def _place(self, number: int) -> str:
        return localize("archive.place_line", name=shorten(self._member.name), line=number)


def _logs(source: Source) -> list[Member]:
    """Return the logs, in the order of their names, which is that of their days."""
    if source.only is not None:
        return [source.only]
    found = [member for member in source.members.values() if member.name.endswith(_ENDS)]
    return sorted(found, key=lambda member: member.name)


def _channel(path: str) -> str:
    """Return the name of the channel that a log is of."""
    found = _CHANNEL.search(path)
    name = found[0] if found else path.rpartition("/")[2]
    for end in _ENDS:
        name = name.removesuffix(end)
    bare = _DAY_IN_NAME.sub("", name).strip("-_. ")
    if bare or found:
        return bare or name
    # A file that is named by the day is in the folder of its channel.
    return path.rpartition("/")[0].rpartition("/")[2] or name


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_said(line: str) -> bool:
    clocked = _CLOCKED.fullmatch(line)
    if clocked is None:
        return _WEECHAT.fullmatch(line) is not None
    return _SAID.fullmatch(clocked[3]) is not None


def _is_known(line: str) -> bool:
    if _is_said(line) or line.startswith(("--- ", "=== ")):
        return True
    clocked = _CLOCKED.fullmatch(line)
    marks = ("-!-", "***", "*", " *", "-", "===")
    return clocked is not None and clocked[3].startswith(marks)
