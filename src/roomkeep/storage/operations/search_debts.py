"""What the search index owes: noted by each write, in its own transaction.

The index is another database, so no transaction spans both. Messages that were written or deleted
where the index may have them are noted in meta. The notes go once the index has taken them in.

| key in meta | what it holds |
|---|---|
| `search/coverage` | `Coverage`; nothing is noted where there is none |
| `search/debt/…` | `Debt` |
| `search/tail/ROOM` | nothing: the room may have messages that are newer than the coverage |
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import structs

from indexeddb.keys import KeyRange
from roomkeep.models import BEGINNING_OF_TIME, END_OF_TIME, Id, Message, Record, TimeBound
from roomkeep.storage.encoding import convert_value
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.message_slices import count_messages_between, get_message_rooms
from roomkeep.storage.schema import SEARCH_VERSION, MetaRecord
from roomkeep.storage.search.plan import Coverage, Debt, Span, overlaps
from roomkeep.storage.search.segments import IndexedMessage
from roomkeep.storage.transaction import Transaction

COVERAGE: Final = "search/coverage"
_DEBT: Final = "search/debt/"
_TAIL: Final = "search/tail/"
_MANY: Final = 8
"""From so many messages of a room on, a transaction notes the span from the first to the last."""


class SearchState(Record, frozen=True, kw_only=True):
    """What the account knows of its index.

    Attributes:
        coverage: None where there is no index.
        debts: what the index owes.
        tail: the rooms that may have messages that are newer than the coverage.
        can_be_indexed: messages can be read by time; not so in an older client's database.
    """

    coverage: Coverage | None
    debts: list[Debt]
    tail: list[str]
    can_be_indexed: bool


@reads("messages", "meta")
async def get_search_state(tx: Transaction) -> SearchState:
    """Return what the account knows of its index."""
    if tx.missing_indexes():
        return SearchState(coverage=None, debts=[], tail=[], can_be_indexed=False)
    tail = _tail(tx)
    coverage, debts = await _coverage(tx), await _debts(tx)
    return SearchState(coverage=coverage, debts=debts, tail=await tail, can_be_indexed=True)


@writes("messages", "meta")
async def start_coverage(tx: Transaction, generation: Id) -> None:
    """Begin a new index, which covers nothing yet; an older one is worth nothing from now on."""
    await forget_coverage(tx)
    coverage = Coverage(generation=generation, version=SEARCH_VERSION, until=BEGINNING_OF_TIME)
    _put_coverage(tx, coverage)
    _put_tail(tx, await get_message_rooms(tx))


@writes("messages", "meta")
async def extend_coverage(tx: Transaction, generation: Id, until: TimeBound) -> None:
    """Have what is written before this time be noted from now on."""
    coverage = await _coverage(tx)
    if coverage is None or coverage.generation != generation or coverage.until >= until:
        return
    _put_coverage(tx, structs.replace(coverage, until=until))
    for room_id in await _tail(tx):
        if not await count_messages_between(tx, [room_id], until, END_OF_TIME):
            tx.delete("meta", [_TAIL + room_id])


@writes("meta")
async def settle_debts(
    tx: Transaction, debts: Sequence[Debt], since: TimeBound, until: TimeBound
) -> None:
    """Take off what the index has taken in.

    Args:
        tx: the transaction.
        debts: the debts as they were when the messages were read; one that was noted again since
            stays.
        since: the beginning of the span that was taken in.
        until: its end.
    """
    known = {debt.key: debt for debt in await _debts(tx)}
    taken = Span(since, until)
    settled = [debt for debt in debts if known.get(debt.key) == debt and overlaps(debt, taken)]
    tx.delete("meta", [debt.key for debt in settled])
    for debt in settled:
        for rest in (Span(debt.since, since), Span(until, debt.until)):
            if rest.since < rest.until:
                _put_debt(tx, debt.room_id, rest, has_new=debt.has_new, has_old=debt.has_old)


async def forget_coverage(tx: Transaction) -> None:
    """Have the index be built anew: something has changed that was not noted."""
    tx.delete("meta", [COVERAGE])
    for prefix in (_DEBT, _TAIL):
        tx.delete("meta", await tx.get_all_keys("meta", query=KeyRange.prefix(prefix)))


class Indexed(NamedTuple):
    """What the index may have of some messages that are about to be written or deleted.

    Attributes:
        until: what is written before this time is noted.
        before: the messages that are stored.
    """

    until: int
    before: Mapping[str, Message | IndexedMessage]


async def read_indexed(
    tx: Transaction, coverage: Coverage | None, message_ids: Sequence[str]
) -> Indexed | None:
    """Return what the index may have of some messages; None where there is no index."""
    if coverage is None:
        return None
    found = await tx.get_many("messages", message_ids, IndexedMessage)
    return Indexed(coverage.until, {one.id: one for one in found})


async def note_removed(tx: Transaction, message_ids: Sequence[str]) -> None:
    """Note that messages are about to be deleted without a trace."""
    note(tx, await read_indexed(tx, await _coverage(tx), message_ids), message_ids, [])


async def note_room(tx: Transaction, room_id: str, *, is_erased: bool) -> None:
    """Note that all messages of a room are about to be deleted, or to change their channel."""
    coverage = await _coverage(tx)
    if coverage is not None and coverage.until > BEGINNING_OF_TIME:
        span = Span(BEGINNING_OF_TIME, coverage.until)
        _put_debt(tx, room_id, span, has_new=not is_erased, has_old=is_erased)


def note_messages(tx: Transaction, indexed: Indexed | None, messages: Sequence[Message]) -> None:
    """Note that messages are about to be written in place of those with their ids."""
    note(tx, indexed, [message.id for message in messages], messages)


def note(
    tx: Transaction, indexed: Indexed | None, ids: Iterable[str], messages: Iterable[Message]
) -> None:
    """Note that of some messages only these are to be left, as they are here.

    Args:
        tx: the transaction.
        indexed: what the index may have of them.
        ids: the messages.
        messages: those that are written; the others are deleted.
    """
    if indexed is None:
        return
    until = indexed.until
    written = {message.id: message for message in messages}
    _put_tail(tx, {one.room_id for one in written.values() if one.timestamp >= until})
    new: dict[str, set[int]] = {}
    old: dict[str, set[int]] = {}
    for id_ in ids:
        was, becomes = indexed.before.get(id_), written.get(id_)
        if was is not None and becomes is not None and _indexed(was) == _indexed(becomes):
            continue
        if was is not None and not was.is_deleted and was.timestamp < until:
            old.setdefault(was.room_id, set()).add(was.timestamp)
        if becomes is not None and not becomes.is_deleted and becomes.timestamp < until:
            new.setdefault(becomes.room_id, set()).add(becomes.timestamp)
    for room_id in new.keys() | old.keys():
        has_new, has_old = new.get(room_id, set()), old.get(room_id, set())
        times = has_new | has_old
        if len(times) >= _MANY:
            span = Span(min(times), max(times) + 1)
            _put_debt(tx, room_id, span, has_new=bool(has_new), has_old=bool(has_old))
            continue
        for time in times:
            span = Span(time, time + 1)
            _put_debt(tx, room_id, span, has_new=time in has_new, has_old=time in has_old)


def _indexed(message: Message | IndexedMessage) -> tuple[object, ...]:
    """Return what of a message the index knows."""
    if message.is_deleted:
        return (True,)
    return (False, message.room_id, message.channel_id, message.timestamp, message.content)


async def _coverage(tx: Transaction) -> Coverage | None:
    return coverage_of(await tx.get("meta", COVERAGE, MetaRecord))


def coverage_of(record: MetaRecord | None) -> Coverage | None:
    """Return what a record of meta says of the index; None where it is of no use."""
    coverage = None if record is None else convert_value(record.value, Coverage)
    return coverage if coverage is not None and coverage.version == SEARCH_VERSION else None


def _put_coverage(tx: Transaction, coverage: Coverage) -> None:
    tx.put("meta", [MetaRecord(key=COVERAGE, value=coverage)])


async def _tail(tx: Transaction) -> list[str]:
    keys = await tx.get_all_keys("meta", query=KeyRange.prefix(_TAIL))
    return [key.removeprefix(_TAIL) for key in keys]


def _put_tail(tx: Transaction, room_ids: Iterable[str]) -> None:
    tx.put("meta", [MetaRecord(key=_TAIL + room_id, value=True) for room_id in room_ids])


async def _debts(tx: Transaction) -> list[Debt]:
    found = await tx.get_all("meta", MetaRecord, query=KeyRange.prefix(_DEBT))
    debts = [convert_value(record.value, Debt) for record in found]
    return [debt for debt in debts if debt is not None]


def _put_debt(tx: Transaction, room_id: str, span: Span, *, has_new: bool, has_old: bool) -> None:
    # What is noted twice is one debt, unless one of the two is taken in meanwhile.
    kind = f"{has_new:d}{has_old:d}"
    key = f"{_DEBT}{kind}/{span.since}/{span.until}/{room_id}"
    debt = Debt(
        key=key,
        token=secrets.token_hex(8),
        room_id=room_id,
        since=span.since,
        until=span.until,
        has_new=has_new,
        has_old=has_old,
    )
    tx.put("meta", [MetaRecord(key=key, value=debt)])
