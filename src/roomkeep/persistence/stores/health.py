"""The check of an account's database, and the repair of what can be mended without a loss.

Both go through a store some records at a time, each time in a transaction of its own, so that they
keep nobody waiting however much there is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import Struct, structs

from roomkeep import records
from roomkeep.idb import Key, KeyRange
from roomkeep.models import Attachment, Ban, Message, Reaction, Room, User
from roomkeep.persistence.keys import key_at
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.schema import BY_CHANNEL_AND_TIME, SCHEMA
from roomkeep.persistence.stores.meta import MetaRecord
from roomkeep.persistence.stores.reactions import reaction_order
from roomkeep.persistence.transaction import Transaction
from roomkeep.reports import Change, Findings, Problem

PAGE = 250
"""So many records are looked at in one transaction."""

_KINDS: dict[str, type[Struct]] = {
    "messages": Message,
    "reactions": Reaction,
    "attachments": Attachment,
    "users": User,
    "rooms": Room,
    "bans": Ban,
    "meta": MetaRecord,
}
_STEPS = (*_KINDS, "indexes")


class _Place(Struct, frozen=True):
    """Where a step begins: in a store, after a key."""

    step: str
    after: Key | None = None


class _Indexed(Struct, rename="camel"):
    """What the indexes go by, in a record that may be anything else."""

    room_id: object = None
    message_id: object = None
    timestamp: object = None


class _Page(Struct):
    """Some messages, with the rows that belong to them."""

    messages: list[Message]
    reactions: dict[str, list[Reaction]]
    attachments: dict[str, list[str]]


@reads(*SCHEMA)
async def find_problems(tx: Transaction, place: Any = None) -> Findings:
    """Take one step of the check; `place` is where the step before it has ended."""
    here = place if isinstance(place, _Place) else _Place(_STEPS[0])
    if here.step == "indexes":
        return Findings(problems=tuple(await _check_indexes(tx)))
    keys, query = await _next_keys(tx, here)
    problems = await _check_records(tx, here.step, keys, query) if keys else []
    if len(keys) < PAGE:
        return Findings(problems=tuple(problems), next=_Place(_STEPS[_STEPS.index(here.step) + 1]))
    return Findings(problems=tuple(problems), next=_Place(here.step, keys[-1]))


@writes("messages", "reactions", "attachments")
async def repair(tx: Transaction, place: Any = None) -> Findings:
    """Take one step of the repair, and return what it has mended."""
    here = place if isinstance(place, _Place) else _Place("messages")
    keys, query = await _next_keys(tx, here)
    if not keys:
        return Findings()
    page = await _read_page(tx, keys, query)
    mended: list[Problem] = []
    by_room: dict[str, list[str]] = {}
    for message in page.messages:
        if (problem := _check_message(message, page)) is not None:
            await _mend(tx, message, page)
            mended.append(problem)
            by_room.setdefault(message.room_id, []).append(message.id)
    for room_id, ids in by_room.items():
        for store in ("reactions", "attachments"):
            tx.changes.append(Change(store=store, action="clear", room_id=room_id))
        tx.changes.append(Change(store="messages", action="put", keys=tuple(ids), room_id=room_id))
    last = _Place("messages", keys[-1]) if len(keys) == PAGE else None
    return Findings(problems=tuple(mended), next=last)


async def _next_keys(tx: Transaction, here: _Place) -> tuple[list[Any], KeyRange]:
    """Return the next keys of a store, and the range that they are in."""
    query = KeyRange(lower=here.after, lower_open=here.after is not None)
    keys = await tx.get_all_keys(here.step, query=query, count=PAGE)
    if not keys:
        return [], query
    return keys, replace(query, upper=keys[-1])


async def _check_records(
    tx: Transaction, store: str, keys: Sequence[Any], query: KeyRange
) -> list[Problem]:
    if store == "messages":
        page = await _read_page(tx, keys, query)
        found: Sequence[Any] = page.messages
        problems = [
            problem
            for message in page.messages
            if (problem := _check_message(message, page)) is not None
        ]
    else:
        found = await tx.get_all(store, _KINDS[store], query=query)
        problems = [] if store not in _WAITING else await _find_waiting(tx, store, found)
    problems += [
        Problem(store=store, key=one.key, kind="unreadable", sentence=one.reason)
        for one in tuple(tx.unreadable)
        if one.store == store
    ]
    if len(found) < len(keys):
        problems += await _find_unindexed(tx, store, keys, found)
    return problems


# Messages


async def _read_page(tx: Transaction, keys: Sequence[Any], query: KeyRange) -> _Page:
    # The rows lie in the order of their messages' ids, so those of a page are one range.
    span = KeyRange(keys[0], keys[-1])
    reading = tx.get_all("messages", Message, query=query)
    rows = tx.get_all("reactions", Reaction, index="messageId", query=span)
    files = tx.get_all("attachments", Attachment, index="messageId", query=span)
    page = _Page(await reading, {}, {})
    for row in await rows:
        page.reactions.setdefault(row.message_id, []).append(row)
    for file in await files:
        page.attachments.setdefault(file.message_id, []).append(file.id)
    for those in page.reactions.values():
        those.sort(key=reaction_order)
    return page


def _check_message(message: Message, page: _Page) -> Problem | None:
    rows = page.reactions.get(message.id, [])
    if message.is_deleted:
        left = {
            "its text": bool(message.content),
            "reactions": bool(rows or message.reactions),
            "files": message.id in page.attachments,
        }
        if not any(left.values()):
            return None
        what = " and ".join(name for name, is_left in left.items() if is_left)
        sentence = f"The message is deleted, but {what} of it are still there."
        if what == "its text":
            sentence = "The message is deleted, but its text is still there."
        return Problem(store="messages", key=message.id, kind="tombstone", sentence=sentence)
    if rows == list(message.reactions):
        return None
    stored = "none is" if not rows else "1 is" if len(rows) == 1 else f"{len(rows):,} are"
    sentence = (
        f"The message names {_count(len(message.reactions), 'reaction')}, but {stored} stored."
    )
    if len(rows) == len(message.reactions):
        sentence = "The message does not name the same reactions as are stored for it."
    return Problem(store="messages", key=message.id, kind="reactions", sentence=sentence)


async def _mend(tx: Transaction, message: Message, page: _Page) -> None:
    """Make a message and its rows agree: rows count; where there are none, what it says does."""
    rows = page.reactions.get(message.id, [])
    if message.is_deleted:
        tx.delete_many("reactions", [_key(row) for row in rows])
        tx.delete_many("attachments", page.attachments.get(message.id, []))
        mended = structs.replace(message, content="", reactions=())
        fields = ["content", "reactions"]
    else:
        if not rows:
            query = KeyRange.only(message.id)
            # Those that cannot be read are there all the same, and are to stay.
            taken = await tx.get_all_keys("reactions", index="messageId", query=query)
            there = {tuple(key) for key in taken}
            own = (one for one in message.reactions if one.message_id == message.id)
            new = {_key(one): one for one in own if _key(one) not in there}
            rows = sorted(new.values(), key=reaction_order)
            tx.put_many("reactions", rows)
        mended = structs.replace(message, reactions=tuple(rows))
        fields = ["reactions"]
    await tx.patch("messages", message.id, records.stored_fields(mended, fields))


def _key(reaction: Reaction) -> tuple[str, str, str]:
    return (reaction.oder_id, reaction.emoji, reaction.message_id)


# What belongs to messages

_WAITING = {"reactions": "reaction", "attachments": "file"}


async def _find_waiting(tx: Transaction, store: str, found: Iterable[Any]) -> list[Problem]:
    """Name the records whose message is not there. It may come later; or it never does."""
    owners = {record.message_id for record in found}
    lookups = {owner: tx.count("messages", query=KeyRange.only(owner)) for owner in owners}
    there = {owner: await lookup for owner, lookup in lookups.items()}
    return [
        Problem(
            store=store,
            key=record.id if isinstance(record, Attachment) else ", ".join(_key(record)),
            kind="waiting",
            sentence=f"The message of this {_WAITING[store]} is not there. It may come later.",
        )
        for record in found
        if not there[record.message_id]
    ]


# Indexes


async def _find_unindexed(
    tx: Transaction, store: str, keys: Iterable[Any], found: Iterable[Any]
) -> list[Problem]:
    """Name the unreadable records of a page that no list holds, for want of what it goes by."""
    path = SCHEMA[store].key_path
    readable = {_text(key_at(msgspec.to_builtins(record), path)) for record in found}
    problems = []
    for key in keys:
        if _text(key) in readable:
            continue
        known = len(tx.unreadable)
        stored = await tx.get(store, key, _Indexed)
        del tx.unreadable[known:]
        if stored is not None and (missing := _missing(store, stored)):
            sentence = (
                f"“{missing}” is nothing that an index can go by, so no list holds the record."
            )
            problems.append(
                Problem(store=store, key=_text(key), kind="unindexed", sentence=sentence)
            )
    return problems


async def _check_indexes(tx: Transaction) -> list[Problem]:
    """Compare each index with its store.

    The one by channel is left out: a message that names no channel is right, and not in it. Keys
    are compared only where the counts differ, which they do where records lack what an index goes
    by: that takes longer, but not for a sound database.
    """
    problems = []
    for store, schema in SCHEMA.items():
        for index in schema.indexes:
            if index == BY_CHANNEL_AND_TIME or not tx.has_index(store, index):
                continue
            held, there = tx.count(store, index=index), tx.count(store)
            if await held != await there:
                problems += await _compare(tx, store, index)
    return problems


async def _compare(tx: Transaction, store: str, index: str) -> list[Problem]:
    held = {_text(key) for key in await tx.get_all_keys(store, index=index)}
    there = {_text(key): key for key in await tx.get_all_keys(store)}
    wrong = [
        (key, f"The index {index} names a record that is not there.")
        for key in sorted(held - there.keys())
    ]
    for key in sorted(there.keys() - held):
        known = len(tx.unreadable)
        stored = await tx.get(store, there[key], _Indexed)
        del tx.unreadable[known:]
        if stored is not None and not _missing(store, stored):
            wrong.append((key, f"The index {index} lacks the record."))
    return [
        Problem(store=store, key=key, kind="index", sentence=sentence) for key, sentence in wrong
    ]


def _missing(store: str, stored: _Indexed) -> str | None:
    """Return the name of a field that an index goes by and that the record has not; None."""
    fields = msgspec.to_builtins(stored)
    for index, path in SCHEMA[store].indexes.items():
        if index == BY_CHANNEL_AND_TIME:
            continue
        for part in (path,) if isinstance(path, str) else path:
            if key_at(fields, part) is None:
                return part
    return None


def _text(key: Any) -> str:
    return str(key) if isinstance(key, str | int | float) else ", ".join(str(part) for part in key)


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
