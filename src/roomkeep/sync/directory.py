"""The server directory, which owns each room's channels, members and permissions.

`ServerDirectory` is the interface, `matrix_directory` its implementation on Matrix. Every change to
a room returns the state of the whole room.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from roomkeep.models import Role
from roomkeep.storage.remote import SyncedRoom

__all__ = [
    "NewChannel",
    "NewRoom",
    "RoomPage",
    "RoomPreview",
    "ServerDirectory",
]


class NewChannel(Struct, frozen=True, kw_only=True):
    """A channel to create."""

    name: str
    type: Literal["text", "voice"] = "text"


class NewRoom(Struct, frozen=True, kw_only=True):
    """A room to create.

    Attributes:
        is_private: whether people need an invitation to join.
        takes_requests: whether people who have no invitation may ask to join.
        is_listed: whether the server lists it publicly.
        channels: its channels, in order.
    """

    name: str
    topic: str | None = None
    is_private: bool = False
    takes_requests: bool = False
    is_listed: bool = False
    channels: tuple[NewChannel, ...] = ()


class RoomPreview(Struct, frozen=True, kw_only=True):
    """What a room shows to people who have not joined it.

    Attributes:
        address: its public address, if it has one.
        entry: whether anyone can join, or only by invitation or on request.
    """

    id: str
    name: str
    topic: str | None
    icon: str | None
    address: str | None
    member_count: int
    entry: Literal["open", "invite", "knock"]


class RoomPage(Struct, frozen=True, kw_only=True):
    """A page of previews; `next` is the token of the next page, None at the end."""

    rooms: tuple[RoomPreview, ...]
    next: str | None


class ServerDirectory(Protocol):
    """The server that owns rooms. Room IDs are the server's.

    Errors are subclasses of `HomeserverError`. Besides the listed errors, any method
    can raise `NotReachable`, `RateLimited`, `ServerFailed` and `UnknownToken`.
    """

    async def create_room(self, new: NewRoom, *, transaction: str | None = None) -> SyncedRoom:
        """Create a room with its channels.

        Repeating it with the same transaction ID makes nothing twice, and goes on where it ended.

        Raises:
            CreatedInPart: the room exists, but some channels are missing.
            NoRight: the account may not create rooms.
        """
        ...

    async def join_room(self, address: str, *, via: Sequence[str] = ()) -> SyncedRoom:
        """Join a room by ID, address or link, or accept an invitation.

        Raises:
            Banned: the user is banned.
            InviteGone: the room is invite-only, and there is no invitation (any more).
            MustAsk: one has to ask first: see `ask_to_join`.
            NotFound: there is no such room.
            RoomNotSupported: the server does not support the room's version.
            ServerFull: the server has reached a limit.
        """
        ...

    async def view_room(self, room_id: str) -> SyncedRoom:
        """Return a room that the user has joined.

        Raises:
            Banned: the user is banned.
            NoRight: the user has not joined it.
        """
        ...

    async def leave_room(self, room_id: str) -> None:
        """Leave a room and all its channels, decline an invitation, or withdraw a request."""
        ...

    async def ask_to_join(self, address: str, reason: str | None = None) -> None:
        """Ask to join a room.

        Raises:
            Banned: the user is banned.
            NoRight: the room does not accept requests.
        """
        ...

    async def find_rooms(
        self, words: str = "", *, limit: int = 30, start: str | None = None
    ) -> RoomPage:
        """Return a page of the server's public rooms."""
        ...

    async def enter_channel(self, room_id: str, channel_id: str) -> None:
        """Join a channel, to receive its messages.

        Raises:
            NoRight: the channel is restricted.
        """
        ...

    async def change_role(self, room_id: str, user_id: str, role: Role) -> SyncedRoom:
        """Change a person's role in a room and its channels.

        Raises:
            NoRight: the user may not, or the person or the role ranks too high.
        """
        ...

    async def add_channel(self, room_id: str, new: NewChannel) -> SyncedRoom:
        """Add a channel at the end of a room's list.

        Raises:
            NoRight: the user may not change the channels.
        """
        ...

    async def make_channel(self, room_id: str, new: NewChannel, *, transaction: str) -> str:
        """Add a channel at the end of a room's list, and return its ID.

        Repeating it with the same transaction ID makes no second channel.

        Raises:
            NoRight: the user may not change the channels.
        """
        ...

    async def rename_channel(self, room_id: str, channel_id: str, name: str) -> SyncedRoom:
        """Rename a channel.

        Raises:
            NoRight: the user may not rename it.
        """
        ...

    async def order_channels(self, room_id: str, channel_ids: Sequence[str]) -> SyncedRoom:
        """Reorder channels; unlisted channels follow in their current order.

        Raises:
            NoRight: the user may not change the channels.
        """
        ...

    async def remove_channel(self, room_id: str, channel_id: str) -> SyncedRoom:
        """Remove a channel from a room's list; its messages stay on the server.

        Raises:
            NoRight: the user may not change the channels.
        """
        ...
