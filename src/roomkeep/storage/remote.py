"""What a homeserver says, as data: sessions, rooms, updates, gaps, and what waits to be sent.

These are the arguments and the results of the operations that synchronize an account. They name no
protocol: an id of the server's is a text, and so is a token.
"""

from typing import Annotated, Literal, TypeAlias
from urllib.parse import quote

from msgspec import Meta

from roomkeep.models import (
    MAX_LENGTH,
    Attachment,
    Ban,
    Count,
    Id,
    Message,
    Milliseconds,
    Reaction,
    Record,
    Room,
    User,
)

Token = Annotated[str, Meta(min_length=1, extra={MAX_LENGTH: 65_536})]


class SyncSession(Record, frozen=True, kw_only=True):
    """The session at a homeserver. Its `repr` shows no token.

    Attributes:
        server: the homeserver's address.
        needs_sign_in: the server ended the session, and asks to sign in again; the data stay.
    """

    server: str
    user_id: Id
    device_id: Id
    access_token: Token
    needs_sign_in: bool = False

    def __repr__(self) -> str:
        return f"SyncSession({self.server!r}, {self.user_id!r}, {self.device_id!r})"


class Rights(Record, frozen=True, kw_only=True):
    """What a person may do in a room. Acting on others also needs more power than they have."""

    invite: bool = False
    kick: bool = False
    ban: bool = False
    delete_messages: bool = False
    change_room: bool = False
    change_channels: bool = False
    change_roles: bool = False


class SyncedRoom(Record, frozen=True, kw_only=True):
    """A room's state on the server.

    Attributes:
        room: the room, with its channels in order and its members.
        revision: increases with each request; a state replaces those with a lower one.
        rights: the user's own permissions.
        bans: the room's bans; empty in a very large room.
        entered: the channels the user has joined.
        has_all_members: false for a very large room, whose roster has only members with a role.
        member_count: the number of people in the room.
    """

    room: Room
    revision: Count
    rights: Rights
    bans: tuple[Ban, ...]
    entered: tuple[Id, ...]
    has_all_members: bool
    member_count: Count


# What happened in a channel


class ServerUpdate(Record, frozen=True, kw_only=True, tag_field="update"):
    """What all updates share: a tag tells them apart."""


class MediaFile(Record, frozen=True, kw_only=True):
    """A file of a message.

    Attributes:
        attachment: its metadata; the size is 0 if unknown.
        url: its address on the server.
        has_size: whether the size is known, and can be checked.
    """

    attachment: Attachment
    url: str
    has_size: bool


class NewMessage(ServerUpdate, frozen=True, kw_only=True, tag="message"):
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


class MessageEdit(ServerUpdate, frozen=True, kw_only=True, tag="edit"):
    """An edit. It counts only if `sender_id` is the message's: servers deliver others, too."""

    event_id: Id
    message_id: Id
    sender_id: Id
    content: str
    edited_at: Milliseconds
    transaction_id: str | None = None


class NewReaction(ServerUpdate, frozen=True, kw_only=True, tag="reaction"):
    """A reaction; a redaction of its event removes it."""

    event_id: Id
    reaction: Reaction
    transaction_id: str | None = None


class Redaction(ServerUpdate, frozen=True, kw_only=True, tag="redaction"):
    """The removal of a message, an edit or a reaction."""

    event_id: Id
    target_id: Id
    sender_id: Id
    timestamp: Milliseconds
    reason: str | None = None
    transaction_id: str | None = None


TimelineUpdate: TypeAlias = NewMessage | MessageEdit | NewReaction | Redaction


class ReadUpTo(ServerUpdate, frozen=True, kw_only=True, tag="receipt"):
    """A read receipt.

    Attributes:
        is_private: whether only the user's own devices can see it.
    """

    user_id: Id
    event_id: Id
    timestamp: Milliseconds
    is_private: bool


class FullyRead(ServerUpdate, frozen=True, kw_only=True, tag="fullyRead"):
    """The user's own fully-read marker."""

    event_id: Id


class ChannelUpdates(Record, frozen=True, kw_only=True):
    """What one answer of the server says of a channel.

    Attributes:
        updates: what happened, in order.
        gap_token: where the server left out what came before: the token to ask for it.
        read_up_to: the user's own read markers and receipts; those of others are passed over.
    """

    room_id: Id
    channel_id: Id
    updates: tuple[TimelineUpdate, ...] = ()
    gap_token: Token | None = None
    read_up_to: tuple[ReadUpTo | FullyRead, ...] = ()


