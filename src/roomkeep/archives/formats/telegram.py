"""Telegram Desktop: "Export chat history" or "Export Telegram data", machine-readable.

`result.json` holds one chat, or all of them in `chats.list`; a zip of the export's folder holds the
media, too. https://core.telegram.org/import-export describes the format's beginnings; the fields of
messages are those that Telegram Desktop writes (`export/output/export_output_json.cpp`).

Ids of messages are unique in their chat. Times are in `date_unixtime`; older exports have only
`date`, in the zone of the computer.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from roomkeep.archives.clock import Clock, check_time, parse_iso
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.formats.telegram_types import Message
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.json_stream import walk_json
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
from roomkeep.archives.unknown_fields import unknown_fields
from roomkeep.localization import localize

__all__ = ["Telegram"]

_INSIDE = (
    (),
    ("messages",),
    ("chats",),
    ("chats", "list"),
    ("chats", "list", "*"),
    ("chats", "list", "*", "messages"),
    ("left_chats",),
    ("left_chats", "list"),
    ("left_chats", "list", "*"),
    ("left_chats", "list", "*", "messages"),
    ("personal_information",),
)
_CHATS = ((), ("chats", "list", "*"), ("left_chats", "list", "*"))
_NOT_INCLUDED = "(File "
"""What stands in place of a path begins so: `(File not included. …)`, `(File exceeds …)`."""


_decoder = msgspec.json.Decoder(Message)


class Telegram(Importer):
    """Reads exports of Telegram Desktop."""

    format = "telegram"

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Look for the first keys of `result.json`."""
        member = _result(source)
        if member is None:
            return 0.0
        head = member.head()
        if b'"messages"' in head and b'"type"' in head and b'"date"' in head:
            return 0.9 if b'"from_id"' in head or b'"date_unixtime"' in head else 0.7
        if b'"personal_information"' in head or (b'"chats"' in head and b'"list"' in head):
            return 0.9
        return 0.6 if member.base_name == "result.json" else 0.0

    def read(self, answers: Answers) -> Iterator[Item]:
        """Yield the chats and their messages."""
        member = _result(self.source)
        if member is None:
            raise ArchiveError(localize("archive.no_messages"))
        me: str | None = None
        has_asked = False
        chat: _Chat | None = None
        for path, data in walk_json(member, _INSIDE):
            if data is None:
                if path in _CHATS:
                    chat = _Chat(self.source, member, Clock(answers.time_zone))
                continue
            if path == ("personal_information", "user_id"):
                me = f"telegram:user{data.decode('ascii', 'replace')}"
            elif chat is not None and path[-2:] == ("messages", "*"):
                if not has_asked:
                    yield Question("me", suggestion=me)
                    has_asked = True
                yield from chat.message(data)
                if chat.asks_zone and answers.time_zone is None:
                    chat.asks_zone = False
                    yield Question("time_zone")
            elif chat is not None and path[:-1] in _CHATS:
                chat.facts[path[-1]] = data


