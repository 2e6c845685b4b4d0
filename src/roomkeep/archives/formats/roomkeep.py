"""Roomkeep's own archives: JSON lines of messages, gzipped or not. `lines` describes them."""

from collections.abc import Iterator

import msgspec

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.lines import (
    BYTE_ORDER_MARK,
    MAX_LINE,
    ArchivedMessage,
    Block,
    Reader,
    decode,
    unknown_fields,
)
from roomkeep.archives.records import (
    FoundChannel,
    FoundMessage,
    FoundReaction,
    FoundRoom,
    Item,
    Note,
    Question,
)
from roomkeep.archives.source import Source, shorten
from roomkeep.localization import localize

__all__ = ["RoomkeepArchive"]

_READ = 262_144


class RoomkeepArchive(Importer):
    """Reads Roomkeep's own archives."""

    format = "roomkeep"
    ids_are_shared = True

    @classmethod
    def recognise(cls, source: Source) -> float:
        """Decode the first line."""
        if source.only is None:
            return 0.0
        head = source.only.head(MAX_LINE).removeprefix(BYTE_ORDER_MARK)
        line = head.lstrip().partition(b"\n")[0]
        try:
            fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        except (ValueError, RecursionError):
            return 0.0
        return 0.95 if {"roomId", "senderId", "content"} <= fields.keys() else 0.0

    def read(self, answers: Answers) -> Iterator[Item]:  # noqa: ARG002 nothing is left open
        """Yield the rooms and messages."""
        yield Question("me")
        rooms: set[str] = set()
        channels: set[tuple[str, str]] = set()
        for block in self._blocks():
            for line in decode(block):
                if line.room_id not in rooms:
                    rooms.add(line.room_id)
                    yield FoundRoom(id=line.room_id, name=line.room_name or line.room_id)
                channel = (line.room_id, line.channel_id)
                if line.channel_name and channel not in channels:
                    channels.add(channel)
                    yield FoundChannel(room_id=channel[0], id=channel[1], name=line.channel_name)
                yield _message(line)
                # The bytes of files are in backups alone.
                yield from (Note("file_missing", shorten(file.name)) for file in line.files)
            count, names = unknown_fields(block)
            for name in sorted(names):
                yield Note("field", shorten(name), count)
                # A line with two of them is one line.
                count = 0

    def _blocks(self) -> Iterator[Block]:
        member = self.source.only
        if member is None:
            raise ArchiveError(localize("archive.no_messages"))
        reader = Reader()
        with member.open() as stream:
            while data := stream.read(_READ):
                yield from reader.feed(data)
        yield from reader.finish()


def _message(line: ArchivedMessage) -> FoundMessage:
    return FoundMessage(
        id=line.id,
        room_id=line.room_id,
        channel_id=line.channel_id,
        sender_id=line.sender_id,
        sender_name=line.sender_name,
        content=line.content,
        time=line.timestamp,
        edited_at=line.edited_at,
        reply_to_id=line.reply_to_id,
        reactions=tuple(
            FoundReaction(
                person_id=one.person_id,
                person_name=one.person_name,
                emoji=one.emoji,
                time=one.timestamp,
            )
            for one in line.reactions
        ),
    )
