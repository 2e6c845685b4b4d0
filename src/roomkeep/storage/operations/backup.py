"""The account as a whole, some records at a time: read for a backup, added to by a restore."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from roomkeep.errors import InvalidRecord
from roomkeep.json_depth import is_deep
from roomkeep.models import Attachment, Ban, Message, Reaction, Record, Room, User
from roomkeep.storage.arguments import Settings, UnknownFields
from roomkeep.storage.changes import records_saved
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.message_writes import save_all
from roomkeep.storage.operations.meta import SETTING
from roomkeep.storage.operations.reactions import put_early_reactions, reaction_key
from roomkeep.storage.operations.settings import save_settings
from roomkeep.storage.operations.shared import WITH_DEPENDENTS, not_stored, put_unknown_fields
from roomkeep.storage.operations.sync_records import check_not_synced
from roomkeep.storage.operations.tombstones import redact_deleted
from roomkeep.storage.operations.users import change_user, put_users
from roomkeep.storage.schema import SCHEMA
from roomkeep.storage.transaction import Transaction
from roomkeep.storage.unknown_fields import (
    check_unknown_fields,
    only_known,
    unknown_fields,
    with_unknown_fields,
)

PAGE = 250
"""So many records are read in one transaction."""

StoreName = Literal["messages", "reactions", "attachments", "users", "rooms", "bans"]
"""A store that holds records."""

_SCHEMA_OF = {schema.record: schema for schema in SCHEMA.values()}

PageKey = str | tuple[str, ...]
"""The key of the last record of a page."""


class RecordPage(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Some records of one store; the fields of the other stores are empty.

    Attributes:
        unknown: fields of these records that this version does not know.
        left_out: how many records have such fields that could not be restored, and are not in
            `unknown`.
        next: what to give as `after` for the next page; None after the last one.
    """

    messages: tuple[Message, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    users: tuple[User, ...] = ()
    rooms: tuple[Room, ...] = ()
    bans: tuple[Ban, ...] = ()
    unknown: tuple[dict[str, Any], ...] = ()
    left_out: int = 0
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

    @property
    def as_stored(self) -> Sequence[Record | dict[str, Any]]:
        """The records; those that have unknown fields as they are stored, with these."""
        records = self.records
        if not self.unknown:
            return records
        schema = _SCHEMA_OF[type(records[0])]
        unknown = {schema.key_of(fields): fields for fields in self.unknown}
        found = (unknown.get(schema.key_of(msgspec.to_builtins(record))) for record in records)
        pairs = zip(records, found, strict=True)
        return [with_unknown_fields(one, fields) if fields else one for one, fields in pairs]


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
    kind = SCHEMA[store].record
    keys, stored = await tx.get_page(store, dict, after, PAGE)
    found: list[Any]
    try:
        found = msgspec.convert(stored, list[kind])  # type: ignore[valid-type]
    except ValueError:
        # One of them cannot be decoded. The engine passes it over, and notes it.
        _, found = await tx.get_page(store, kind, after, PAGE)
    if store == "messages":
        found = [redact_deleted(one) for one in found if isinstance(one, Message)]
    if store == "reactions":
        reactions = [one for one in found if isinstance(one, Reaction)]
        there = await tx.existing("messages", [one.message_id for one in reactions])
        found = [one for one in reactions if one.message_id not in there]
    last = keys[-1] if len(keys) == PAGE else None
    unknown = _unknown_fields(store, stored, found)
    kept = tuple(filter(_can_be_restored, unknown))
    return RecordPage(
        **{store: tuple(found)}, unknown=kept, left_out=len(unknown) - len(kept), next=last
    )


@writes(*WITH_DEPENDENTS, "meta")
async def add_messages(
    tx: Transaction, messages: Sequence[Message], unknown: UnknownFields = ()
) -> int:
    """Write the messages that are not there yet; return how many were written.

    In a room on a server it is refused, as it is for bans.

    Args:
        tx: the transaction.
        messages: the messages.
        unknown: fields of them that this version does not know, for those that are written.
    """
    await check_not_synced(tx, (message.room_id for message in messages), "room_id")
    new = await not_stored(tx, "messages", {message.id: message for message in messages})
    await save_all(tx, list(new.values()))
    await put_unknown_fields(
        tx, "messages", [one.id for one in new.values() if _is_kept_whole(one)], unknown
    )
    return len(new)


@writes("messages", "reactions")
async def add_reactions(
    tx: Transaction, reactions: Sequence[Reaction], unknown: UnknownFields = ()
) -> int:
    """Write the reactions that are not there yet, and whose message is not; return how many.

    Args:
        tx: the transaction.
        reactions: the reactions.
        unknown: fields of them that this version does not know, for those that are written.
    """
    messages = await tx.existing("messages", list({one.message_id for one in reactions}))
    waiting = {reaction_key(one): one for one in reactions if one.message_id not in messages}
    new = await not_stored(tx, "reactions", waiting)
    put_early_reactions(tx, new)
    await put_unknown_fields(tx, "reactions", new, unknown)
    return len(new)


@writes("bans", "meta")
async def add_bans(tx: Transaction, bans: Sequence[Ban], unknown: UnknownFields = ()) -> int:
    """Write the bans that are not there yet; return how many were written.

    Args:
        tx: the transaction.
        bans: the bans.
        unknown: fields of them that this version does not know, for those that are written.
    """
    await check_not_synced(tx, (ban.room_id for ban in bans), "room_id")
    new = await not_stored(tx, "bans", {ban.oder_id: ban for ban in bans})
    tx.put("bans", list(new.values()))
    await put_unknown_fields(tx, "bans", new, unknown)
    for ban in new.values():
        tx.changes.append(records_saved("bans", {ban.oder_id: ban}, room_id=ban.room_id))
    return len(new)


@writes("users")
async def add_users(tx: Transaction, users: Sequence[User]) -> None:
    """Write the users who are not there yet; the profiles of those who are stay as they are."""
    new = await not_stored(tx, "users", {user.oder_id: user for user in users})
    if new:
        put_users(tx, new)


@writes("users")
async def restore_users(
    tx: Transaction, users: Sequence[User], unknown: UnknownFields = ()
) -> None:
    """Write the users who are not there yet; of those who are, fill in what they lack.

    Only an empty picture or bio is filled in, and unknown fields; all else stays as it is here.

    Args:
        tx: the transaction.
        users: the users.
        unknown: fields of them that this version does not know.
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
    await put_unknown_fields(tx, "users", {user.oder_id for user in users}, unknown)


@writes("messages", "meta")
async def add_settings(tx: Transaction, settings: Settings) -> int:
    """Write the settings that are not there yet; return how many were written."""
    new = await not_stored(tx, "meta", {SETTING + key: key for key in settings})
    await save_settings(tx, {key: settings[key] for key in new.values()})
    return len(new)


def _unknown_fields(
    store: str, stored: Iterable[Mapping[str, Any]], records: Iterable[Record]
) -> list[dict[str, Any]]:
    """Return the unknown fields of stored records, as far as they are among `records`."""
    schema = SCHEMA[store]
    try:
        msgspec.convert(stored, list[only_known(schema.record)])  # type: ignore[misc]
    except ValueError:
        pass
    else:
        return []
    unknown = [found for one in stored if (found := unknown_fields(one, schema.record)) is not None]
    keys = {schema.key_of(msgspec.to_builtins(one)) for one in records if _is_kept_whole(one)}
    return [one for one in unknown if schema.key_of(one) in keys]


def _is_kept_whole(record: Record) -> bool:
    """Tell whether unknown fields stay: of a deleted message, they may tell what it said."""
    return not (isinstance(record, Message) and record.is_deleted)


def _can_be_restored(unknown: dict[str, Any]) -> bool:
    try:
        check_unknown_fields(unknown, "record")
    except InvalidRecord:
        return False
    return not is_deep(msgspec.json.encode({"record": unknown}))
