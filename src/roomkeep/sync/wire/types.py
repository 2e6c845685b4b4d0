"""The responses of a homeserver, with only the fields in use."""

from typing import Annotated, Any, Final, TypeVar

from msgspec import Meta, Raw, Struct

from roomkeep.sync.errors import BadResponse
from roomkeep.sync.wire.call import decode

__all__ = [
    "MAX_EVENTS",
    "MAX_ID",
    "MAX_TIME",
    "Event",
    "Hierarchy",
    "IdentityProvider",
    "JoinedRoom",
    "LeftRoom",
    "Login",
    "LoginFlow",
    "Messages",
    "Number",
    "PageToken",
    "Profile",
    "PublicRooms",
    "RoomSummary",
    "Skipped",
    "StrippedRoom",
    "SyncResponse",
    "Unsigned",
    "WhoAmI",
    "events_of",
]

T = TypeVar("T")

MAX_EVENT_BYTES: Final = 262_144
"""The size limit of an event. The protocol allows 65,536 bytes, plus what the server adds."""
MAX_EVENTS: Final = 1_000
"""The most events in a timeline or in a page of one, far more than are asked for."""
MAX_ID: Final = 1_024
MAX_TIME: Final = 8_640_000_000_000_000
"""The latest time, in ms: the range of JavaScript's Date."""

_Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
PageToken = Annotated[str, Meta(min_length=1, max_length=65_536)]
Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
_Token = Annotated[str, Meta(min_length=1, max_length=8_192)]
_Time = Annotated[int, Meta(ge=0, le=MAX_TIME)]


class Unsigned(Struct, frozen=True, kw_only=True):
    """Data that the server adds to an event for the requesting device.

    Attributes:
        transaction_id: the transaction ID, if this device sent the event.
        redacted_because: the event that redacted this one.
        prev_content: the previous content of a state event.
    """

    transaction_id: Any = None
    redacted_because: Any = None
    prev_content: Any = None


class Event(Struct, frozen=True, kw_only=True):
    """An event. `state_key` is None unless it is a state event."""

    type: _Id
    content: dict[str, Any]
    sender: _Id = ""
    event_id: _Id = ""
    origin_server_ts: _Time = 0
    state_key: Annotated[str, Meta(max_length=1_024)] | None = None
    redacts: str | None = None
    unsigned: Unsigned = Unsigned()


class Login(Struct, frozen=True, kw_only=True):
    """A new session. Its `repr` shows no token."""

    user_id: _Id
    device_id: _Id
    access_token: _Token

    def __repr__(self) -> str:
        return f"Login({self.user_id!r}, {self.device_id!r})"


class WhoAmI(Struct, frozen=True, kw_only=True):
    """The owner of a token."""

    user_id: _Id
    device_id: str | None = None


class IdentityProvider(Struct, frozen=True, kw_only=True):
    """A provider of single sign-on."""

    id: _Id
    name: str = ""


class LoginFlow(Struct, frozen=True, kw_only=True):
    """A way to sign in, such as `"m.login.password"`, `"m.login.sso"` or `"m.login.token"`."""

    type: _Id
    identity_providers: tuple[IdentityProvider, ...] = ()


class Profile(Struct, frozen=True, kw_only=True, rename=None):
    """A person's profile."""

    displayname: str | None = None
    avatar_url: str | None = None


class Messages(Struct, frozen=True, kw_only=True):
    """A page of a room's timeline.

    Attributes:
        end: the token of the next page; None at the end.
        state: the memberships of the page's senders.
        skipped: the number of malformed events.
    """

    events: tuple[Event, ...]
    state: tuple[Event, ...]
    end: str | None
    skipped: int


class JoinedRoom(Struct, frozen=True, kw_only=True):
    """New events in a joined room.

    Attributes:
        timeline: the events, oldest first.
        limited: whether there is a gap before them, starting at `prev_batch`.
        state: the state before the timeline.
        ephemeral: receipts and typing notices.
        account_data: the user's own data, such as the fully-read marker.
        members: the number of members; None if unchanged.
    """

    timeline: tuple[Event, ...]
    limited: bool
    prev_batch: str | None
    state: tuple[Event, ...]
    ephemeral: tuple[Event, ...]
    account_data: tuple[Event, ...]
    members: int | None


class LeftRoom(JoinedRoom, frozen=True, kw_only=True):
    """A room that the user left, or was kicked or banned from; events until then."""


class StrippedRoom(Struct, frozen=True, kw_only=True):
    """A room that the user is invited to, or asked to join, with part of its state."""

    state: tuple[Event, ...]


class SyncResponse(Struct, frozen=True, kw_only=True):
    """New events since a token.

    Attributes:
        next_batch: the token to continue from.
        skipped: the number of malformed events and rooms.
    """

    next_batch: str
    joined: dict[str, JoinedRoom]
    left: dict[str, LeftRoom]
    invited: dict[str, StrippedRoom]
    knocked: dict[str, StrippedRoom]
    account_data: tuple[Event, ...]
    skipped: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing new."""
        return not (self.joined or self.left or self.invited or self.knocked or self.account_data)


class RoomSummary(Struct, frozen=True, kw_only=True):
    """A room's public data."""

    room_id: _Id
    name: str | None = None
    topic: str | None = None
    avatar_url: str | None = None
    canonical_alias: str | None = None
    join_rule: str | None = None
    room_type: str | None = None
    num_joined_members: Number = 0
    world_readable: bool = False
    children_state: list[Raw] = []


class Hierarchy(Struct, frozen=True, kw_only=True):
    """A space and its children, the space first."""

    rooms: tuple[RoomSummary, ...]
    next_batch: str | None
    skipped: int


class PublicRooms(Struct, frozen=True, kw_only=True):
    """A page of the server's public rooms."""

    rooms: tuple[RoomSummary, ...]
    next_batch: str | None
    skipped: int


class Skipped:
    """Decodes lists, and counts the malformed items that are skipped."""

    def __init__(self) -> None:
        self.count = 0

    def keep(self, items: list[Raw], kind: type[T], *, max_bytes: int) -> tuple[T, ...]:
        """Decode the valid items."""
        kept: list[T] = []
        for item in items:
            # Get the size without a copy.
            if memoryview(item).nbytes > max_bytes:
                self.count += 1
                continue
            try:
                kept.append(decode(item, kind))
            except BadResponse:
                self.count += 1
        return tuple(kept)

    def events(self, items: list[Raw]) -> tuple[Event, ...]:
        """Decode the valid events."""
        return self.keep(items, Event, max_bytes=MAX_EVENT_BYTES)


def events_of(items: list[Raw]) -> tuple[Event, ...]:
    """Decode the valid events and skip the others."""
    return Skipped().events(items)
