"""Slack: the zip that a workspace's owner exports.

Slack's help, "How to read Slack data exports", tells what it holds: `channels.json`, `groups.json`
(private channels), `dms.json`, `mpims.json` (group messages), `users.json`, and for each channel a
folder with a list of messages for each day. https://api.slack.com/events/message describes those,
https://api.slack.com/reference/surfaces/formatting their text. Times have no question: `ts` is in
seconds since the epoch, and unique in its channel.

Files are on Slack's servers. Tools that fetch them put them into `__uploads/FILE/NAME` (slackdump).
"""

import html
import re
from collections.abc import Iterator
from typing import TypeVar

import msgspec
from msgspec import Struct

from roomkeep.archives.clock import check_time
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.formats.slack_emoji import emoji_of
from roomkeep.archives.formats.slack_types import (
    SlackChannel,
    SlackFile,
    SlackMessage,
    SlackProfile,
    SlackUser,
)
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.json_stream import walk_json
from roomkeep.archives.limits import MAX_PEOPLE
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
from roomkeep.localization import localize

__all__ = ["Slack"]

T = TypeVar("T")

_LISTS = ("channels.json", "groups.json", "mpims.json", "dms.json")
_MESSAGES = {None, "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment"}
"""The kinds of messages that people or programs wrote; all others are notices."""
_TS = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))?")
_REFERENCE = re.compile(r"<([^<>]+)>")
_EXPORT = re.compile(r" Slack export.*$", re.IGNORECASE)


class _Place(Struct, frozen=True):
    """Where the messages of a folder go."""

    room: FoundRoom
    channel_id: str
    channel_name: str
    key: str


_decoder = msgspec.json.Decoder(SlackMessage)


