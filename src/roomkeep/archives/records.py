"""What importers find in an archive, whichever format it has.

An importer yields these in the order of the file: a room before its channels and messages, each
once. Times are integer milliseconds since the epoch. Ids are unique in the whole device, so they
begin with the format's name; only those of Roomkeep's own archives are unique only in their room.
"""

from collections.abc import Callable
from typing import BinaryIO, Literal, TypeAlias

from msgspec import Struct

from roomkeep.models import DEFAULT_CHANNEL_ID

__all__ = [
    "FoundChannel",
    "FoundFile",
    "FoundMessage",
    "FoundReaction",
    "FoundRoom",
    "Item",
    "Looking",
    "Note",
    "NoteKind",
    "Question",
    "QuestionKind",
]

NoteKind: TypeAlias = Literal[
    "deleted", "field", "file_missing", "file_too_large", "line", "message", "notice", "reaction"
]
"""What was left out, or not understood.

- `deleted`: a message that was deleted before the archive was made
- `field`: a field that no rule knows
- `file_missing`: a file that a message names, and the archive does not hold
- `file_too_large`: a file that is too large to keep
- `line`: a line of text that belongs to no message
- `message`: a message that cannot be read
- `notice`: a notice such as "Ann joined"
- `reaction`: reactions without the names of who reacted
"""

QuestionKind: TypeAlias = Literal["me", "time_zone", "day_first"]
"""What an archive may leave open: who of the people is the person, in which time zone its times
are, and whether 3/4 is the third of April."""


class FoundRoom(Struct, frozen=True, kw_only=True):
    """A room.

    Attributes:
        created_at: when it was made; None for the time of its first message.
    """

    id: str
    name: str
    topic: str | None = None
    created_at: int | None = None


class FoundChannel(Struct, frozen=True, kw_only=True):
    """A channel of a room. Messages may name channels that are not announced."""

    room_id: str
    id: str
    name: str


class FoundReaction(Struct, frozen=True, kw_only=True):
    """One person's reaction.

    Attributes:
        time: when; None where the archive does not tell.
    """

    person_id: str
    person_name: str
    emoji: str
    time: int | None = None


class FoundFile(Struct, frozen=True, kw_only=True):
    """A file of a message.

    Attributes:
        name: its name, without a path.
        mime: its media type, such as `"image/png"`.
        size: its size in bytes; None where the archive does not tell.
        open: opens its bytes; None where the archive does not hold them.
    """

    name: str
    mime: str
    size: int | None = None
    open: Callable[[], BinaryIO] | None = None


class FoundMessage(Struct, frozen=True, kw_only=True):
    """A message."""

    id: str
    room_id: str
    channel_id: str = DEFAULT_CHANNEL_ID
    sender_id: str
    sender_name: str
    content: str
    time: int
    edited_at: int | None = None
    reply_to_id: str | None = None
    reactions: tuple[FoundReaction, ...] = ()
    files: tuple[FoundFile, ...] = ()


class Note(Struct, frozen=True):
    """Something that was left out or not understood.

    Attributes:
        sample: the beginning of it.
        count: how many there are of it.
    """

    kind: NoteKind
    sample: str
    count: int = 1


class Question(Struct, frozen=True):
    """Something that the archive leaves open.

    Attributes:
        suggestion: the likely answer: a person's id for `"me"`, a boolean for `"day_first"`.
    """

    kind: QuestionKind
    suggestion: str | bool | None = None


class Looking(Struct, frozen=True):
    """Nothing was found for a while: a chance to do something else."""


Item: TypeAlias = FoundRoom | FoundChannel | FoundMessage | Looking | Note | Question
"""What an importer yields."""
