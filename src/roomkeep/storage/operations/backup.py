"""The account as a whole, some records at a time: read for a backup, added to by a restore."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from roomkeep.models import Attachment, Ban, Message, Reaction, Record, Room, User
from roomkeep.storage.changes import record_saved
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.messages import WITH_DEPENDENTS, save_all
from roomkeep.storage.operations.tombstones import redact_deleted
from roomkeep.storage.schema import SCHEMA
from roomkeep.storage.transaction import Transaction

PAGE = 250
"""So many records are read in one transaction."""

StoreName = Literal["messages", "reactions", "attachments", "users", "rooms", "bans"]
"""A store that holds records."""

PageKey = str | tuple[str, ...]
"""The key of the last record of a page."""


class RecordPage(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Some records of one store; the fields of the other stores are empty.

    Attributes:
        next: what to give as `after` for the next page; None after the last one.
    """

    messages: tuple[Message, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    users: tuple[User, ...] = ()
    rooms: tuple[Room, ...] = ()
    bans: tuple[Ban, ...] = ()
    next: PageKey | None = None

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


@reads("messages", "reactions", "attachments", "users", "rooms", "bans")
async def get_records(
    tx: Transaction, store: StoreName, after: PageKey | None = None
) -> RecordPage:
    """Return the next records of a store; of reactions, those that wait for their message."""
    keys, records = await tx.get_page(store, SCHEMA[store].record, after, PAGE)
    found: list[Any] = records
    if store == "messages":
        found = [redact_deleted(one) for one in found if isinstance(one, Message)]
    if store == "reactions":
        reactions = [one for one in found if isinstance(one, Reaction)]
        there = await tx.existing("messages", [one.message_id for one in reactions])
        found = [one for one in reactions if one.message_id not in there]
    last = keys[-1] if len(keys) == PAGE else None
    return RecordPage(**{store: tuple(found)}, next=last)


@writes(*WITH_DEPENDENTS)
async def add_messages(tx: Transaction, messages: Sequence[Message]) -> int:
    """Write the messages that are not there yet; return how many they were."""
    by_id = {message.id: message for message in messages}
    existing = await tx.existing("messages", list(by_id))
    new = [message for id_, message in by_id.items() if id_ not in existing]
    if new:
        await save_all(tx, new)
    return len(new)


@writes("bans")
async def add_bans(tx: Transaction, bans: Sequence[Ban]) -> int:
    """Write the bans that are not there yet; return how many they were."""
    by_id = {ban.oder_id: ban for ban in bans}
    existing = await tx.existing("bans", list(by_id))
    new = [ban for oder_id, ban in by_id.items() if oder_id not in existing]
    tx.put_many("bans", new)
    for ban in new:
        tx.changes.append(record_saved("bans", ban.oder_id, ban, room_id=ban.room_id))
    return len(new)
