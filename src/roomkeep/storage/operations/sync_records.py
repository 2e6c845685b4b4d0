"""The records of meta under `sync/`: what is known of a homeserver, and no change tells of.

| key | what it holds |
|---|---|
| `sync/session`, `sync/token` | the session, and the token to ask with next |
| `sync/server` | the address of the homeserver, also without a session |
| `sync/rooms` | the ids of the rooms that are on the server |
| `sync/room/ROOM` | `RoomState` |
| `sync/target/EVENT` | `Target`: what an event is here, where its id does not tell |
| `sync/event/RECORD` | the event of a reaction, or of a message from here; empty for none yet |
| `sync/edits/MESSAGE` | `Edits` |
| `sync/early/EVENT` | `Early`: what came before the event that it is about |
| `sync/media/ATTACHMENT` | the address of a file |
| `sync/gap/ROOM/CHANNEL/ID` | `Gap` |
| `sync/outbox/ID` | `OutboxEntry` |
| `sync/picture` | `OwnPicture` |
| `sync/avatar/ADDRESS` | the picture of a person or a room, as a `data:` URL |
| `sync/avatars` | the addresses of these pictures, the latest used last |
| `sync/channel/ROOM/CHANNEL` | the id that the server gave to a channel that was made here |
"""

from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from indexeddb.keys import KeyRange
from roomkeep.errors import InvalidRecord
from roomkeep.models import Channel, Record
from roomkeep.storage.asked import Asked
from roomkeep.storage.encoding import convert_value
from roomkeep.storage.remote import MessageEdit, Redaction, Rights
from roomkeep.storage.schema import MetaRecord
from roomkeep.storage.transaction import Transaction

T = TypeVar("T")

SYNC = "sync/"
SESSION = "sync/session"
SERVER = "sync/server"
TOKEN = "sync/token"  # noqa: S105 the name of a key
ROOMS = "sync/rooms"
ROOM = "sync/room/"
TARGET = "sync/target/"
EVENT = "sync/event/"
EDITS = "sync/edits/"
EARLY = "sync/early/"
MEDIA = "sync/media/"
GAP = "sync/gap/"
OUTBOX = "sync/outbox/"
CHANNEL = "sync/channel/"
PICTURE = "sync/picture"
AVATAR = "sync/avatar/"
AVATARS = "sync/avatars"


class RoomState(Record, frozen=True, kw_only=True):
    """What is known of a room on the server beside the room and its bans.

    The name, the topic and the channels are those on the server: in the room they are as they will
    be once the outbox is sent.
    """

    name: str
    topic: str | None
    channels: tuple[Channel, ...]
    revision: int
    rights: Rights
    entered: tuple[str, ...]
    has_all_members: bool
    member_count: int


class OwnPicture(Record, frozen=True, kw_only=True):
    """The user's own picture that was set from here.

    Attributes:
        address: where it is on the server.
        url: the `data:` URL that stands for it here.
    """

    address: str
    url: str


class Target(Record, frozen=True, kw_only=True):
    """What an event is here.

    Attributes:
        message_id: the message, or the message that was edited or reacted to.
        reaction: the key of the reaction; None where it is none.
        is_edit: whether it is an edit.
    """

    message_id: str
    reaction: tuple[str, str, str] | None = None
    is_edit: bool = False


class Edit(Record, frozen=True, kw_only=True):
    """An edit that is on the server."""

    event_id: str
    edited_at: int
    content: str


class Edits(Record, frozen=True, kw_only=True):
    """The edits of a message, as far as they are known.

    Attributes:
        original: what it said before all of them.
    """

    original: str
    edits: tuple[Edit, ...] = ()


class Early(Record, frozen=True, kw_only=True):
    """What came before the event that it is about."""

    edits: tuple[MessageEdit, ...] = ()
    redaction: Redaction | None = None