class SyncBatch(Record, frozen=True, kw_only=True):
    """One answer of the server, applied whole or not at all.

    Attributes:
        since: the token that was asked with; None for the first time.
        token: the token to ask with next.
        users: profiles that changed.
        left: the rooms that the user is no longer in.
    """

    since: Token | None
    token: Token
    channels: tuple[ChannelUpdates, ...] = ()
    rooms: tuple[SyncedRoom, ...] = ()
    users: tuple[User, ...] = ()
    left: tuple[Id, ...] = ()


class Edge(Record, frozen=True, kw_only=True):
    """A place in a channel's order of messages."""

    timestamp: Milliseconds
    id: Id


class Gap(Record, frozen=True, kw_only=True):
    """A place in a channel where messages are missing on this device.

    Attributes:
        token: the token to ask the server for the newest of those that are missing.
        before: the message right after the gap.
        after: the message right before it; None where nothing older is known.
    """

    id: Id
    room_id: Id
    channel_id: Id
    token: Token
    before: Edge
    after: Edge | None = None


# What waits to be sent


class OutboxRequest(Record, frozen=True, kw_only=True, tag_field="request"):
    """What all requests share: a tag tells them apart. Ids are those of the records here."""


class SendMessage(OutboxRequest, frozen=True, kw_only=True, tag="sendMessage"):
    """Send a message, and its file first."""

    message_id: Id
    content: str
    reply_to_id: Id | None = None
    attachment_id: Id | None = None


class EditMessage(OutboxRequest, frozen=True, kw_only=True, tag="editMessage"):
    """Edit a message."""

    message_id: Id
    content: str


class DeleteMessage(OutboxRequest, frozen=True, kw_only=True, tag="deleteMessage"):
    """Delete a message."""

    message_id: Id


class AddReaction(OutboxRequest, frozen=True, kw_only=True, tag="addReaction"):
    """React to a message."""

    message_id: Id
    emoji: Id


class RemoveReaction(OutboxRequest, frozen=True, kw_only=True, tag="removeReaction"):
    """Take a reaction back: `reaction_id` makes the id that `get_event_ids` knows it by."""

    message_id: Id
    emoji: Id


class MarkRead(OutboxRequest, frozen=True, kw_only=True, tag="markRead"):
    """Tell that a channel was read up to a message."""

    message_id: Id


class BanUser(OutboxRequest, frozen=True, kw_only=True, tag="banUser"):
    """Ban a person."""

    user_id: Id
    reason: str | None = None


class UnbanUser(OutboxRequest, frozen=True, kw_only=True, tag="unbanUser"):
    """Lift a person's ban."""

    user_id: Id


class AddChannel(OutboxRequest, frozen=True, kw_only=True, tag="addChannel"):
    """Add a channel at the end; `channel_id` is its id here until the server gives it one."""

    channel_id: Id
    name: str
    type: Literal["text", "voice"]


class RenameChannel(OutboxRequest, frozen=True, kw_only=True, tag="renameChannel"):
    """Rename a channel."""

    channel_id: Id
    name: str


class RemoveChannel(OutboxRequest, frozen=True, kw_only=True, tag="removeChannel"):
    """Remove a channel from the list."""

    channel_id: Id


class OrderChannels(OutboxRequest, frozen=True, kw_only=True, tag="orderChannels"):
    """Put the channels in this order."""

    channel_ids: tuple[Id, ...]


class ChangeRoom(OutboxRequest, frozen=True, kw_only=True, tag="changeRoom"):
    """Change a room's name or topic; None leaves one as it is, and an empty topic is none."""

    name: str | None = None
    topic: str | None = None


Request: TypeAlias = (
    SendMessage
    | EditMessage
    | DeleteMessage
    | AddReaction
    | RemoveReaction
    | MarkRead
    | BanUser
    | UnbanUser
    | AddChannel
    | RenameChannel
    | RemoveChannel
    | OrderChannels
    | ChangeRoom
)


class OutboxEntry(Record, frozen=True, kw_only=True):
    """What was written here, and is not yet on the server.

    Attributes:
        id: sorts in the order of writing.
        channel_id: the channel that it is about; None for the room as a whole.
        transaction_id: by which the server knows a request that it gets again.
        state: `"failed"` is final, until it is tried again.
        error: why it failed.
        event_id: the server's id, once it took the request, and until it comes back in a sync.
    """

    id: Id
    room_id: Id
    channel_id: Id | None = None
    transaction_id: Id
    request: Request
    state: Literal["waiting", "failed"] = "waiting"
    error: str | None = None
    event_id: Id | None = None


def reaction_id(message_id: str, oder_id: str, emoji: str) -> str:
    """Return the id of a reaction, as one text; different reactions never have the same."""
    return "/".join(quote(part, safe="") for part in (message_id, oder_id, emoji))
