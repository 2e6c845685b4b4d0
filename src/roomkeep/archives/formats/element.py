"""Matrix: Element's "Export chat" as JSON, alone or in a zip with its files.

element-web writes `room_name`, `room_creator`, `topic` and `messages`, which are events as the
Matrix specification describes them (`utils/exportUtils/JSONExport.ts`). Edits and reactions are
events of their own, after those that they are about, so the file is read twice. Names of files in
the zip are made from the event (`Exporter.ts`): `images/cat-DATE.png`, with the date in the
language of the app.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from roomkeep.archives.clock import check_time
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.json_stream import walk_json
from roomkeep.archives.made_ids import make_id
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
from roomkeep.localization import localize

__all__ = ["Element"]

_INSIDE = ((), ("messages",))
_FOLDERS = {"m.image": "images", "m.video": "videos", "m.audio": "audio", "m.file": "files"}
MAX_RELATIONS = 1_000_000
"""The most edits and reactions, which are all held in memory."""


class _Event(Struct):
    type: str
    sender: str
    event_id: str
    origin_server_ts: int
    content: dict[str, Any] = {}
    room_id: str | None = None
    state_key: str | None = None


_decoder = msgspec.json.Decoder(_Event)


class Element(Importer):
    """Reads exports of Element."""

    format = "matrix"

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Look for the first keys, and those of an event."""
        member = _export(source)
        if member is None:
            return 0.0
        head = member.head()
        is_known = b'"room_name"' in head or b'"room_creator"' in head
        return 0.95 if is_known and b'"messages"' in head else 0.0

    def read(self, answers: Answers) -> Iterator[Item]:  # noqa: ARG002 only `me` is open
        """Yield the room and its messages."""
        member = _export(self.source)
        if member is None:
            raise ArchiveError(localize("archive.no_messages"))
        yield Question("me")
        room = _Room(self.source, member)
        room.read_relations()
        yield from room.read()