def channel_prefix(prefix: str, room_id: str, channel_id: str = "") -> str:
    """Return how the keys of a room, or of a channel, begin."""
    return f"{prefix}{quote(room_id, safe='')}/" + (
        f"{quote(channel_id, safe='')}/" if channel_id else ""
    )


async def read(tx: Transaction, key: str, kind: type[T]) -> T | None:
    """Return the value of a key; None where there is none that can be read."""
    found: T | None = convert(await tx.get("meta", key, MetaRecord), kind)
    return found


async def read_many(
    tx: Transaction, prefix: str, names: Iterable[str], kind: type[T]
) -> dict[str, T]:
    """Return the values of some keys that begin with `prefix`, by the rest of the key."""
    keys = [prefix + name for name in dict.fromkeys(names)]
    return _by_name(await tx.get_many("meta", keys, MetaRecord), prefix, kind)


async def read_all(tx: Transaction, prefix: str, kind: type[T]) -> dict[str, T]:
    """Return the values of all keys that begin with `prefix`, by the rest of the key, in order."""
    found = await tx.get_all("meta", MetaRecord, query=KeyRange.prefix(prefix))
    return _by_name(found, prefix, kind)


def write_many(tx: Transaction, prefix: str, values: Mapping[str, object]) -> None:
    """Write values under keys that begin with `prefix`; None deletes one."""
    kept = [
        MetaRecord(key=prefix + name, value=msgspec.to_builtins(value))
        for name, value in values.items()
        if value is not None
    ]
    gone = [prefix + name for name, value in values.items() if value is None]
    if kept:
        tx.put("meta", kept)
    if gone:
        tx.delete("meta", gone)


class Table(dict[str, Any]):
    """Values by name, of which those that change are written in the end."""

    def __init__(self, prefix: str, values: dict[str, Any]) -> None:
        super().__init__(values)
        self._prefix = prefix
        self._before = dict(values)

    def write(self, tx: Transaction) -> None:
        """Write what has changed."""
        names = [*self, *(name for name in self._before if name not in self)]
        changed = {n: self.get(n) for n in names if self.get(n) != self._before.get(n)}
        write_many(tx, self._prefix, changed)


async def delete_all(tx: Transaction, prefix: str) -> None:
    """Delete all keys that begin with `prefix`."""
    if keys := await tx.get_all_keys("meta", query=KeyRange.prefix(prefix)):
        tx.delete("meta", keys)


def synced_rooms(tx: Transaction) -> Awaitable[frozenset[str]]:
    """Return the ids of the rooms that are on a server; none in a local account.

    It is asked for when this is called: one look-up, together with what else a rule asks for.
    """
    reading = tx.get("meta", ROOMS, MetaRecord)

    async def found() -> frozenset[str]:
        return rooms_of(await reading)

    return Asked(found)


def rooms_of(record: MetaRecord | None) -> frozenset[str]:
    """Return the rooms on a server that the record of `ROOMS` tells of."""
    return frozenset(convert(record, list[str]) or ())


async def check_not_synced(tx: Transaction, room_ids: Iterable[str], field: str) -> None:
    """Check that rooms are on no server, for what a server would not hear of.

    Raises:
        InvalidRecord: one is; it names `field`.
    """
    check_rooms(await synced_rooms(tx), room_ids, field)


def check_rooms(on_server: Collection[str], room_ids: Iterable[str], field: str) -> None:
    """Check that rooms are not among those on a server.

    Raises:
        InvalidRecord: one is; it names `field`.
    """
    if (found := next((one for one in room_ids if one in on_server), None)) is not None:
        raise InvalidRecord(f"the room {found!r} is on a server, which would not hear", field=field)


def _by_name(found: Sequence[MetaRecord], prefix: str, kind: type[T]) -> dict[str, T]:
    values = ((one.key.removeprefix(prefix), convert(one, kind)) for one in found)
    return {name: value for name, value in values if value is not None}


def convert(record: MetaRecord | None, kind: Any) -> Any:
    """Return the value of a record as a type; None where it is not one."""
    return None if record is None else convert_value(record.value, kind)
