"""What a database tells of itself: what was changed, what is amiss, and what room there is."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from roomkeep.models import Attachment, Ban, Message, Reaction, Record, Room, User

__all__ = [
    "ACCOUNTS",
    "Change",
    "Findings",
    "Problem",
    "RecordPage",
    "Space",
    "StoreName",
    "account_deletion",
    "account_loss",
    "saved_messages",
]


class Change(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one transaction changed in one store.

    Attributes:
        store: the store's name, such as `"messages"`; `"accounts"` where the account as a whole
            was deleted (`"delete"`), or lost what it kept (`"clear"`).
        action: `"put"` and `"delete"` name the records by their keys; `"clear"` means every record
            of the room, or of the store where no room is given: read anew what you show of them.
        keys: the keys of the records; those of reactions are (oder_id, emoji, message_id).
        room_id: the room that all of them belong to, where there is one.
    """

    store: str
    action: Literal["put", "delete", "clear"]
    keys: tuple[str | tuple[str, ...], ...] = ()
    room_id: str | None = None


ACCOUNTS = "accounts"
"""What stands for the store where a change is about the account as a whole."""


def account_deletion(user_id: str) -> Change:
    """Return what is told to whoever has an account open that is deleted."""
    return Change(store=ACCOUNTS, action="delete", keys=(user_id,))


def account_loss() -> Change:
    """Return what is told to whoever has an account open whose data the browser deleted."""
    return Change(store=ACCOUNTS, action="clear")


def saved_messages(messages: Iterable[Message]) -> list[Change]:
    """Return what is told of messages that were written: a change for each room."""
    by_room: dict[str, list[str]] = {}
    for message in messages:
        by_room.setdefault(message.room_id, []).append(message.id)
    return [
        Change(store="messages", action="put", keys=tuple(ids), room_id=room_id)
        for room_id, ids in by_room.items()
    ]


class Space(Struct, frozen=True, kw_only=True):
    """The room on the device, as far as the platform tells.

    Attributes:
        usage: how much all accounts together take, in bytes; None where that is not known.
        quota: how much they may take, in bytes; None where that is not known.
        persisted: whether the browser promised to keep the data when the device runs out of room;
            None where it makes no such promise.
    """

    usage: int | None = None
    quota: int | None = None
    persisted: bool | None = None


StoreName = Literal["messages", "reactions", "attachments", "users", "rooms", "bans"]
"""A store that holds records."""


class RecordPage(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Some records of one store; the fields of the other stores are empty.

    Attributes:
        next: where the next page begins; None after the last one.
    """

    messages: tuple[Message, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    users: tuple[User, ...] = ()
    rooms: tuple[Room, ...] = ()
    bans: tuple[Ban, ...] = ()
    next: object = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The records, whichever they are."""
        return (
            *self.messages,
            *self.reactions,
            *self.attachments,
            *self.users,
            *self.rooms,
            *self.bans,
        )


class Problem(Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that a check of the database found.

    Attributes:
        store: the store that holds the record; `"database"` for the database as a whole.
        key: the record's key, as text; empty where it is about no single record.
        kind: what is amiss.
            `"reactions"`: a message does not name the reactions that are stored for it.
            `"tombstone"`: a deleted message has something left that should be gone.
            `"unreadable"`: the record cannot be decoded.
            `"unindexed"`: the record lacks what an index goes by, so no list holds it.
            `"index"`: an index and its store do not agree.
            `"file"`: the file of an attachment is gone, or is not as long as it should be.
            `"database"`: the database file itself is damaged.
            `"waiting"`: a reaction or a file whose message is not there. It may come: no fault.
        sentence: what is amiss, in a plain sentence.
    """

    store: str
    key: str
    kind: Literal[
        "reactions",
        "tombstone",
        "unreadable",
        "unindexed",
        "index",
        "file",
        "database",
        "waiting",
    ]
    sentence: str

    @property
    def is_fault(self) -> bool:
        """It should not be so. What is no fault is told for completeness."""
        return self.kind != "waiting"

    @property
    def can_be_repaired(self) -> bool:
        """`repair` mends it, and nothing that a person wrote is lost."""
        return self.kind in ("reactions", "tombstone")


class Findings(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one step of a check found.

    Attributes:
        problems: what is amiss.
        next: where the next step begins; None after the last one.
    """

    problems: tuple[Problem, ...] = ()
    next: object = None
