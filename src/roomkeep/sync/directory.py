"""The server directory: who owns a room's list of channels, its members and its rights.

`ServerDirectory` is the port; `matrix_directory` is its adapter. Everything that changes a room
gives back the whole room as the server then has it.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from roomkeep.models import Ban, Room
from roomkeep.sync.rights import Rights

__all__ = [
    "NewChannel",
    "NewRoom",
    "RoomPage",
    "RoomPreview",
    "RoomSnapshot",
    "ServerDirectory",
]


class NewChannel(Struct, frozen=True, kw_only=True):
    """A channel to make."""

    name: str
    type: Literal["text", "voice"] = "text"


class NewRoom(Struct, frozen=True, kw_only=True):
    """A room to make.

    Attributes:
        is_private: whether only those who are invited come in.
        is_listed: whether the server shows it to all.
        channels: its channels, in order.
    """

    name: str
    topic: str | None = None
    is_private: bool = False
    is_listed: bool = False
    channels: tuple[NewChannel, ...] = ()


class RoomSnapshot(Struct, frozen=True, kw_only=True):
    """A room as the server has it.

    Attributes:
        room: the room, with its channels in order and its members.
        revision: a snapshot with a greater one was asked for later, and replaces this one.
        rights: what one may do oneself.
        bans: who is kept out; empty where one may not see that.
        entered: the channels whose messages one gets.
        has_all_members: false for a very large room, whose roster has only those with a role.
        member_count: how many are in the room.
    """

    room: Room
    revision: int
    rights: Rights
    bans: tuple[Ban, ...]
    entered: frozenset[str]
    has_all_members: bool
    member_count: int


class RoomPreview(Struct, frozen=True, kw_only=True):
    """A room as those see it who are not in it.

    Attributes:
        address: what it is joined by, where its id is not enough.
        entry: how one comes in: at once, by an invite, or by asking.
    """

    id: str
    name: str
    topic: str | None
    icon: str | None
    address: str | None
    member_count: int
    entry: Literal["open", "invite", "knock"]


class RoomPage(Struct, frozen=True, kw_only=True):
    """A page of previews; `next` asks for the one after, and is None at the end."""

    rooms: tuple[RoomPreview, ...]
    next: str | None


class ServerDirectory(Protocol):
    """What owns rooms. A room's id is the server's own.

    All methods raise a `HomeserverError`; beside those that each names, `NotReachable`,
    `RateLimited`, `ServerFailed` and `UnknownToken` may come from any.
    """

    async def create_room(self, new: NewRoom) -> RoomSnapshot:
        """Make a room with its channels.

        Raises:
            CreatedInPart: the room is there, and lacks channels.
            NoRight: the server lets the account make none.
        """
        ...

    async def join_room(self, address: str, *, via: Sequence[str] = ()) -> RoomSnapshot:
        """Enter a room by its id or address, or take an invite.

        Raises:
            Banned: one is kept out.
            InviteGone: it takes only those who are invited, and one is not, or not any more.
            NotFound: there is no such room.
            RoomNotSupported: its version is unknown to the server.
            ServerFull: the server takes no more.
        """
        ...

    async def view_room(self, room_id: str) -> RoomSnapshot:
        """Return a room that one is in.

        Raises:
            Banned: one was put out for good.
            NoRight: one is not in it.
        """
        ...

    async def leave_room(self, room_id: str) -> None:
        """Leave a room and all its channels, or refuse an invite."""
        ...

    async def ask_to_join(self, address: str, reason: str | None = None) -> None:
        """Ask those in a room to be let in.

        Raises:
            Banned: one is kept out.
            NoRight: the room lets nobody ask.
        """
        ...

    async def find_rooms(
        self, words: str = "", *, limit: int = 30, start: str | None = None
    ) -> RoomPage:
        """Return a page of the rooms that the server shows to all."""
        ...

    async def enter_channel(self, room_id: str, channel_id: str) -> None:
        """Begin to get a channel's messages.

        Raises:
            NoRight: it takes only some of the room.
        """
        ...

    async def add_channel(self, room_id: str, new: NewChannel) -> RoomSnapshot:
        """Add a channel at the end of a room's list.

        Raises:
            NoRight: one may not change the channels.
        """
        ...

    async def rename_channel(self, room_id: str, channel_id: str, name: str) -> RoomSnapshot:
        """Give a channel another name.

        Raises:
            NoRight: one may not.
        """
        ...

    async def order_channels(self, room_id: str, channel_ids: Sequence[str]) -> RoomSnapshot:
        """Put channels into an order; those that are not named follow, as they stood.

        Raises:
            NoRight: one may not change the channels.
        """
        ...

    async def remove_channel(self, room_id: str, channel_id: str) -> RoomSnapshot:
        """Take a channel out of a room's list; its messages stay on the server.

        Raises:
            NoRight: one may not change the channels.
        """
        ...