class Slack(Importer):
    """Reads exports of Slack."""

    format = "slack"

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Look for the lists of people and channels."""
        root = _root(source)
        if root is None:
            return 0.0
        return 0.95 if any(root + name in source.members for name in _LISTS) else 0.0

    def read(self, answers: Answers) -> Iterator[Item]:  # noqa: ARG002 only `me` is open
        """Yield the workspace, the direct messages, and all that was written."""
        root = _root(self.source)
        if root is None:
            raise ArchiveError(localize("archive.unknown_format"))
        yield Question("me")
        yield from _Export(self.source, root).read()


class _Export:
    """One export."""

    def __init__(self, source: Source, root: str) -> None:
        self._source = source
        self._root = root
        self._people: dict[str, str] = {}
        self._channels: dict[str, str] = {}
        self._team: str | None = None
        self._folders: dict[str, list[Member]] = {}

    def read(self) -> Iterator[Item]:
        self._read_people()
        rooms: set[str] = set()
        for place in self._places():
            days = self._days(place.key)
            if not days:
                continue
            if place.room.id not in rooms:
                rooms.add(place.room.id)
                yield place.room
            channel = place.channel_id, place.channel_name
            yield FoundChannel(room_id=place.room.id, id=channel[0], name=channel[1])
            for member in days:
                yield from self._day(member, place)

    def _read_people(self) -> None:
        member = self._source.members[self._root + "users.json"]
        for _, data in walk_json(member, [()]):
            if data is None:
                continue
            user = _decode(data, SlackUser, member)
            self._team = self._team or user.team_id
            profile = user.profile
            names = (profile.display_name, profile.real_name, user.real_name, user.name)
            self._people[user.id] = next((name for name in names if name), user.id)
            if len(self._people) > MAX_PEOPLE:
                raise ArchiveError(localize("archive.too_many_people", count=MAX_PEOPLE))

    def _places(self) -> Iterator[_Place]:
        name = self._source.name.rpartition("/")[2].removesuffix(".zip")
        name = _EXPORT.sub("", name)
        workspace = FoundRoom(id=f"slack:{self._team or name}", name=name)
        channels: list[tuple[str, SlackChannel]] = []
        for list_name in _LISTS:
            member = self._source.members.get(self._root + list_name)
            if member is None:
                continue
            for _, data in walk_json(member, [()]):
                if data is not None:
                    channels.append((list_name, _decode(data, SlackChannel, member)))
        self._channels = {channel.id: channel.name for _, channel in channels}
        for list_name, channel in channels:
            if list_name in ("channels.json", "groups.json"):
                id_ = f"slack:{channel.id}"
                yield _Place(workspace, id_, channel.name or channel.id, channel.name)
                continue
            people = sorted({self._name(member) for member in channel.members})
            room = FoundRoom(id=f"slack:{channel.id}", name=", ".join(people) or channel.id)
            key = channel.id if list_name == "dms.json" else channel.name
            yield _Place(room, "general", "general", key)

    def _days(self, folder: str) -> list[Member]:
        if not self._folders:
            for member in self._source.members.values():
                path = member.name.removeprefix(self._root)
                if path.endswith(".json") and path.count("/") == 1:
                    self._folders.setdefault(path.partition("/")[0], []).append(member)
        return sorted(self._folders.get(folder, ()), key=lambda member: member.name)

    def _day(self, member: Member, place: _Place) -> Iterator[Item]:
        for _, data in walk_json(member, [()]):
            if data is None:
                continue
            try:
                found = _decoder.decode(data)
            except ValueError:
                yield Note("message", shorten(data.decode("utf-8", "replace")))
                continue
            yield from self._message(found, member, place)

    def _message(self, found: SlackMessage, member: Member, place: _Place) -> Iterator[Item]:
        text = self._plain(found.text)
        if found.subtype == "tombstone":
            yield Note("deleted", shorten(text))
            return
        if found.type != "message" or found.subtype not in _MESSAGES:
            yield Note("notice", shorten(text or found.subtype or found.type))
            return
        files = tuple(self._file(file) for file in found.files or () if file is not None)
        for file in files:
            if file.open is None:
                yield Note("file_missing", shorten(file.name))
        parts = [text] if found.subtype != "me_message" else [f"_{text}_"]
        if not text:
            parts = [
                self._plain(part)
                for one in found.attachments
                for part in (one.title, one.text or one.fallback)
                if part
            ]
        content = "\n".join(part for part in parts if part)
        if not content and not files:
            yield Note("message", shorten(found.ts))
            return
        sender = found.user or found.bot_id or found.username or "unknown"
        is_reply = found.thread_ts is not None and found.thread_ts != found.ts
        yield FoundMessage(
            id=_message_id(place, found.ts),
            room_id=place.room.id,
            channel_id=place.channel_id,
            sender_id=f"slack:{sender}",
            sender_name=self._sender_name(found, sender),
            content=content,
            time=_time(found.ts, member),
            edited_at=_time(found.edited.ts, member) if found.edited else None,
            reply_to_id=_message_id(place, found.thread_ts or "") if is_reply else None,
            reactions=tuple(self._reactions(found)),
            files=files,
        )

    def _sender_name(self, found: SlackMessage, sender: str) -> str:
        profile = found.user_profile or SlackProfile()
        names = (self._people.get(sender), profile.display_name, profile.real_name, found.username)
        return next((name for name in names if name), sender)

    def _reactions(self, found: SlackMessage) -> Iterator[FoundReaction]:
        for reaction in found.reactions:
            for who in reaction.users:
                yield FoundReaction(
                    person_id=f"slack:{who}",
                    person_name=self._name(who),
                    emoji=emoji_of(reaction.name),
                )

    def _file(self, found: SlackFile) -> FoundFile:
        name = found.name or found.title or found.id
        mime = found.mimetype or media_type(name)
        member = self._source.members.get(f"{self._root}__uploads/{found.id}/{name}")
        if member is None:
            return FoundFile(name=name, mime=mime, size=found.size)
        return FoundFile(name=name, mime=mime, size=member.size, open=member.open)

    def _name(self, id_: str) -> str:
        return self._people.get(id_, id_)

    def _plain(self, text: str) -> str:
        """Return a text as it reads: names for ids, and links with their addresses."""
        return html.unescape(_REFERENCE.sub(self._refer, text))

    def _refer(self, found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target.startswith("@"):
            return f"@{self._people.get(target[1:], label or target[1:])}"
        if target.startswith("#"):
            return f"#{label or self._channels.get(target[1:], target[1:])}"
        if target.startswith("!"):
            return label or f"@{target[1:].partition('^')[0]}"
        target = target.removeprefix("mailto:")
        return target if label in ("", target) else f"{label} ({target})"


def _root(source: Source) -> str | None:
    """Return the folder of the export in the zip; None where there is none."""
    found = [name for name in source.members if name.rpartition("/")[2] == "users.json"]
    shortest = min(found, key=len, default=None)
    if shortest is None or not source.is_zip:
        return None
    return shortest.removesuffix("users.json")


def _decode(data: bytes, kind: type[T], member: Member) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except ValueError as error:
        raise ArchiveError(localize("archive.json_other", name=shorten(member.name))) from error


def _time(ts: str, member: Member) -> int:
    found = _TS.fullmatch(ts)
    place = f"{shorten(member.name)}, {shorten(ts)}"
    if found is None:
        raise ArchiveError(localize("archive.no_such_date", place=place))
    return check_time(int(found[1]) * 1_000 + int((found[2] or "0").ljust(6, "0")) // 1_000, place)


def _message_id(place: _Place, ts: str) -> str:
    return f"slack:{place.channel_id if place.channel_id != 'general' else place.room.id}:{ts}"
