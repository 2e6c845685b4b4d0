"""What an event says, in terms of Roomkeep's records."""

from typing import Literal, TypeAlias

from msgspec import Struct

from roomkeep.models import Attachment, Ban, Message, Reaction, RoomMember

__all__ = [
    "FullyRead",
    "MediaFile",
    "MemberUpdate",
    "MessageEdit",
    "NewMessage",
    "NewReaction",
    "ReadUpTo",
    "Redaction",
    "RoomUpgrade",
    "TimelineUpdate",
    "Typing",
]

Membership: TypeAlias = Literal["join", "invite", "knock", "leave", "ban"]


class MediaFile(Struct, frozen=True, kw_only=True):
    """A file of a message.

    Attributes:
        attachment: what is known of it; its size is 0 where that is not said.
        url: where it is: an `mxc://` address.
        has_size: whether the size was said, and so can be checked.
    """

    attachment: Attachment
    url: str
    has_size: bool


class NewMessage(Struct, frozen=True, kw_only=True):
    """A message; its id is the event's.

    Attributes:
        message: the record, without its reactions.
        files: what goes with it.
        kind: `"encrypted"` and `"fallback"` for what Roomkeep cannot show as it is meant.
        transaction_id: what this device sent it with; None for all others' messages.
    """

    message: Message
    files: tuple[MediaFile, ...] = ()
    kind: Literal["text", "file", "encrypted", "fallback", "deleted"] = "text"
    transaction_id: str | None = None


class MessageEdit(Struct, frozen=True, kw_only=True):
    """A message's new content. It counts only where `sender_id` is the message's sender."""

    event_id: str
    message_id: str
    sender_id: str
    content: str
    edited_at: int
    transaction_id: str | None = None


class NewReaction(Struct, frozen=True, kw_only=True):
    """A reaction, which is taken back by a redaction of its event."""

    event_id: str
    reaction: Reaction
    transaction_id: str | None = None


class Redaction(Struct, frozen=True, kw_only=True):
    """An event was taken away: a message, an edit or a reaction, whichever has that id."""

    event_id: str
    target_id: str
    sender_id: str
    timestamp: int
    reason: str | None = None
    transaction_id: str | None = None


class MemberUpdate(Struct, frozen=True, kw_only=True):
    """Someone came, went, was invited or banned, or changed name or picture.

    Attributes:
        member: how the roster shows them; their role is not in the event.
        ban: the ban, where they are banned.
        by: who did it.
        is_kick: whether someone else put them out.
    """

    member: RoomMember
    membership: Membership
    by: str
    timestamp: int
    reason: str | None = None
    ban: Ban | None = None
    is_kick: bool = False


class RoomUpgrade(Struct, frozen=True, kw_only=True):
    """The room or channel goes on in another one, and takes nothing more."""

    replacement_id: str
    text: str


class ReadUpTo(Struct, frozen=True, kw_only=True):
    """Someone has read up to a message.

    Attributes:
        is_private: whether it is told to one's own devices only.
    """

    user_id: str
    event_id: str
    timestamp: int
    is_private: bool


class FullyRead(Struct, frozen=True, kw_only=True):
    """One's own marker: everything up to here was read."""

    event_id: str


class Typing(Struct, frozen=True, kw_only=True):
    """Who is typing now."""

    user_ids: tuple[str, ...]


TimelineUpdate: TypeAlias = (
    NewMessage | MessageEdit | NewReaction | Redaction | MemberUpdate | RoomUpgrade
)
