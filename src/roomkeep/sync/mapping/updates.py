"""The meaning of Matrix events, in terms of Roomkeep's records."""

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
        attachment: its metadata; the size is 0 if unknown.
        url: its `mxc://` address.
        has_size: whether the size is known, and can be checked.
    """

    attachment: Attachment
    url: str
    has_size: bool


class NewMessage(Struct, frozen=True, kw_only=True):
    """A message, with the event's ID.

    Attributes:
        message: the record, without its reactions.
        files: its files.
        kind: `"encrypted"` and `"fallback"` for what Roomkeep cannot display.
        transaction_id: the transaction ID, if this device sent it.
    """

    message: Message
    files: tuple[MediaFile, ...] = ()
    kind: Literal["text", "file", "encrypted", "fallback", "deleted"] = "text"
    transaction_id: str | None = None


class MessageEdit(Struct, frozen=True, kw_only=True):
    """An edit. Apply it only if `sender_id` is the message's sender: servers deliver others too."""

    event_id: str
    message_id: str
    sender_id: str
    content: str
    edited_at: int
    transaction_id: str | None = None


class NewReaction(Struct, frozen=True, kw_only=True):
    """A reaction; a redaction of its event removes it."""

    event_id: str
    reaction: Reaction
    transaction_id: str | None = None


class Redaction(Struct, frozen=True, kw_only=True):
    """The removal of a message, an edit or a reaction."""

    event_id: str
    target_id: str
    sender_id: str
    timestamp: int
    reason: str | None = None
    transaction_id: str | None = None


class MemberUpdate(Struct, frozen=True, kw_only=True):
    """A change of someone's membership, name or avatar.

    Attributes:
        member: their entry in the roster, without a role.
        ban: the ban, if they are banned.
        by: who changed it.
        is_kick: whether someone else removed them.
    """

    member: RoomMember
    membership: Membership
    by: str
    timestamp: int
    reason: str | None = None
    ban: Ban | None = None
    is_kick: bool = False


class RoomUpgrade(Struct, frozen=True, kw_only=True):
    """The room or channel was replaced by another one."""

    replacement_id: str
    text: str


class ReadUpTo(Struct, frozen=True, kw_only=True):
    """A read receipt.

    Attributes:
        is_private: whether only the user's own devices can see it.
    """

    user_id: str
    event_id: str
    timestamp: int
    is_private: bool


class FullyRead(Struct, frozen=True, kw_only=True):
    """The user's own fully-read marker."""

    event_id: str


class Typing(Struct, frozen=True, kw_only=True):
    """The people who are typing."""

    user_ids: tuple[str, ...]


TimelineUpdate: TypeAlias = (
    NewMessage | MessageEdit | NewReaction | Redaction | MemberUpdate | RoomUpgrade
)
