"""What an archive holds: counted in a first pass, so that a bad file changes nothing."""

from collections.abc import Iterable

from msgspec import Struct, structs

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.limits import MAX_NAMES_SIZE, MAX_PEOPLE, MAX_PLACES, MAX_ROOMS
from roomkeep.archives.lines import (
    ArchivedMessage,
    Block,
    check_room_size,
    decode,
    unknown_fields,
)
from roomkeep.archives.shared_ids import SharedIds
from roomkeep.localization import localize
from roomkeep.models import Channel, Room, RoomMember, User

__all__ = ["ArchiveScan", "FoundRoom"]

MAX_UNKNOWN_NAMES = 5


class FoundRoom(Struct):
    """A room of an archive.

    Attributes:
        number: which one it is, from 0.
        created_at: the time of its first message, in ms.
        channels: the ids of its channels, in the order of their first messages.
        members: the ids of those who wrote in it, likewise.
    """

    number: int
    created_at: int
    channels: dict[str, None]
    members: dict[str, None]


class ArchiveScan:
    """Counts what an archive holds.

    Attributes:
        messages: how many messages.
        rooms: the rooms by their ids.
        people: the names of those who wrote, by their ids.
        shared_ids: the ids of messages that several rooms use.
        lines_with_unknown: how many lines have fields that are not imported.
        unknown: the names of some of these fields.
    """

    def __init__(self) -> None:
        self.messages = 0
        self.rooms: dict[str, FoundRoom] = {}
        self.people: dict[str, str] = {}
        self.shared_ids = SharedIds()
        self.lines_with_unknown = 0
        self.unknown: set[str] = set()
        self._places = 0
        self._names_size = 0

    def add(self, block: Block) -> None:
        """Count what is in a block.

        Raises:
            ArchiveError: a line is not a message, or there are too many of something.
        """
        found = decode(block)
        self.messages += len(found)
        for message in found:
            self._add_message(message)
        if self._places > MAX_PLACES or self._names_size > MAX_NAMES_SIZE:
            raise ArchiveError(localize("archive.too_many_places"))
        if len(self.people) > MAX_PEOPLE:
            raise ArchiveError(localize("archive.too_many_people", count=MAX_PEOPLE))
        lines, names = unknown_fields(block)
        self.lines_with_unknown += lines
        for name in sorted(names)[:MAX_UNKNOWN_NAMES]:
            if len(self.unknown) < MAX_UNKNOWN_NAMES:
                self.unknown.add(name[:40])

    def finish(self) -> None:
        """Check, after the last line, that there is anything to import.

        Raises:
            ArchiveError: there is not.
        """
        if self.messages == 0:
            raise ArchiveError(localize("archive.no_messages"))

    def check_room(self, room_id: str, host: User, known: Room | None) -> None:
        """Check that a room can be kept with all who wrote in it.

        Args:
            room_id: a room of the archive.
            host: who imports, and owns the rooms that are new.
            known: the room as it is kept already.

        Raises:
            ArchiveError: it would have too many members or channels.
        """
        found = self.rooms[room_id]
        members, channels = {host.oder_id}, set[str]()
        if known is not None:
            members = {member.oder_id for member in known.members}
            channels = {channel.id for channel in known.channels}
        check_room_size(
            room_id,
            members=len(members | found.members.keys()),
            channels=len(channels | found.channels.keys()),
        )

    def room(self, room_id: str, host: User, known: Room | None) -> Room:
        """Make the record of a room: a new one, or the one that is there with what it lacks.

        Args:
            room_id: a room of the archive.
            host: who imports, and owns the rooms that are new.
            known: the room as it is kept already.
        """
        found = self.rooms[room_id]
        if known is None:
            owner = self._member(host.oder_id, host.display_name, "host")
            known = Room(
                id=room_id,
                name=room_id,
                host_id=host.oder_id,
                created_at=found.created_at,
                members=(owner,),
            )
        channels = {channel.id: channel for channel in known.channels}
        for channel_id in found.channels:
            if channel_id not in channels:
                channels[channel_id] = Channel(
                    id=channel_id, name=channel_id, type="text", position=len(channels)
                )
        members = {member.oder_id: member for member in known.members}
        for person in found.members:
            if person not in members:
                members[person] = self._member(person, self.people[person], "member")
        return structs.replace(
            known, channels=tuple(channels.values()), members=tuple(members.values())
        )

    def users(self, ids: Iterable[str]) -> list[User]:
        """Make the profiles of some people."""
        return [
            User(
                oder_id=person,
                username=person,
                display_name=self.people[person] or person,
                status="offline",
            )
            for person in ids
        ]

    def _member(self, person: str, name: str, role: str) -> RoomMember:
        return RoomMember(
            oder_id=person,
            username=person,
            display_name=name or person,
            role=role,  # type: ignore[arg-type]
        )

    def _add_message(self, message: ArchivedMessage) -> None:
        room = self.rooms.get(message.room_id)
        if room is None:
            if len(self.rooms) == MAX_ROOMS:
                raise ArchiveError(localize("archive.too_many_rooms", count=MAX_ROOMS))
            room = FoundRoom(len(self.rooms), message.timestamp, {}, {})
            self.rooms[message.room_id] = room
            self._names_size += len(message.room_id)
        elif message.timestamp < room.created_at:
            room.created_at = message.timestamp
        self.shared_ids.add(room.number, message.id)
        if message.reply_to_id is not None:
            self.shared_ids.add(room.number, message.reply_to_id)
        if message.channel_id not in room.channels:
            room.channels[message.channel_id] = None
            self._places += 1
            self._names_size += len(message.channel_id)
        if message.sender_id not in room.members:
            room.members[message.sender_id] = None
            self._places += 1
        if message.sender_id not in self.people:
            self._names_size += len(message.sender_id) + len(message.sender_name)
            self.people[message.sender_id] = message.sender_name