class _Chat:
    """One chat.

    Attributes:
        facts: its name, type and id, as they are written.
        asks_zone: a time without a zone was met.
    """

    def __init__(self, source: Source, member: Member, clock: Clock) -> None:
        self.facts: dict[str, bytes] = {}
        self.asks_zone = False
        self._source = source
        self._folder = member.name.removesuffix(member.base_name)
        self._clock = clock
        self._id: str | None = None

    def message(self, data: bytes) -> Iterator[Item]:
        """Yield a message, and its room before the first one."""
        if self._id is None:
            room = self._room()
            self._id = room.id
            yield room
        try:
            found = _decoder.decode(data)
        except ValueError:
            yield Note("message", shorten(data.decode("utf-8", "replace")))
            return
        if found.type != "message":
            text = " ".join(part for part in (found.actor, found.action) if part)
            yield Note("notice", shorten(text or found.type))
            return
        for name in unknown_fields(data, Message):
            yield Note("field", shorten(name))
        place = f"{self._id} {found.id}"
        files = []
        for file in self._files(found):
            if file.open is None:
                yield Note("file_missing", shorten(file.name))
            files.append(file)
        reactions, unnamed = self._reactions(found, place)
        if unnamed:
            yield Note("reaction", shorten(place), unnamed)
        content = _content(found)
        if not content and not files:
            yield Note("message", shorten(data.decode("utf-8", "replace")))
            return
        answered = found.reply_to_message_id
        yield FoundMessage(
            id=self._message_id(found.id),
            room_id=self._id,
            sender_id=_person(found.sender_id, found.sender),
            sender_name=found.sender or localize("archive.deleted_person"),
            content=content,
            time=self._time(found.date_unixtime, found.date, place),
            edited_at=(
                self._time(found.edited_unixtime, found.edited or "", place)
                if found.edited_unixtime or found.edited
                else None
            ),
            reply_to_id=None if answered is None else self._message_id(answered),
            reactions=tuple(reactions),
            files=tuple(files),
        )

    def _room(self) -> FoundRoom:
        try:
            id_ = msgspec.json.decode(self.facts.get("id", b"null"), type=int | str | None)
            name = msgspec.json.decode(self.facts.get("name", b"null"), type=str | None)
        except ValueError as error:
            raise ArchiveError(localize("archive.telegram_no_chat")) from error
        if id_ is None:
            raise ArchiveError(localize("archive.telegram_no_chat"))
        # Saved messages are a chat without a name, as is one with a person who left.
        return FoundRoom(id=f"telegram:{id_}", name=name or localize("archive.telegram_saved"))

    def _message_id(self, id_: int) -> str:
        return f"{self._id}:{id_}"

    def _time(self, unix: str | None, iso: str, place: str) -> int:
        if unix is not None and unix.isdecimal():
            return check_time(int(unix[:18]) * 1_000, place)
        wall = parse_iso(iso)
        if wall is None:
            raise ArchiveError(localize("archive.no_such_date", place=shorten(place)))
        self.asks_zone = True
        return self._clock.to_ms(wall, place)

    def _files(self, found: Message) -> Iterator[FoundFile]:
        for path, size in (
            (found.photo, found.photo_file_size),
            (found.file, found.file_size),
        ):
            if path is None:
                continue
            member = self._source.members.get(self._folder + path)
            if path.startswith(_NOT_INCLUDED):
                path = found.media_type or "photo"  # noqa: PLW2901
            name = found.file_name or path.rpartition("/")[2]
            mime = (found.mime_type if path != found.photo else None) or media_type(name)
            if member is None:
                yield FoundFile(name=name, mime=mime, size=size)
            else:
                yield FoundFile(name=name, mime=mime, size=member.size, open=member.open)

    def _reactions(self, found: Message, place: str) -> tuple[list[FoundReaction], int]:
        """Return the reactions, and how many there are without a name."""
        named: list[FoundReaction] = []
        unnamed = 0
        for reaction in found.reactions:
            unnamed += max(0, reaction.count - len(reaction.recent))
            for one in reaction.recent:
                if reaction.emoji is None or one.person_id is None:
                    unnamed += 1
                    continue
                named.append(
                    FoundReaction(
                        person_id=_person(one.person_id, one.person),
                        person_name=one.person or localize("archive.deleted_person"),
                        emoji=reaction.emoji,
                        time=self._time(None, one.date, place) if one.date else None,
                    )
                )
        return named, unnamed


def _result(source: Source) -> Member | None:
    if not source.is_zip:
        return source.only
    found = [member for name, member in source.members.items() if name.endswith("result.json")]
    return min(found, key=lambda member: len(member.name), default=None)


def _person(id_: str | None, name: str | None) -> str:
    return f"telegram:{id_ or name or 'deleted'}"


def _plain(text: str | list[Any]) -> str:
    """Return formatted text as it reads; a link shows its address."""
    if isinstance(text, str):
        return text
    parts: list[str] = []
    for part in text:
        if isinstance(part, str):
            parts.append(part)
        elif part.type == "text_link" and part.href and part.href != part.text:
            parts.append(f"{part.text} ({part.href})")
        else:
            parts.append(part.text)
    return "".join(parts)


def _content(found: Message) -> str:
    parts = [_plain(found.text)]
    if found.forwarded_from:
        parts.insert(0, localize("archive.forwarded", name=found.forwarded_from))
    if found.sticker_emoji and not found.file:
        parts.append(found.sticker_emoji)
    if found.poll is not None:
        parts += [_plain(found.poll.question), *(f"- {one.text}" for one in found.poll.answers)]
    if (at := found.location_information) is not None:
        parts.append(f"{at.latitude}, {at.longitude}")
    if (who := found.contact_information) is not None:
        parts.append(f"{who.first_name} {who.last_name} {who.phone_number}".strip())
    return "\n".join(part for part in parts if part)
