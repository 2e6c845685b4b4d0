"""Signal: the text that signal-export writes, one file alone or a zip of its folder.

github.com/carderne/signal-export writes for each chat a folder with `chat.md` (`index.md` before
2022) and `media/`. Its `sigexport/models.py` says how:

- `[2019-05-29 15:04:32] Me: text`; before 2022 `[2019-05-29, 15:04] Me: text`
- a message that is answered is quoted in lines with `> ` before the text
- reactions are a line `(- Ann: 👍, Bob: ❤️ -)`, files are `![name](./media/name)`

It has no ids, and times in the zone of the computer.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

from roomkeep.archives.clock import Clock, parse_iso
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.made_ids import MessageIds, make_id
from roomkeep.archives.media_types import media_type
from roomkeep.archives.records import (
    FoundFile,
    FoundMessage,
    FoundReaction,
    FoundRoom,
    Item,
    Note,
    Question,
)
from roomkeep.archives.source import Member, Source, shorten
from roomkeep.archives.text_lines import decode_head, text_lines
from roomkeep.localization import localize

__all__ = ["Signal"]

_NAMES = ("chat.md", "index.md")
_MAX_TEXT = 1_048_576
_REMEMBERED = 1_000
"""An answer is found among so many messages before it."""
_QUOTED = 60
"""So many characters of a quotation tell what is quoted."""

_HEAD = re.compile(
    r"\[(\d{4}-\d\d-\d\d),? (\d\d:\d\d(?::\d\d)?)\] ([^\n]{1,200}?): ?(.*)", re.DOTALL
)
_FILE = re.compile(r"!?\[([^\]\n]*)\]\(\./(media/[^)\n]+)\)\s*")
_REACTIONS = re.compile(r"^\(- (.+) -\)\s*$", re.MULTILINE)
_STICKER = re.compile(r"^\(\( (.+) \)\)\s*$", re.MULTILINE)
_DELETED = "(This message was deleted)"
_ME = "Me"


class Signal(Importer):
    """Reads the text that signal-export writes."""

    format = "signal"

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Look for the first line of a chat."""
        chats = _chats(source)
        if not chats or _HEAD.match(decode_head(chats[0].head()).lstrip()) is None:
            return 0.0
        return 0.95 if chats[0].base_name in _NAMES else 0.85 if _is_markdown(chats[0]) else 0.5

    def read(self, answers: Answers) -> Iterator[Item]:
        """Yield the chats and their messages."""
        yield Question("me", suggestion=_person(_ME))
        if answers.time_zone is None:
            yield Question("time_zone")
        for member in _chats(self.source):
            name = _folder(member).rstrip("/").rpartition("/")[2]
            if not name or member.base_name not in _NAMES:
                name = member.base_name.removesuffix(".md").removesuffix(".txt")
            room = FoundRoom(id=make_id("signal", name.casefold()), name=name)
            yield room
            yield from _Chat(self.source, member, room.id, Clock(answers.time_zone)).read()


