"""Discord: DiscordChatExporter's JSON, one file for each channel, alone or in a zip with its media.

The fields are those that the exporter writes (`Exporting/JsonMessageWriter.cs` in
github.com/Tyrrrz/DiscordChatExporter): `guild`, `channel`, and then `messages`. Ids are unique
everywhere, and times have a zone. With "Download assets", the addresses of files are paths.
"""

from collections.abc import Iterator
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from roomkeep.archives.clock import Clock, parse_iso
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.json_stream import walk_json
from roomkeep.archives.media_types import media_type
from roomkeep.archives.records import (
    FoundChannel,
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

__all__ = ["Discord"]

_INSIDE = ((), ("messages",))
_NO_GUILD = "0"
_MESSAGES = {"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "ThreadStarterMessage"}
"""The types of messages that people or programs wrote; all others are notices."""


class _Guild(Struct):
    id: str
    name: str = ""


class _Channel(Struct):
    id: str
    name: str = ""
    category: str | None = None
    topic: str | None = None


class _Author(Struct):
    id: str
    name: str = ""
    nickname: str | None = None


class _Attachment(Struct, rename="camel"):
    url: str
    file_name: str = ""
    file_size_bytes: int | None = None


class _Sticker(Struct):
    name: str = ""


class _Embed(Struct):
    title: str | None = None
    url: str | None = None
    description: str | None = None


class _Emoji(Struct):
    name: str
    id: str | None = None


class _Reaction(Struct):
    emoji: _Emoji
    count: int = 1
    users: list[_Author] = []


class _Reference(Struct, rename="camel"):
    message_id: str | None = None


class _Message(Struct, rename="camel"):
    id: str
    type: str
    timestamp: str
    author: _Author
    content: str = ""
    timestamp_edited: str | None = None
    attachments: list[_Attachment] = []
    embeds: list[_Embed] = []
    stickers: list[_Sticker] = []
    reactions: list[_Reaction] = []
    reference: _Reference | None = None
    # Known, and of no use here.
    call_ended_timestamp: Raw | UnsetType = UNSET
    is_pinned: Raw | UnsetType = UNSET
    mentions: Raw | UnsetType = UNSET
    inline_emojis: Raw | UnsetType = UNSET


_decoder = msgspec.json.Decoder(_Message)


class Discord(Importer):
    """Reads exports of DiscordChatExporter."""

    format = "discord"

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Look for the first keys of a channel's file."""
        first = next(_channels(source), None)
        return 0.95 if first is not None else 0.0

    def read(self, answers: Answers) -> Iterator[Item]:  # noqa: ARG002 only `me` is open
        """Yield the channels and their messages."""
        yield Question("me")
        rooms: set[str] = set()
        for member in _channels(self.source):
            yield from _File(self.source, member, rooms).read()


class _File:
    """The file of one channel."""

    def __init__(self, source: Source, member: Member, rooms: set[str]) -> None:
        self._source = source
        self._member = member
        self._folder = member.name.removesuffix(member.base_name)
        self._rooms = rooms
        self._clock = Clock(None)
        self._facts: dict[str, bytes] = {}
        self._room_id = self._channel_id = ""

    def read(self) -> Iterator[Item]:
        for path, data in walk_json(self._member, _INSIDE):
            if data is None:
                if path == ("messages",):
                    yield from self._begin()
            elif path == ("messages", "*"):
                yield from self._message(data)
            elif len(path) == 1:
                self._facts[path[0]] = data

    def _begin(self) -> Iterator[Item]:
        try:
            guild = msgspec.json.decode(self._facts.get("guild", b""), type=_Guild)
            channel = msgspec.json.decode(self._facts.get("channel", b""), type=_Channel)
        except ValueError as error:
            name = shorten(self._member.name)
            raise ArchiveError(localize("archive.json_other", name=name)) from error
        # Direct messages belong to no server: each is a room.
        is_direct = guild.id == _NO_GUILD
        self._room_id = f"discord:{channel.id if is_direct else guild.id}"
        self._channel_id = "general" if is_direct else f"discord:{channel.id}"
        if self._room_id not in self._rooms:
            self._rooms.add(self._room_id)
            name = channel.name if is_direct else guild.name
            yield FoundRoom(id=self._room_id, name=name or self._room_id)
        yield FoundChannel(
            room_id=self._room_id,
            id=self._channel_id,
            name="general" if is_direct else channel.name,
        )

    def _message(self, data: bytes) -> Iterator[Item]:
        try:
            found = _decoder.decode(data)
        except ValueError:
            yield Note("message", shorten(data.decode("utf-8", "replace")))
            return
        if found.type not in _MESSAGES:
            yield Note("notice", shorten(f"{found.author.name}: {found.content or found.type}"))
            return
        for name in unknown_fields(data, _Message):
            yield Note("field", shorten(name))
        files = tuple(map(self._file, found.attachments))
        for file in files:
            if file.open is None:
                yield Note("file_missing", shorten(file.name))
        unnamed = sum(max(0, one.count - len(one.users)) for one in found.reactions)
        if unnamed:
            yield Note("reaction", shorten(found.id), unnamed)
        content = _content(found)
        if not content and not files:
            yield Note("message", shorten(data.decode("utf-8", "replace")))
            return
        time = self._time(found.timestamp, found.id)
        edited = found.timestamp_edited
        answered = found.reference.message_id if found.reference else None
        yield FoundMessage(
            id=f"discord:{found.id}",
            room_id=self._room_id,
            channel_id=self._channel_id,
            sender_id=f"discord:{found.author.id}",
            sender_name=found.author.nickname or found.author.name,
            content=content,
            time=time,
            edited_at=self._time(edited, found.id) if edited else None,
            reply_to_id=f"discord:{answered}" if answered else None,
            reactions=tuple(_reactions(found.reactions)),
            files=files,
        )

    def _time(self, text: str, id_: str) -> int:
        wall = parse_iso(text)
        place = f"{shorten(self._member.name)}, {id_}"
        if wall is None:
            raise ArchiveError(localize("archive.no_such_date", place=shorten(place)))
        return self._clock.to_ms(wall, place)

    def _file(self, found: _Attachment) -> FoundFile:
        name = found.file_name or found.url.rpartition("/")[2] or "file"
        path = self._folder + unquote(found.url).replace("\\", "/")
        member = self._source.members.get(path)
        if member is None:
            return FoundFile(name=name, mime=media_type(name), size=found.file_size_bytes)
        return FoundFile(name=name, mime=media_type(name), size=member.size, open=member.open)


def _channels(source: Source) -> Iterator[Member]:
    for member in source.members.values():
        if source.is_zip and not member.name.endswith(".json"):
            continue
        head = member.head(4_096)
        if b'"guild"' in head and b'"channel"' in head:
            yield member


def _content(found: _Message) -> str:
    parts = [found.content]
    parts += [f":{sticker.name}:" for sticker in found.stickers]
    for embed in found.embeds:
        # The preview of a link that the text holds says nothing new.
        if embed.url is None or embed.url not in found.content:
            parts += [part for part in (embed.title, embed.description, embed.url) if part]
    return "\n".join(part for part in parts if part)


def _reactions(found: list[_Reaction]) -> Iterator[FoundReaction]:
    for reaction in found:
        emoji = f":{reaction.emoji.name}:" if reaction.emoji.id else reaction.emoji.name
        for who in reaction.users:
            name = who.nickname or who.name
            yield FoundReaction(person_id=f"discord:{who.id}", person_name=name, emoji=emoji)
