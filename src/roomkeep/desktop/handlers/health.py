"""The check of an account's database and files, and the repair of what can be mended."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, exists, func, or_, select, text, update

from roomkeep.desktop.handlers.account import get_settings
from roomkeep.desktop.handlers.rooms import get_all_rooms
from roomkeep.desktop.rows import ATTACHMENTS, BANS, MESSAGES, REACTIONS, USERS, Layout
from roomkeep.desktop.tables import attachments, bans, messages, reactions
from roomkeep.desktop.transaction import LIMIT, Transaction
from roomkeep.models import Message
from roomkeep.protocol.commands import Repair
from roomkeep.protocol.queries import FindProblems, GetAllRooms, GetSettings
from roomkeep.reports import Change, Findings, Problem

_PAGE = 1_000
_LAYOUTS: tuple[Layout[Any], ...] = (REACTIONS, USERS, BANS, ATTACHMENTS)
# Unlike the quick one, it compares the indexes with their tables.
_INTEGRITY = text("PRAGMA integrity_check(20)")
_FOREIGN_KEYS = text("PRAGMA foreign_key_check")
_MESSAGES = (
    select(*MESSAGES.columns)
    .where(messages.c.id > bindparam("last"))
    .order_by(messages.c.id)
    .limit(bindparam(LIMIT))
)
_has_rows = exists().where(reactions.c.message_id == messages.c.id).correlate(messages)
_has_files = exists().where(attachments.c.message_id == messages.c.id).correlate(messages)
_TOMBSTONES = select(
    messages.c.id, messages.c.room_id, messages.c.content, _has_rows, _has_files
).where(
    messages.c.is_deleted == 1,
    or_(func.coalesce(messages.c.content, "") != "", _has_rows, _has_files),
)
# Reactions have no column: what another client wrote of them into a message is in `extra`.
_NAMING = select(*MESSAGES.columns).where(
    ~_has_rows, messages.c.extra.contains('"reactions"', autoescape=True)
)
_FILES = select(attachments.c.id, attachments.c.size, attachments.c.data_hash).where(
    attachments.c.data_hash.is_not(None)
)
_WAITING = {
    "reactions": (
        "reaction",
        select(reactions.c.oder_id, reactions.c.emoji, reactions.c.message_id).where(
            ~exists().where(messages.c.id == reactions.c.message_id)
        ),
    ),
    "attachments": (
        "file",
        select(attachments.c.id).where(
            attachments.c.message_id.is_not(None),
            ~exists().where(messages.c.id == attachments.c.message_id),
        ),
    ),
}
_UNINDEXED = (
    ("messages", messages.c.id, messages.c.room_id, "roomId"),
    ("messages", messages.c.id, messages.c.timestamp, "timestamp"),
    ("attachments", attachments.c.id, attachments.c.message_id, "messageId"),
    ("bans", bans.c.oder_id, bans.c.room_id, "roomId"),
)


def find_problems(tx: Transaction, request: FindProblems) -> Findings:  # noqa: ARG001
    """Check the file, the records, and the files of attachments."""
    problems = [*_check_file(tx), *_check_tombstones(tx), *_check_reactions(tx)]
    _read_everything(tx)
    problems += [
        Problem(store=one.store, key=one.key, kind="unreadable", sentence=one.reason)
        for one in tx.unreadable
    ]
    problems += [*_find_unindexed(tx), *_find_waiting(tx), *_check_files(tx)]
    return Findings(problems=tuple(dict.fromkeys(problems)))


def repair(tx: Transaction, request: Repair) -> Findings:  # noqa: ARG001
    """Have nothing left of deleted messages, and reactions be rows."""
    mended = []
    for row in tx.all(_TOMBSTONES):
        mended.append(_tombstone_problem(row))
        _mend_tombstone(tx, row.id)
        tx.changes.append(_change(row.id, row.room_id))
    tombstones = {problem.key for problem in mended}
    for message in _naming(tx):
        if not message.is_deleted:
            own = [one for one in message.reactions if one.message_id == message.id]
            tx.write(REACTIONS, [REACTIONS.values(one) for one in own])
        _forget_naming(tx, message.id)
        if message.id not in tombstones:
            mended.append(_reactions_problem(message))
            tx.changes.append(_change(message.id, message.room_id))
    return Findings(problems=tuple(mended))


def _check_file(tx: Transaction) -> Iterator[Problem]:
    for (line,) in tx.all(_INTEGRITY):
        if line != "ok":
            sentence = f"The database file is damaged: {line}."
            yield Problem(store="database", key="", kind="database", sentence=sentence)
    for table in dict.fromkeys(row[0] for row in tx.all(_FOREIGN_KEYS)):
        sentence = f"Rows of {table} belong to a room that is not there."
        yield Problem(store="rooms", key="", kind="database", sentence=sentence)


def _check_tombstones(tx: Transaction) -> Iterator[Problem]:
    return (_tombstone_problem(row) for row in tx.all(_TOMBSTONES))


def _tombstone_problem(row: Any) -> Problem:
    left = {"its text": bool(row[2]), "reactions": bool(row[3]), "files": bool(row[4])}
    what = " and ".join(name for name, is_left in left.items() if is_left)
    verb = "is" if what == "its text" else "are"
    rest = "" if what == "its text" else " of it"
    sentence = f"The message is deleted, but {what}{rest} {verb} still there."
    return Problem(store="messages", key=row.id, kind="tombstone", sentence=sentence)


def _check_reactions(tx: Transaction) -> Iterator[Problem]:
    return (_reactions_problem(message) for message in _naming(tx))


def _naming(tx: Transaction) -> Iterable[Message]:
    """Return the messages that name reactions of which no rows are stored."""
    known = len(tx.unreadable)
    found = tx.read(MESSAGES, _NAMING)
    del tx.unreadable[known:]
    return [message for message in found if message.reactions]


def _reactions_problem(message: Message) -> Problem:
    if message.is_deleted:
        sentence = "The message is deleted, but reactions of it are still there."
        return Problem(store="messages", key=message.id, kind="tombstone", sentence=sentence)
    number = len(message.reactions)
    plural = "" if number == 1 else "s"
    sentence = f"The message names {number:,} reaction{plural}, but none is stored."
    return Problem(store="messages", key=message.id, kind="reactions", sentence=sentence)


def _read_everything(tx: Transaction) -> None:
    """Read every record, so that those that cannot be read are noted."""
    last = ""
    while rows := tx.all(_MESSAGES, {"last": last, LIMIT: _PAGE}):
        tx.decode(MESSAGES, rows)
        last = rows[-1].id
    for layout in _LAYOUTS:
        tx.read(layout, select(*layout.columns))
    get_all_rooms(tx, GetAllRooms())
    get_settings(tx, GetSettings(prefix=""))


def _find_unindexed(tx: Transaction) -> Iterator[Problem]:
    for store, key, column, name in _UNINDEXED:
        for (found,) in tx.all(select(key).where(column.is_(None))):
            sentence = f"“{name}” is nothing that an index can go by, so no list holds the record."
            yield Problem(store=store, key=str(found), kind="unindexed", sentence=sentence)


def _find_waiting(tx: Transaction) -> Iterator[Problem]:
    for store, (what, statement) in _WAITING.items():
        for row in tx.all(statement):
            sentence = f"The message of this {what} is not there. It may come later."
            key = ", ".join(str(part) for part in row)
            yield Problem(store=store, key=key, kind="waiting", sentence=sentence)


def _check_files(tx: Transaction) -> Iterator[Problem]:
    for row in tx.all(_FILES):
        size = tx.files.size(str(row.data_hash))
        if size is None:
            sentence = "The file is gone from the data folder."
        elif size != row.size:
            sentence = f"The file holds {size:,} bytes, and should hold {row.size}."
        else:
            continue
        yield Problem(store="attachments", key=str(row.id), kind="file", sentence=sentence)


def _mend_tombstone(tx: Transaction, message_id: str) -> None:
    hashes = select(attachments.c.data_hash).where(attachments.c.message_id == message_id)
    tx.freed.update(name for (name,) in tx.all(hashes) if name is not None)
    tx.execute(delete(attachments).where(attachments.c.message_id == message_id))
    tx.execute(delete(reactions).where(reactions.c.message_id == message_id))
    tx.execute(update(messages).where(messages.c.id == message_id).values(content=""))


def _forget_naming(tx: Transaction, message_id: str) -> None:
    """Take the reactions out of what is kept beside a message's columns: they are rows now."""
    ((extra,),) = tx.all(select(messages.c.extra).where(messages.c.id == message_id))
    kept = msgspec.json.decode(extra)
    del kept["reactions"]
    text_ = msgspec.json.encode(kept).decode() if kept else None
    tx.execute(update(messages).where(messages.c.id == message_id).values(extra=text_))


def _change(message_id: str, room_id: str | None) -> Change:
    return Change(store="messages", action="put", keys=(message_id,), room_id=room_id)