class _Chat:
    """One chat."""

    def __init__(self, source: Source, member: Member, room_id: str, clock: Clock) -> None:
        self._source = source
        self._member = member
        self._folder = _folder(member)
        self._room_id = room_id
        self._clock = clock
        self._ids = MessageIds("signal", room_id)
        self._said: OrderedDict[str, str] = OrderedDict()

    def read(self) -> Iterator[Item]:
        head: re.Match[str] | None = None
        lines: list[str] = []
        begun = length = 0
        for number, line in text_lines(self._member):
            found = _HEAD.match(line)
            if found is not None:
                if head is not None:
                    yield from self._message(head, lines, begun)
                head, lines, begun, length = found, [found[4]], number, len(line)
            elif head is not None:
                length += len(line) + 1
                if length > _MAX_TEXT:
                    raise ArchiveError(localize("archive.text_too_long", place=self._place(begun)))
                lines.append(line)
            elif line.strip():
                yield Note("line", shorten(line))
        if head is not None:
            yield from self._message(head, lines, begun)

    def _message(self, head: re.Match[str], lines: list[str], number: int) -> Iterator[Item]:
        wall = parse_iso(f"{head[1]} {head[2]}")
        if not isinstance(wall, datetime):
            raise ArchiveError(localize("archive.no_such_date", place=self._place(number)))
        time = self._clock.to_ms(wall, self._place(number))
        sender = head[3]
        quote, body = _split_quote(lines)
        if body.strip() == _DELETED:
            yield Note("deleted", shorten(sender))
            return
        reactions = tuple(_reactions(body))
        body = _STICKER.sub(r"\1", _REACTIONS.sub("", body))
        files = tuple(self._file(*found.groups()) for found in _FILE.finditer(body))
        for file in files:
            if file.open is None:
                yield Note("file_missing", shorten(file.name))
        body = _FILE.sub("", body).strip()
        answered = self._find(quote) if quote else None
        if quote and answered is None:
            body = "\n".join([*(f"> {line}" for line in quote.splitlines()), body])
        if not body and not files:
            yield Note("message", shorten(head[0]))
            return
        names = " ".join(file.name for file in files)
        id_ = self._ids.make(time, _person(sender), f"{body}\n{names}")
        self._remember(id_, body)
        yield FoundMessage(
            id=id_,
            room_id=self._room_id,
            sender_id=_person(sender),
            sender_name=sender,
            content=body,
            time=time,
            reply_to_id=answered,
            reactions=reactions,
            files=files,
        )

    def _remember(self, id_: str, body: str) -> None:
        key = _key(body)
        self._said[key] = id_
        self._said.move_to_end(key)
        if len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)

    def _find(self, quote: str) -> str | None:
        return self._said.get(_key(quote))

    def _file(self, name: str, path: str) -> FoundFile:
        member = self._source.members.get(self._folder + path)
        if member is None:
            member = self._source.members.get(self._folder + unquote(path))
        name = name or path.rpartition("/")[2]
        if member is None:
            return FoundFile(name=name, mime=media_type(name))
        return FoundFile(name=name, mime=media_type(name), size=member.size, open=member.open)

    def _place(self, number: int) -> str:
        return localize("archive.place_line", name=shorten(self._member.name), line=number)


def _chats(source: Source) -> list[Member]:
    if source.only is not None:
        return [source.only]
    found = [member for member in source.members.values() if member.base_name in _NAMES]
    # A folder that was exported twice, by an old and a new version, has both.
    new = {_folder(member) for member in found if member.base_name == _NAMES[0]}
    return [
        member for member in found if member.base_name == _NAMES[0] or _folder(member) not in new
    ]


def _folder(member: Member) -> str:
    return member.name.removesuffix(member.base_name)


def _is_markdown(member: Member) -> bool:
    return member.name.endswith(".md")


def _person(name: str) -> str:
    return f"signal:{name}"


def _key(text: str) -> str:
    return " ".join(text.split())[:_QUOTED]


def _split_quote(lines: list[str]) -> tuple[str, str]:
    """Split a message into what it quotes and what it says."""
    rest = list(lines)
    while rest and not rest[0].strip():
        rest.pop(0)
    quoted: list[str] = []
    while rest and rest[0].startswith(">"):
        quoted.append(rest.pop(0)[1:].strip())
    # A quotation that somebody typed has no empty line before it.
    if not quoted or lines[0].strip():
        return "", "\n".join(lines)
    return "\n".join(quoted).strip(), "\n".join(rest)


def _reactions(body: str) -> Iterator[FoundReaction]:
    for line in _REACTIONS.finditer(body):
        for one in line[1].split(", "):
            name, colon, emoji = one.rpartition(": ")
            if colon and name and emoji:
                yield FoundReaction(person_id=_person(name), person_name=name, emoji=emoji)
