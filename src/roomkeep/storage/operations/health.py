"""The check of an account's database, and the repair of what can be mended without a loss.

Both take one step at a time, each in a transaction of its own over a few records, so that they
keep nothing else waiting, however much there is.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from roomkeep.models import Attachment, Message
from roomkeep.storage.changes import Change
from roomkeep.storage.decode_errors import key_text
from roomkeep.storage.health import Findings, Position, Problem, next_page
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.message_health import (
    MessagePage,
    mend_message,
    message_problem,
    with_dependents,
)
from roomkeep.storage.operations.reactions import reaction_key
from roomkeep.storage.schema import BY_CHANNEL_AND_TIME, SCHEMA
from roomkeep.storage.transaction import Transaction

PAGE = 250
"""So many records are looked at in one transaction."""

_DAMAGE = "damage:"
"""What the part of a check is called that has the engine look at a store's files itself."""
_PARTS = (*SCHEMA, "indexes", *(_DAMAGE + store for store in SCHEMA))
_WAITING = {"reactions": "reaction", "attachments": "file"}


class _Indexed(Struct, rename="camel"):
    """What the indexes need, in a record that may hold anything else."""

    room_id: object = None
    message_id: object = None
    timestamp: object = None


@reads(*SCHEMA, exclusive=True)
async def find_problems(tx: Transaction, position: Position | None = None) -> Findings:
    """Take one step of the check, which begins where the step before has ended."""
    here = position or Position(part=_PARTS[0])
    problems: list[Problem] = []
    keys: Sequence[Any] = ()
    if here.part == "indexes":
        problems = await _check_indexes(tx)
    elif here.part.startswith(_DAMAGE):
        problems = await _check_damage(tx, here.part.removeprefix(_DAMAGE))
    elif here.part in SCHEMA:
        record = SCHEMA[here.part].record
        keys, found = await tx.get_page(here.part, record, here.after, PAGE)
        problems = await _check_records(tx, here.part, keys, found)
    following = next_page(here.part, keys, PAGE)
    if following is None and (part := dict(itertools.pairwise(_PARTS)).get(here.part)):
        following = Position(part=part)
    return Findings(problems=tuple(dict.fromkeys(problems)), next=following)


@writes("messages", "reactions", "attachments")
async def repair(tx: Transaction, position: Position | None = None) -> Findings:
    """Take one step of the repair, and return what it has mended."""
    after = None if position is None else position.after
    keys, messages = await tx.get_page("messages", Message, after, PAGE)
    mended = await mend_page(tx, await with_dependents(tx, keys, messages))
    return Findings(problems=tuple(mended), next=next_page("messages", keys, PAGE))


async def mend_page(tx: Transaction, page: MessagePage) -> list[Problem]:
    """Mend the messages of a page, and return what was wrong with them."""
    mended: list[Problem] = []
    by_room: dict[str, list[str]] = {}
    for message in page.messages:
        if (problem := message_problem(message, page)) is not None:
            await mend_message(tx, message, page)
            mended.append(problem)
            by_room.setdefault(message.room_id, []).append(message.id)
    for room_id, ids in by_room.items():
        for store in ("reactions", "attachments"):
            tx.changes.append(Change(store=store, action="clear", room_id=room_id))
        tx.changes.append(Change(store="messages", action="put", keys=tuple(ids), room_id=room_id))
    return mended


async def _check_records(
    tx: Transaction, store: str, keys: Sequence[Any], found: Sequence[Any]
) -> list[Problem]:
    problems: list[Problem] = []
    if store == "messages":
        page = await with_dependents(tx, keys, found)
        checked = (message_problem(message, page) for message in page.messages)
        problems = [problem for problem in checked if problem is not None]
    if store in _WAITING:
        problems += await _find_waiting(tx, store, found)
    if store == "attachments":
        problems += await _check_files(tx, [one for one in found if isinstance(one, Attachment)])
    problems += [
        Problem(store=store, key=one.key, kind="unreadable", sentence=one.reason)
        for one in tuple(tx.unreadable)
        if one.store == store
    ]
    if len(found) < len(keys):
        problems += await _find_unindexed(tx, store, keys, found)
    return problems


