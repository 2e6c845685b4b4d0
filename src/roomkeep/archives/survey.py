"""What an archive holds, counted before anything is written: the preview of an import."""

from collections.abc import Iterator

from msgspec import Struct, field

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.limits import MAX_NAMES_SIZE, MAX_PEOPLE, MAX_PLACES, MAX_ROOMS
from roomkeep.archives.lines import check_room_size
from roomkeep.archives.records import (
    FoundChannel,
    FoundMessage,
    FoundRoom,
    Item,
    Note,
    NoteKind,
    Question,
    QuestionKind,
)
from roomkeep.archives.shared_ids import SharedIds
from roomkeep.localization import localize

__all__ = [
    "NoteCount",
    "RoomSurvey",
    "Survey",
    "survey_steps",
]

_MAX_SAMPLES = 5


class NoteCount(Struct):
    """How many notes of one kind there are.

    Attributes:
        samples: some of them, no two alike.
    """

    count: int = 0
    samples: list[str] = field(default_factory=list)


class RoomSurvey(Struct):
    """What a room of an archive holds.

    Attributes:
        number: which one it is, from 0.
        messages: how many messages.
        first: the time of its first message, in ms; None for none.
        last: the time of its last message, in ms.
        channels: the names of its channels by their ids, in the archive's order.
        members: how many messages each person wrote, by their ids. Who only reacted wrote none.
    """

    found: FoundRoom
    number: int
    messages: int = 0
    first: int | None = None
    last: int | None = None
    channels: dict[str, str] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)


class Survey:
    """What an archive holds.

    Attributes:
        format: the archive's format.
        questions: what the archive leaves open, by kind.
        rooms: its rooms by their ids.
        people: the names of the people by their ids.
        messages: how many messages.
        files: how many files it holds.
        files_size: how many bytes they take.
        first: the time of the first message, in ms; None for none.
        last: the time of the last message, in ms.
        notes: what was left out or not understood, by kind.
        shared_ids: ids of messages that several rooms use, of a format that has such.
    """

    def __init__(self, importer: Importer) -> None:
        self.format = importer.format
        self.questions: dict[QuestionKind, Question] = {}
        self.rooms: dict[str, RoomSurvey] = {}
        self.people: dict[str, str] = {}
        self.messages = 0
        self.files = 0
        self.files_size = 0
        self.first: int | None = None
        self.last: int | None = None
        self.notes: dict[NoteKind, NoteCount] = {}
        self.shared_ids = SharedIds() if importer.ids_are_shared else None
        self._places = 0
        self._names_size = 0

    def add(self, item: Item) -> None:
        """Count something that was found.

        Raises:
            ArchiveError: there are too many of something.
        """
        if isinstance(item, FoundMessage):
            self._add_message(item)
        elif isinstance(item, Note):
            self._add_note(item)
        elif isinstance(item, FoundRoom):
            self._add_room(item)
        elif isinstance(item, FoundChannel):
            self._add_channel(self.rooms[item.room_id], item.id, item.name)
        elif isinstance(item, Question):
            self.questions.setdefault(item.kind, item)

    def finish(self) -> Iterator[None]:
        """Check, after the last item, that there is anything to import, in short steps.

        Raises:
            ArchiveError: there is not, or a room is too large to keep.
        """
        if self.messages == 0:
            raise ArchiveError(localize("archive.no_messages"))
        for room in self.rooms.values():
            check_room_size(
                room.found.name, members=len(room.members) + 1, channels=len(room.channels)
            )
        if self.shared_ids is not None:
            yield from self.shared_ids.finish()

    def _add_message(self, message: FoundMessage) -> None:
        self.messages += 1
        room = self.rooms[message.room_id]
        room.messages += 1
        for one in (self, room):
            one.first = message.time if one.first is None else min(one.first, message.time)
            one.last = message.time if one.last is None else max(one.last, message.time)
        if message.channel_id not in room.channels:
            self._add_channel(room, message.channel_id, message.channel_id)
        if message.sender_id not in room.members:
            self._add_person(room, message.sender_id, message.sender_name)
        room.members[message.sender_id] += 1
        for reaction in message.reactions:
            self._add_person(room, reaction.person_id, reaction.person_name)
        for file in message.files:
            if file.open is not None:
                self.files += 1
                self.files_size += file.size or 0
        if self.shared_ids is not None:
            self.shared_ids.add(room.number, message.id)
            if message.reply_to_id is not None:
                self.shared_ids.add(room.number, message.reply_to_id)

    def _add_room(self, room: FoundRoom) -> None:
        if room.id in self.rooms:
            return
        if len(self.rooms) == MAX_ROOMS:
            raise ArchiveError(localize("archive.too_many_rooms", count=MAX_ROOMS))
        self.rooms[room.id] = RoomSurvey(room, len(self.rooms))
        self._count_names(room.id, room.name, room.topic or "")

    def _add_channel(self, room: RoomSurvey, id_: str, name: str) -> None:
        if id_ not in room.channels:
            self._places += 1
            room.channels[id_] = name
            self._count_names(id_, name)

    def _add_person(self, room: RoomSurvey, id_: str, name: str) -> None:
        if id_ not in room.members:
            self._places += 1
            room.members[id_] = 0
            self._count_names()
        if id_ not in self.people:
            self.people[id_] = name
            self._count_names(id_, name)
            if len(self.people) > MAX_PEOPLE:
                text = localize("archive.too_many_people", count=MAX_PEOPLE)
                raise ArchiveError(text)

    def _count_names(self, *names: str) -> None:
        self._names_size += sum(map(len, names))
        if self._places > MAX_PLACES or self._names_size > MAX_NAMES_SIZE:
            raise ArchiveError(localize("archive.too_many_places"))

    def _add_note(self, note: Note) -> None:
        counted = self.notes.setdefault(note.kind, NoteCount())
        counted.count += note.count
        if len(counted.samples) < _MAX_SAMPLES and note.sample not in counted.samples:
            counted.samples.append(note.sample)


def survey_steps(importer: Importer, answers: Answers, result: Survey) -> Iterator[None]:
    """Count an archive, item by item, so that the caller can do something else between.

    Raises:
        ArchiveError: the archive cannot be imported.
    """
    for item in importer.read(answers):
        result.add(item)
        yield
    yield from result.finish()
