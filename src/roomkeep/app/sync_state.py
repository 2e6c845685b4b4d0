"""The state of an account that is signed in to a homeserver."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from msgspec import Struct
from reaktiv import Signal

from roomkeep.app.job import Job
from roomkeep.app.moves import Move
from roomkeep.app.signals import signal
from roomkeep.persistence import MarkRead, OutboxEntry, SendMessage
from roomkeep.sync.errors import Banned, NoRight

if TYPE_CHECKING:
    # Most accounts have no homeserver, and the page does not load what is for one.
    from roomkeep.sync.batches import Invite
    from roomkeep.sync.directory import RoomPreview
    from roomkeep.sync.pending import JoinRequest, Knock

__all__ = [
    "AskedRoom",
    "Connection",
    "FoundRooms",
    "Outbox",
    "Sending",
    "SignInWays",
    "SyncState",
    "read_outbox",
]

Connection: TypeAlias = Literal["offline", "connecting", "online", "signed_out"]

_FAILURES: Final = MappingProxyType(
    {
        "encrypted": "sending.failed_encrypted",
        Banned.__name__: "sending.failed_right",
        NoRight.__name__: "sending.failed_right",
    }
)
"""The texts for the reasons why a message was not sent."""


class Sending(Struct, frozen=True):
    """How far a message is on its way to the server.

    Attributes:
        entry_id: the entry of the outbox.
        state: it waits, or was refused.
        text: the id of the text that says so.
        is_new: the message itself is not on the server; else a change of it.
    """

    entry_id: str
    state: Literal["waiting", "failed"]
    text: str
    is_new: bool


class Outbox(Struct, frozen=True):
    """What waits to be sent.

    Attributes:
        by_message: how far messages are on their way, by their ids; those on the server are left
            out.
        waiting: how many changes wait.
    """

    by_message: Mapping[str, Sending] = MappingProxyType({})
    waiting: int = 0


class FoundRooms(Struct, frozen=True, kw_only=True):
    """The public rooms that were found.

    Attributes:
        words: what was searched for.
        rooms: what was found; None while the server is asked.
        next: the token of the next page; None at the end.
    """

    words: str
    rooms: "tuple[RoomPreview, ...] | None" = None
    next: str | None = None


class SignInWays(Struct, frozen=True, kw_only=True):
    """The ways to sign in that a homeserver offers.

    Attributes:
        address: the homeserver, as it was typed.
        has_password: by a name and a password.
        has_single_sign_on: on a page of the homeserver's.
    """

    address: str
    has_password: bool
    has_single_sign_on: bool


class AskedRoom(Struct, frozen=True, kw_only=True):
    """The room of the form to ask to join it.

    Attributes:
        address: its id or address.
        name: what to call it.
    """

    address: str
    name: str


class SyncState:
    """The state of an account at its homeserver.

    Attributes:
        server: the name of the homeserver; empty for an account of this device alone.
        connection: whether the homeserver answers.
        rooms: the ids of the rooms that are on the server.
        typing: the ids of who is typing, but for oneself, by channel.
        outbox: what waits to be sent.
        invites: the invitations to rooms.
        knocks: the rooms that one has asked to join, without an answer so far.
        asking: the room of the form to ask to join it.
        requests: who asks to join a room, by its id.
        icons: the pictures of rooms on the homeserver as `data:` URLs, by their addresses.
        moves: the rooms of this device that are being moved to the homeserver, or were.
        moving: the move that is running or has ended.
        found: the public rooms that were found.
        is_busy: a dialog waits for the server, such as for a new room.
    """

    def __init__(self) -> None:
        self.server: Signal[str] = signal("")
        self.connection: Signal[Connection] = signal("connecting")
        self.rooms: Signal[frozenset[str]] = signal(frozenset())
        self.typing: Signal[Mapping[str, tuple[str, ...]]] = signal({})
        self.outbox: Signal[Outbox] = signal(Outbox())
        self.invites: Signal[tuple[Invite, ...]] = signal(())
        self.knocks: Signal[tuple[Knock, ...]] = signal(())
        self.asking: Signal[AskedRoom | None] = signal(None)
        self.requests: Signal[Mapping[str, tuple[JoinRequest, ...]]] = signal({})
        self.icons: Signal[Mapping[str, str]] = signal({})
        self.moves: Signal[Mapping[str, Move]] = signal({})
        self.moving: Signal[Job | None] = signal(None)
        self.found: Signal[FoundRooms | None] = signal(None)
        self.is_busy: Signal[bool] = signal(value=False)


def read_outbox(entries: Iterable[OutboxEntry]) -> Outbox:
    """Return what waits to be sent, for the page."""
    by_message: dict[str, Sending] = {}
    waiting = 0
    for entry in entries:
        # Nobody waits for a read marker.
        if entry.event_id is not None or isinstance(entry.request, MarkRead):
            continue
        waiting += entry.state == "waiting"
        message_id = getattr(entry.request, "message_id", None)
        is_new = isinstance(entry.request, SendMessage)
        # A change that waits is not worth a word; one that was refused is.
        if message_id is None or not (is_new or entry.state == "failed"):
            continue
        text = "sending.now"
        if entry.state == "failed":
            plain = "sending.failed" if is_new else "sending.failed_edit"
            text = _FAILURES.get(entry.error or "", plain) if is_new else plain
        sending = Sending(entry.id, entry.state, text, is_new)
        by_message.setdefault(message_id, sending)
    return Outbox(by_message, waiting)
