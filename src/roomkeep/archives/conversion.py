"""From what importers find to the records that are kept: one way for all formats."""

from collections.abc import Iterable, Iterator

from roomkeep.archives.importer import Answers
from roomkeep.archives.made_ids import make_id
from roomkeep.archives.records import FoundFile, FoundMessage
from roomkeep.archives.survey import Survey
from roomkeep.models import Attachment, Channel, Message, Reaction, Role, Room, RoomMember, User

__all__ = ["Conversion"]

MAX_TEXT = 65_536
"""The most characters of a message that is kept. A longer one becomes several."""
MAX_ID = 1_024
MAX_SIZE = 2**53 - 1
MAX_NAME = 1_024


class Conversion:
    """Makes records of what an archive holds.

    Args:
        survey: what the archive holds.
        answers: what the person said.
        owner: who imports, and owns the rooms that are new.
    """

    def __init__(self, survey: Survey, answers: Answers, owner: User) -> None:
        self._survey = survey
        self._me = answers.me
        self._owner = owner

    def rooms(self) -> Iterator[Room]:
        """Make the rooms, with all who wrote in them."""
        for found in self._survey.rooms.values():
            created_at = found.found.created_at
            members = {self._owner.oder_id: self._member(self._owner.oder_id, "host")}
            for person in found.members:
                id_ = self._person_id(person)
                members.setdefault(id_, self._member(id_, "member", self._survey.people[person]))
            yield Room(
                id=_id(found.found.id),
                name=_name(found.found.name) or found.found.id,
                topic=_name(found.found.topic) if found.found.topic else None,
                host_id=self._owner.oder_id,
                created_at=(found.first or 0) if created_at is None else created_at,
                channels=tuple(
                    Channel(id=_id(id_), name=_name(name) or id_, type="text", position=position)
                    for position, (id_, name) in enumerate(found.channels.items())
                ),
                members=tuple(members.values()),
            )

    def users(self, ids: Iterable[str]) -> list[User]:
        """Make the profiles of some people of the archive; the person has one already."""
        return [
            User(
                oder_id=_id(id_),
                username=_id(id_),
                display_name=_name(self._survey.people[id_]) or _id(id_),
                status="offline",
            )
            for id_ in ids
            if id_ != self._me
        ]

    def messages(self, found: FoundMessage) -> Iterator[Message]:
        """Make the record of a message; of a very long text, several, one after the other."""
        text = _text(found.content)
        id_, sender_id = _id(found.id), self._person_id(found.sender_id)
        for start in range(0, max(1, len(text)), MAX_TEXT):
            part = start // MAX_TEXT
            yield Message(
                id=id_ if part == 0 else make_id("part", id_, str(part)),
                room_id=_id(found.room_id),
                channel_id=_id(found.channel_id),
                sender_id=sender_id,
                sender_name=self._name_of(sender_id, found.sender_name),
                content=text[start : start + MAX_TEXT],
                timestamp=found.time,
                edited_at=found.edited_at,
                reply_to_id=_id(found.reply_to_id) if found.reply_to_id and part == 0 else None,
                reactions=self._reactions(found) if part == 0 else (),
            )

    def attachment(self, found: FoundMessage, file: FoundFile, index: int, size: int) -> Attachment:
        """Make the record of a message's file.

        Args:
            found: the message.
            file: the file.
            index: which file of the message it is.
            size: its size in bytes; one that cannot be becomes 0.
        """
        return Attachment(
            id=make_id("file", found.id, str(index), file.name),
            message_id=_id(found.id),
            filename=_name(file.name) or "file",
            size=size if 0 <= size <= MAX_SIZE else 0,
            mime=_name(file.mime),
            uploader_id=self._person_id(found.sender_id),
            created_at=found.time,
        )

    def _reactions(self, found: FoundMessage) -> tuple[Reaction, ...]:
        if not found.reactions:
            return ()
        made = {
            (self._person_id(one.person_id), _id(one.emoji)): Reaction(
                message_id=_id(found.id),
                oder_id=self._person_id(one.person_id),
                emoji=_id(one.emoji),
                timestamp=found.time if one.time is None else one.time,
            )
            for one in found.reactions
        }
        return tuple(made.values())

    def _person_id(self, id_: str) -> str:
        return self._owner.oder_id if id_ == self._me else _id(id_)

    def _name_of(self, id_: str, name: str) -> str:
        return self._owner.display_name if id_ == self._owner.oder_id else _name(name)

    def _member(self, id_: str, role: Role, name: str = "") -> RoomMember:
        shown = self._name_of(id_, name) or id_
        username = self._owner.username if id_ == self._owner.oder_id else id_
        return RoomMember(oder_id=id_, username=username, display_name=shown, role=role)


def _id(text: str) -> str:
    """Return an id as it is kept: one that is too long, or no text, is replaced."""
    kept = _text(text)
    return kept if kept == text and 0 < len(text) <= MAX_ID else make_id("long", text)


def _name(text: str) -> str:
    return _text(text[:MAX_NAME])


def _text(text: str) -> str:
    """Return a text without halves of surrogate pairs, which cannot be kept."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
