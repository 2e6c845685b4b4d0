"""What a homeserver answers. Fields that are not used are not named; the decoder skips them."""

from typing import Annotated, Any, Final, TypeVar

from msgspec import Meta, Raw, Struct

from roomkeep.sync.errors import BadResponse
from roomkeep.sync.wire.call import decode

__all__ = [
    "Event",
    "Hierarchy",
    "IdentityProvider",
    "JoinedRoom",
    "KnockedRoom",
    "LeftRoom",
    "Login",
    "LoginFlow",
    "Messages",
    "Profile",
    "PublicRooms",
    "RoomSummary",
    "Skipped",
    "SyncResponse",
    "Unsigned",
    "WhoAmI",
    "events_of",
]

T = TypeVar("T")

MAX_EVENT_BYTES: Final = 262_144
"""The most bytes of one event. The protocol allows 65,536, and what a server adds to them."""
_MAX_TIME: Final = 8_640_000_000_000_000

_Id = Annotated[str, Meta(min_length=1, max_length=1_024)]
_Token = Annotated[str, Meta(min_length=1, max_length=8_192)]
# A double holds it exactly, and JavaScript's Date can show it.
_Time = Annotated[int, Meta(ge=0, le=_MAX_TIME)]
_Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Unsigned(Struct, frozen=True, kw_only=True):
    """What a server adds to an event for one who asks.

    Attributes:
        transaction_id: what this very device sent the event with.
        redacted_because: the event that redacted this one.
        prev_content: a state event's content before it.
    """

    transaction_id: Any = None
    redacted_because: Any = None
    prev_content: Any = None


class Event(Struct, frozen=True, kw_only=True):
    """An event of a room. `state_key` is None for those that are no state."""

    type: _Id
    content: dict[str, Any]
    sender: _Id = ""
    event_id: _Id = ""
    origin_server_ts: _Time = 0
    state_key: Annotated[str, Meta(max_length=1_024)] | None = None
    redacts: str | None = None
    unsigned: Unsigned = Unsigned()


class Login(Struct, frozen=True, kw_only=True):
    """A device that was signed in. Its `repr` shows no token."""

    user_id: _Id
    device_id: _Id
    access_token: _Token

    def __repr__(self) -> str:
        return f"Login({self.user_id!r}, {self.device_id!r})"


class WhoAmI(Struct, frozen=True, kw_only=True):
    """Whom a token belongs to."""

    user_id: _Id
    device_id: str | None = None


class IdentityProvider(Struct, frozen=True, kw_only=True):
    """One way to sign in by a page of the server's own choice."""

    id: _Id
    name: str = ""


class LoginFlow(Struct, frozen=True, kw_only=True):
    """A way to sign in, such as `"m.login.password"`, `"m.login.sso"` or `"m.login.token"`."""

    type: _Id
    identity_providers: tuple[IdentityProvider, ...] = ()


class Profile(Struct, frozen=True, kw_only=True, rename=None):
    """What a person shows of themselves."""

    displayname: str | None = None
    avatar_url: str | None = None


class Messages(Struct, frozen=True, kw_only=True):
    """A page of a room's timeline.

    Attributes:
        end: where the next page begins; None at the room's end.
        state: members that the events of the page are by.
        skipped: how many events could not be understood.
    """

    events: tuple[Event, ...]
    state: tuple[Event, ...]
    end: str | None
    skipped: int


class JoinedRoom(Struct, frozen=True, kw_only=True):
    """What is new in a room that one is in; for `LeftRoom`, up to one's leaving.

    Attributes:
        timeline: the events, oldest first.
        limited: whether there is a gap before them, which `prev_batch` leads into.
        state: the state before the timeline.
        ephemeral: receipts and who is typing.
        account_data: one's own, such as fully-read markers.
        members: how many are in the room; None where that did not change.
    """

    timeline: tuple[Event, ...]
    limited: bool
    prev_batch: str | None
    state: tuple[Event, ...]
    ephemeral: tuple[Event, ...]
    account_data: tuple[Event, ...]
    members: int | None


class LeftRoom(JoinedRoom, frozen=True, kw_only=True):
    """A room that one left, or was kicked or banned from."""


class KnockedRoom(Struct, frozen=True, kw_only=True):
    """A room that one is invited to, or knocked at, with the part of its state that is shown."""

    state: tuple[Event, ...]


class SyncResponse(Struct, frozen=True, kw_only=True):
    """What is new since a token.

    Attributes:
        next_batch: the token to go on from.
        skipped: how many events and rooms could not be understood.
    """

    next_batch: str
    joined: dict[str, JoinedRoom]
    left: dict[str, LeftRoom]
    invited: dict[str, KnockedRoom]
    knocked: dict[str, KnockedRoom]
    account_data: tuple[Event, ...]
    skipped: int


class RoomSummary(Struct, frozen=True, kw_only=True):
    """A room as those see it who are not in it."""

    room_id: _Id
    name: str | None = None
    topic: str | None = None
    avatar_url: str | None = None
    canonical_alias: str | None = None
    join_rule: str | None = None
    room_type: str | None = None
    num_joined_members: _Number = 0
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
    """Counts what could not be understood, and was left out."""

    def __init__(self) -> None:
        self.count = 0

    def keep(self, items: list[Raw], kind: type[T], *, max_bytes: int) -> tuple[T, ...]:
        """Decode those that can be."""
        kept: list[T] = []
        for item in items:
            # A memory view tells the size without a copy.
            if memoryview(item).nbytes > max_bytes:
                self.count += 1
                continue
            try:
                kept.append(decode(item, kind))
            except BadResponse:
                self.count += 1
        return tuple(kept)

    def events(self, items: list[Raw]) -> tuple[Event, ...]:
        """Decode those events that can be."""
        return self.keep(items, Event, max_bytes=MAX_EVENT_BYTES)


def events_of(items: list[Raw]) -> tuple[Event, ...]:
    """Decode those events that can be, and leave out the others."""
    return Skipped().events(items)