# What belongs to messages


async def _find_waiting(tx: Transaction, store: str, found: Iterable[Any]) -> list[Problem]:
    """Name the records whose message is not there. It may come later, or never."""
    records = list(found)
    there = await tx.existing("messages", list({record.message_id for record in records}))
    return [
        Problem(
            store=store,
            key=record.id if isinstance(record, Attachment) else key_text(reaction_key(record)),
            kind="waiting",
            sentence=f"The message of this {_WAITING[store]} is not there. It may come later.",
        )
        for record in records
        if record.message_id not in there
    ]


async def _check_files(tx: Transaction, found: Iterable[Attachment]) -> list[Problem]:
    """Name the attachments whose bytes are lost, or are not as many as they should be."""
    blobs = [(one, tx.get_blob("attachments", one.id)) for one in found]
    problems = []
    for attachment, looked_up in blobs:
        blob = await looked_up
        if blob is None or blob.size == attachment.size:
            continue
        sentence = "The file is gone."
        if blob.size is not None:
            sentence = f"The file holds {blob.size:,} bytes, and should hold {attachment.size:,}."
        problems.append(
            Problem(store="attachments", key=attachment.id, kind="file", sentence=sentence)
        )
    return problems


# Indexes and files


async def _find_unindexed(
    tx: Transaction, store: str, keys: Iterable[Any], found: Iterable[Any]
) -> list[Problem]:
    """Name the unreadable records of a page that no list shows, for want of an index's field."""
    schema = SCHEMA[store]
    readable = {key_text(schema.key_of(msgspec.to_builtins(record))) for record in found}
    problems = []
    for key in keys:
        if key_text(key) in readable:
            continue
        if missing := await _missing_field(tx, store, key):
            sentence = (
                f"“{missing}” is not a value that can be listed, so no list shows the record."
            )
            problems.append(
                Problem(store=store, key=key_text(key), kind="unindexed", sentence=sentence)
            )
    return problems


async def _check_indexes(tx: Transaction) -> list[Problem]:
    """Compare each index with its store.

    The one by channel is left out: in a browser it does not hold a message that names no channel,
    until the database is next opened. Keys are compared only where the counts differ.
    """
    problems = []
    for store, schema in SCHEMA.items():
        for index in schema.indexes:
            if index == BY_CHANNEL_AND_TIME:
                continue
            held, there = tx.count(store, index=index), tx.count(store)
            if await held != await there:
                problems += await _compare(tx, store, index)
    return problems


async def _compare(tx: Transaction, store: str, index: str) -> list[Problem]:
    held = {key_text(key) for key in await tx.get_all_keys(store, index=index)}
    there = {key_text(key): key for key in await tx.get_all_keys(store)}
    wrong = [
        (key, f"The index {index} names a record that is not there.")
        for key in sorted(held - there.keys())
    ]
    wrong += [
        (key, f"The index {index} lacks the record.")
        for key in sorted(there.keys() - held)
        if not await _missing_field(tx, store, there[key])
    ]
    return [
        Problem(store=store, key=key, kind="index", sentence=sentence) for key, sentence in wrong
    ]


async def _check_damage(tx: Transaction, store: str) -> list[Problem]:
    return [
        Problem(store="database", key="", kind="database", sentence=sentence)
        for sentence in await tx.find_damage(store)
    ]


async def _missing_field(tx: Transaction, store: str, key: Any) -> str | None:
    """Return the field that an index needs and that a record does not have; None for none."""
    known = len(tx.unreadable)
    stored = await tx.get(store, key, _Indexed)
    del tx.unreadable[known:]
    if stored is None:
        return None
    schema, fields = SCHEMA[store], msgspec.to_builtins(stored)
    for index, path in schema.indexes.items():
        if index == BY_CHANNEL_AND_TIME or schema.index_key_of(fields, index) is not None:
            continue
        parts = (path,) if isinstance(path, str) else path
        return next(part for part in parts if not _can_be_listed(fields.get(part)))
    return None


def _can_be_listed(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
