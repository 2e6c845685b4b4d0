"""What the rows of a conversation show. Pure: the page does not come into it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from roomkeep.app.people import Face
from roomkeep.models import Attachment, Message

__all__ = ["Chip", "Row", "chips", "initials", "make_rows", "tint"]

TOGETHER = 5 * 60_000
"""Messages of one author that follow each other within so many ms stand together."""
TINTS = 8


class Row(Struct, frozen=True):
    """A row of a conversation.

    Attributes:
        message: what it shows.
        day: the day, where it is the first message of it; else empty.
        leads: it shows its author; those that stand together with it do not.
        is_mine: the reader wrote it.
        is_editing: it is being edited.
        reader_id: who reads.
        is_first_new: what is new begins with it.
        face: how its author looks.
        attachments: its files; None while they are not known.
    """

    message: Message
    day: str
    leads: bool
    is_mine: bool
    is_editing: bool
    reader_id: str
    face: Face
    is_first_new: bool = False
    attachments: tuple[Attachment, ...] | None = None


class Chip(Struct, frozen=True):
    """An emoji under a message.

    Attributes:
        count: how many reacted with it.
        is_mine: the reader did.
    """

    emoji: str
    count: int
    is_mine: bool

    @property
    def label(self) -> str:
        """What it says to those who hear it."""
        people = "1 reaction" if self.count == 1 else f"{self.count:,} reactions"
        return f"{self.emoji} {people}{', one of them yours' if self.is_mine else ''}"


def make_rows(
    messages: tuple[Message, ...],
    *,
    reader_id: str,
    editing: str | None,
    day: Callable[[int], str],
    new_from: str | None = None,
    faces: Mapping[str, Face] = MappingProxyType({}),
    attachments: Mapping[str, tuple[Attachment, ...]] = MappingProxyType({}),
) -> dict[str, Row]:
    """Make the rows of messages, by the messages' ids. What is new begins with `new_from`."""
    rows = {}
    before: Message | None = None
    day_before = ""
    face_before: Face | None = None
    for message in messages:
        this_day = day(message.timestamp)
        is_new_day = this_day != day_before
        face = faces.get(message.sender_id)
        if face is None:
            face = Face(message.sender_name or message.sender_id, None)
        leads = (
            before is None
            or is_new_day
            or message.id == new_from
            or before.sender_id != message.sender_id
            or face != face_before
            or message.timestamp - before.timestamp > TOGETHER
        )
        rows[message.id] = Row(
            message,
            this_day if is_new_day else "",
            leads,
            message.sender_id == reader_id,
            message.id == editing,
            reader_id,
            face,
            message.id == new_from,
            attachments.get(message.id),
        )
        before, day_before, face_before = message, this_day, face
    return rows


def chips(row: Row) -> list[Chip]:
    """Count a message's reactions, the first emoji first."""
    by_emoji: dict[str, list[str]] = {}
    for reaction in row.message.reactions:
        by_emoji.setdefault(reaction.emoji, []).append(reaction.oder_id)
    return [Chip(emoji, len(who), row.reader_id in who) for emoji, who in by_emoji.items()]


def initials(name: str) -> str:
    """Return the one or two characters that stand for a name in a small picture."""
    letters = [word for word in (part.strip("|_-[]{}`^\\<>.'\"") for part in name.split()) if word]
    if not letters:
        return "?"
    return (letters[0][0] + (letters[1][0] if len(letters) > 1 else "")).upper()


def tint(person: str) -> str:
    """Return which of the colours for people a person has; always the same."""
    return str(sum(person.encode("utf-8", "surrogatepass")) % TINTS)
