"""The account as a whole, some records at a time: read for a backup, added to by a restore."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from roomkeep.models import Attachment, Ban, Message, Reaction, Record, Room, User
from roomkeep.storage.arguments import Settings
from roomkeep.storage.changes import records_saved
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.messages import save_all
from roomkeep.storage.operations.meta import SETTING
from roomkeep.storage.operations.settings import save_settings
from roomkeep.storage.operations.shared import WITH_DEPENDENTS, not_stored
from roomkeep.storage.operations.sync_records import check_not_synced
from roomkeep.storage.operations.tombstones import redact_deleted
from roomkeep.storage.operations.users import change_user
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
    """Return the next records of a store, in no order to rely on: all of it, page by page.

    Of reactions, only those come that wait for their message: the others are in theirs. Records
    that cannot be decoded are left out, and counted in `unreadable_records`.

    Args:
        tx: the transaction.
        store: the store.
        after: the `next` of the page before; None for the first page.
    """
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


@writes(*WITH_DEPENDENTS, "meta")
async def add_messages(tx: Transaction, messages: Sequence[Message]) -> int:
    """Write the messages that are not there yet; return how many were written.

    In a room on a server it is refused, as it is for bans.
    """
    await check_not_synced(tx, (message.room_id for message in messages), "room_id")
    new = await not_stored(tx, "messages", {message.id: message for message in messages})
    await save_all(tx, list(new.values()))
    return len(new)


@writes("bans", "meta")
async def add_bans(tx: Transaction, bans: Sequence[Ban]) -> int:
    """Write the bans that are not there yet; return how many were written."""
    await check_not_synced(tx, (ban.room_id for ban in bans), "room_id")
    new = await not_stored(tx, "bans", {ban.oder_id: ban for ban in bans})
    tx.put("bans", list(new.values()))
    for ban in new.values():
        tx.changes.append(records_saved("bans", {ban.oder_id: ban}, room_id=ban.room_id))
    return len(new)


@writes("users")
async def add_users(tx: Transaction, users: Sequence[User]) -> None:
    """Write the users who are not there yet; the profiles of those who are stay as they are."""
    new = await not_stored(tx, "users", {user.oder_id: user for user in users})
    if new:
        tx.put("users", list(new.values()))
        tx.changes.append(records_saved("users", new))


@writes("users")
async def restore_users(tx: Transaction, users: Sequence[User]) -> None:
    """Write the users who are not there yet; of those who are, fill in what they lack.

    Only an empty picture or bio is filled in; all else stays as it is here.
    """
    await add_users(tx, users)
    given = {user.oder_id: user for user in users if user.avatar_url or user.bio}
    for user in await tx.get_many("users", list(given), User):
        changed = {
            field: value
            for field in ("avatar_url", "bio")
            if not getattr(user, field) and (value := getattr(given[user.oder_id], field))
        }
        if changed:
            await change_user(tx, user, changed)


@writes("messages", "meta")
async def add_settings(tx: Transaction, settings: Settings) -> int:
    """Write the settings that are not there yet; return how many were written."""
    new = await not_stored(tx, "meta", {SETTING + key: key for key in settings})
    await save_settings(tx, {key: settings[key] for key in new.values()})
    return len(new)
