"""Changes: what a committed transaction did, as subscribers hear of it."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from roomkeep.models import Message
from roomkeep.storage.schema import SCHEMA

logger = logging.getLogger(__name__)

ACCOUNTS = "accounts"
"""Stands for the store where a change is about the account as a whole."""

OUTBOX = "outbox"
"""Stands for the store where a change is about what waits to be sent."""

MAX_RECORDS = 50
"""A change of more records than this names them only by their keys."""
MAX_ENCODED = 262_144
"""Changes that take more bytes than this as JSON go to other tabs without their records."""

Origin = Literal["local", "other_tab", "server"]
"""Where a change was made: by this instance, in another tab or window, or on a server."""


class Change(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What one transaction changed in one store.

    Attributes:
        store: the store's name, such as `"messages"`; `"accounts"` where the account as a whole
            was deleted (`"delete"`), or lost its data (`"clear"`); `"outbox"` where what waits to
            be sent has changed: `keys` are the ids of the records that it is about.
        action: `"put"` and `"delete"` name the records by their keys; `"clear"` means every record
            of the room, or of the store where no room is given: read again what you show of them.
        keys: the keys of the records; those of reactions are (oder_id, emoji, message_id).
        room_id: the room that all of them belong to, where there is one.
        records: the records as they are now, in the order of `keys`, where the action is `"put"`;
            empty where there are more than `MAX_RECORDS`.
        origin: where the change was made.
    """

    store: str
    action: Literal["put", "delete", "clear"]
    keys: tuple[str | tuple[str, ...], ...] = ()
    room_id: str | None = None
    records: tuple[Any, ...] = ()
    origin: Origin = "local"


def encode_changes(changes: Sequence[Change]) -> str:
    """Encode changes for another tab or process, without their records where those are large."""
    text = msgspec.json.encode(changes)
    if len(text) > MAX_ENCODED:
        text = msgspec.json.encode([structs.replace(change, records=()) for change in changes])
    return text.decode()


def decode_changes(data: str | bytes, origin: Origin) -> list[Change]:
    """Decode changes that another tab or process made; those of a server stay a server's.

    Raises:
        ValueError: they are not changes.
    """
    return [
        structs.replace(
            from_origin(change, origin),
            records=tuple(_decode_record(change.store, record) for record in change.records),
        )
        for change in msgspec.json.decode(data, type=list[Change])
    ]


def from_origin(change: Change, origin: Origin) -> Change:
    """Return a change with its origin; what a server changed stays a server's everywhere."""
    return change if change.origin == "server" else structs.replace(change, origin=origin)


def _decode_record(store: str, record: object) -> object:
    if store not in SCHEMA:
        msg = f"there is no store {store!r}"
        raise ValueError(msg)
    return msgspec.convert(record, SCHEMA[store].record)


def records_saved(
    store: str, records: Mapping[Any, object], *, room_id: str | None = None
) -> Change:
    """Return the change published when records, given by their keys, were written."""
    return Change(
        store=store,
        action="put",
        keys=tuple(records),
        room_id=room_id,
        records=tuple(records.values()) if len(records) <= MAX_RECORDS else (),
    )


def messages_saved(messages: Iterable[Message]) -> list[Change]:
    """Return the changes published when messages were written: one for each room."""
    by_room: dict[str, dict[str, Message]] = {}
    for message in messages:
        by_room.setdefault(message.room_id, {})[message.id] = message
    return [records_saved("messages", saved, room_id=room_id) for room_id, saved in by_room.items()]


def account_deleted(user_id: str) -> Change:
    """Return the change published when an account is deleted."""
    return Change(store=ACCOUNTS, action="delete", keys=(user_id,))


def account_lost() -> Change:
    """Return the change published when the platform deleted the data of an open account."""
    return Change(store=ACCOUNTS, action="clear")


def everything_changed() -> list[Change]:
    """Return the changes published when any record may have changed."""
    return [Change(store=store, action="clear") for store in SCHEMA]


Listener = Callable[[Change], None]


class ChangeFeed:
    """The subscribers to changes."""

    def __init__(self) -> None:
        self._listeners: dict[object, Listener] = {}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change from now on; call what is returned to end that."""
        ticket = object()
        self._listeners[ticket] = listener

        def unsubscribe() -> None:
            self._listeners.pop(ticket, None)

        return unsubscribe

    def publish(self, changes: Iterable[Change]) -> None:
        """Notify all subscribers. The data are committed, so one that fails is only logged."""
        for change in changes:
            for listener in tuple(self._listeners.values()):
                try:
                    listener(change)
                except Exception:
                    logger.exception("a subscriber failed on %r", change)
