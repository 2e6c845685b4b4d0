"""The records that Roomkeep keeps.

Python names are snake_case; stored and transported names are camelCase. Records are frozen and
take keywords only; lists in them are tuples. Times are integer milliseconds since the epoch
(1970-01-01 UTC). Ids are non-empty strings.

Making a record does not check it. `DatabaseService` checks each one that it is given.
"""

from typing import Annotated, Final, Literal, TypeAlias, cast
from urllib.parse import quote

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

__all__ = [
    "BEGINNING_OF_TIME",
    "DEFAULT_CHANNEL_ID",
    "DELETED_MESSAGE_CONTENT",
    "END_OF_TIME",
    "MAX_LENGTH",
    "Attachment",
    "Ban",
    "BanKey",
    "Channel",
    "Id",
    "Message",
    "Milliseconds",
    "Reaction",
    "Record",
    "Role",
    "Room",
    "RoomMember",
    "TimeBound",
    "User",
    "ban_key",
]

DELETED_MESSAGE_CONTENT = "This message was deleted."
"""What every deleted message reads, whatever was stored."""

DEFAULT_CHANNEL_ID = "general"
"""The channel of a message that names none."""

# The range of JavaScript's Date (ECMAScript, section "Time Values and Time Range"); all of it is
# exact in a double, which is what a number becomes in a browser.
_MAX_TIME = 8_640_000_000_000_000

MAX_LENGTH: Final = "maxLength"
"""Where a type's `Meta.extra` names the most characters that may be written."""

Id = Annotated[str, Meta(min_length=1, extra={MAX_LENGTH: 1_024})]
# Made from two ids: percent-encoding turns a character into up to twelve.
BanKey = Annotated[str, Meta(min_length=1, extra={MAX_LENGTH: 2 * 12 * 1_024 + 1})]
# The address of a picture, which may be a `data:` URL.
Picture = Annotated[str, Meta(extra={MAX_LENGTH: 1_048_576})]
Milliseconds = Annotated[int, Meta(ge=-_MAX_TIME, le=_MAX_TIME)]
# The end of a span of time is no part of it, so that of the last time comes after it.
TimeBound = Annotated[int, Meta(ge=-_MAX_TIME, le=_MAX_TIME + 1)]
BEGINNING_OF_TIME: Final = -_MAX_TIME
"""No time is earlier."""
END_OF_TIME: Final = _MAX_TIME + 1
"""Every time is earlier."""
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Record(Struct, frozen=True, kw_only=True, rename="camel"):
    """What all records share: frozen, keywords only, camelCase where stored."""


class Reaction(Record, frozen=True, kw_only=True):
    """One person's emoji on one message; there is one per person, emoji and message.

    Attributes:
        oder_id: who reacted.
        timestamp: when, in ms.
    """

    message_id: Id
    oder_id: Id
    emoji: Id
    timestamp: Milliseconds


class Message(Record, frozen=True, kw_only=True):
    """A chat message.

    Attributes:
        timestamp: when it was written, in ms.
        edited_at: when it was last edited, in ms.
        reply_to_id: the message that this one answers.
        is_deleted: true for a tombstone: content, reactions and attachments are gone.
        reactions: always equal to the message's rows in the reactions store, in the order
            (timestamp, oder_id, emoji).
    """

    id: Id
    room_id: Id
    channel_id: Id = DEFAULT_CHANNEL_ID
    sender_id: Id
    sender_name: str
    content: str
    timestamp: Milliseconds
    edited_at: Milliseconds | None = None
    reply_to_id: Id | None = None
    is_deleted: bool = False
    reactions: tuple[Reaction, ...] = ()


class User(Record, frozen=True, kw_only=True):
    """A person's profile. The user's id is the `oder_id`."""

    oder_id: Id
    username: str
    display_name: str
    avatar_url: Picture | None = None
    status: Literal["online", "away", "busy", "offline"] = "online"
    joined_at: Milliseconds | None = None
    bio: str | None = None


class Channel(Record, frozen=True, kw_only=True):
    """A part of a room, for text or for voice.

    Attributes:
        position: its place in the room's list, from 0.
    """

    id: Id
    name: str
    type: Literal["text", "voice"]
    position: Count


Role: TypeAlias = Literal["host", "admin", "moderator", "member"]
"""What a person is in a room."""


class RoomMember(Record, frozen=True, kw_only=True):
    """A person on a room's roster. `oder_id` is the user's id."""

    oder_id: Id
    username: str
    display_name: str
    avatar_url: Picture | None = None
    role: Role = "member"
    joined_at: Milliseconds | None = None


class Room(Record, frozen=True, kw_only=True):
    """A room: its metadata, channels and members, a cache of what a server owns.

    Attributes:
        host_id: the user who owns the room.
        created_at: when it was made, in ms.
    """

    id: Id
    name: str
    topic: str | None = None
    icon: Picture | None = None
    host_id: Id
    is_private: bool = False
    created_at: Milliseconds
    channels: tuple[Channel, ...] = ()
    members: tuple[RoomMember, ...] = ()


class Ban(Record, frozen=True, kw_only=True):
    """A person kept out of a room.

    Attributes:
        oder_id: the ban's own key, not a user's id. Made from room and user when not given, so that
            one user can be banned in many rooms, and banning again in one room replaces.
        timestamp: when the ban began, in ms.
        expires_at: when it ends, in ms; None for never.
    """

    oder_id: BanKey = ""
    room_id: Id
    user_id: Id
    banned_by: Id
    display_name: str | None = None
    reason: str | None = None
    timestamp: Milliseconds
    expires_at: Milliseconds | None = None

    def __post_init__(self) -> None:
        """Make the key from room and user where none was given."""
        # A record is not checked when it is made, so these may be anything as yet.
        room_id, user_id = cast("tuple[object, object]", (self.room_id, self.user_id))
        if self.oder_id == "" and isinstance(room_id, str) and isinstance(user_id, str):
            force_setattr(self, "oder_id", ban_key(room_id, user_id))

    def is_active(self, now: int) -> bool:
        """Tell whether the ban still holds at the time `now`, in ms."""
        return self.expires_at is None or self.expires_at > now


class Attachment(Record, frozen=True, kw_only=True):
    """What is known of a file that goes with a message; the bytes are kept beside it.

    Attributes:
        size: the file's size in bytes.
        mime: its media type, such as `"image/png"`.
        created_at: when it was added, in ms.
    """

    id: Id
    message_id: Id
    filename: str
    size: Count
    mime: str
    uploader_id: Id | None = None
    created_at: Milliseconds | None = None


def ban_key(room_id: str, user_id: str) -> str:
    """Make a ban's key from room and user; two different pairs never make the same key."""
    # Percent-encoding both keeps the separator out of either part.
    return "/".join(quote(part, safe="", errors="surrogatepass") for part in (room_id, user_id))