class _Room:
    """One room."""

    def __init__(self, source: Source, member: Member) -> None:
        self._source = source
        self._member = member
        self._folder = member.name.removesuffix(member.base_name)
        self._facts: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._edits: dict[str, tuple[int, str]] = {}
        self._reactions: dict[str, list[FoundReaction]] = {}
        self._room_id = ""
        self._used: set[str] = set()

    def read_relations(self) -> None:
        """Take the names of people, and what later events say of earlier ones."""
        count = 0
        for data in self._events():
            event = _decode(data)
            if event is None:
                continue
            if event.room_id and not self._room_id:
                self._room_id = f"matrix:{event.room_id}"
            name = event.content.get("displayname")
            if event.type == "m.room.member" and isinstance(name, str) and event.state_key:
                self._names[event.state_key] = name
            count += self._relate(event)
            if count > MAX_RELATIONS:
                raise ArchiveError(localize("archive.too_many_relations", count=MAX_RELATIONS))

    def read(self) -> Iterator[Item]:
        name, topic = self._fact("room_name"), self._fact("topic")
        if not self._room_id:
            self._room_id = make_id("matrix", name)
        yield FoundRoom(id=self._room_id, name=name or self._room_id, topic=topic or None)
        for data in self._events():
            event = _decode(data)
            if event is None:
                yield Note("message", shorten(data.decode("utf-8", "replace")))
            else:
                yield from self._event(event)

    def _relate(self, event: _Event) -> int:
        kind, target, relation = _relation(event)
        if kind == "m.replace":
            body = event.content.get("m.new_content")
            text = _text(body if isinstance(body, dict) else event.content)
            if event.origin_server_ts >= self._edits.get(target, (0, ""))[0]:
                self._edits[target] = (event.origin_server_ts, text)
            return 1
        key = relation.get("key")
        if event.type == "m.reaction" and kind == "m.annotation" and isinstance(key, str) and key:
            self._reactions.setdefault(target, []).append(
                FoundReaction(
                    person_id=f"matrix:{event.sender}",
                    person_name=event.sender,
                    emoji=key,
                    time=check_time(event.origin_server_ts, event.event_id),
                )
            )
            return 1
        return 0

    def _event(self, event: _Event) -> Iterator[Item]:
        kind, _, relation = _relation(event)
        if kind == "m.replace" or event.type == "m.reaction":
            return
        if event.type not in ("m.room.message", "m.sticker"):
            is_secret = event.type == "m.room.encrypted"
            yield Note("message" if is_secret else "notice", shorten(event.type))
            return
        if not event.content:
            yield Note("deleted", shorten(event.event_id))
            return
        edited_at, text = self._edits.get(event.event_id, (None, _text(event.content)))
        file = self._file(event)
        if file is not None:
            if file.open is None:
                yield Note("file_missing", shorten(file.name))
            caption = event.content.get("filename") not in (None, text)
            text = text if caption else ""
        answer = relation.get("m.in_reply_to")
        answered = answer.get("event_id") if isinstance(answer, dict) else None
        if answered:
            text = _without_fallback(text)
        if event.content.get("msgtype") == "m.emote":
            text = f"* {self._name(event.sender)} {text}"
        if not text and file is None:
            yield Note("message", shorten(event.event_id))
            return
        yield FoundMessage(
            id=f"matrix:{event.event_id}",
            room_id=self._room_id,
            sender_id=f"matrix:{event.sender}",
            sender_name=self._name(event.sender),
            content=text,
            time=check_time(event.origin_server_ts, event.event_id),
            edited_at=None if edited_at is None else check_time(edited_at, event.event_id),
            reply_to_id=f"matrix:{answered}" if isinstance(answered, str) else None,
            reactions=tuple(
                msgspec.structs.replace(one, person_name=self._name(one.person_name))
                for one in self._reactions.get(event.event_id, ())
            ),
            files=() if file is None else (file,),
        )

    def _events(self) -> Iterator[bytes]:
        for path, data in walk_json(self._member, _INSIDE):
            if data is None:
                continue
            if path == ("messages", "*"):
                yield data
            elif len(path) == 1:
                self._facts[path[0]] = data

    def _fact(self, name: str) -> str:
        try:
            return msgspec.json.decode(self._facts.get(name, b'""'), type=str | None) or ""
        except ValueError:
            return ""

    def _name(self, user_id: str) -> str:
        return self._names.get(user_id) or user_id.removeprefix("@").partition(":")[0] or user_id

    def _file(self, event: _Event) -> FoundFile | None:
        kind = event.content.get("msgtype")
        folder = "stickers" if event.type == "m.sticker" else _FOLDERS.get(str(kind))
        if folder is None:
            return None
        name = event.content.get("filename") or event.content.get("body")
        name = name.rpartition("/")[2] if isinstance(name, str) and name else "file"
        info = event.content.get("info")
        info = info if isinstance(info, dict) else {}
        mime, size = info.get("mimetype"), info.get("size")
        mime = mime if isinstance(mime, str) else media_type(name)
        size = size if isinstance(size, int) and size >= 0 else None
        stem, dot, end = name.rpartition(".")
        start = f"{self._folder}{folder}/{stem if dot else name}-"
        for path, member in self._in_folder(folder):
            if path.startswith(start) and path.endswith(dot + end) and path not in self._used:
                self._used.add(path)
                return FoundFile(name=name, mime=mime, size=member.size, open=member.open)
        return FoundFile(name=name, mime=mime, size=size)

    def _in_folder(self, folder: str) -> list[tuple[str, Member]]:
        start = f"{self._folder}{folder}/"
        return [item for item in self._source.members.items() if item[0].startswith(start)]


def _export(source: Source) -> Member | None:
    if not source.is_zip:
        return source.only
    found = [member for name, member in source.members.items() if name.endswith(".json")]
    return found[0] if len(found) == 1 else None


def _decode(data: bytes) -> _Event | None:
    try:
        return _decoder.decode(data)
    except ValueError:
        return None


def _relation(event: _Event) -> tuple[str | None, str, dict[str, Any]]:
    """Return how an event relates to another, the other's id, and all that is said of it."""
    relation = event.content.get("m.relates_to")
    if not isinstance(relation, dict):
        return None, "", {}
    kind, target = relation.get("rel_type"), relation.get("event_id")
    if not isinstance(kind, str) or not isinstance(target, str):
        return None, "", relation
    return kind, target, relation


def _text(content: dict[str, Any]) -> str:
    body = content.get("body")
    return body if isinstance(body, str) else ""


def _without_fallback(text: str) -> str:
    """Leave out the quotation before an answer, which clients without answers would show."""
    if not text.startswith("> <"):
        return text
    lines = text.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines).lstrip("\n")
