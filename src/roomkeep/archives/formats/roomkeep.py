"""Roomkeep's own archives: JSON lines of messages, gzipped or not. `lines` describes them."""

from collections.abc import Iterator

import msgspec

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.lines import (
    BYTE_ORDER_MARK,
    MAX_LINE,
    Block,
    Reader,
    decode,
    unknown_fields,
)
from roomkeep.archives.records import FoundMessage, FoundRoom, Item, Note, Question
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
        for block in self._blocks():
            for message in decode(block):
                if message.room_id not in rooms:
                    rooms.add(message.room_id)
                    yield FoundRoom(id=message.room_id, name=message.room_id)
                yield FoundMessage(
                    id=message.id,
                    room_id=message.room_id,
                    channel_id=message.channel_id,
                    sender_id=message.sender_id,
                    sender_name=message.sender_name,
                    content=message.content,
                    time=message.timestamp,
                    reply_to_id=message.reply_to_id,
                )
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
