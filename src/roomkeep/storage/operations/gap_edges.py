"""Where pages of a channel end: at its gaps."""

from collections.abc import Awaitable, Iterable, Sequence

from indexeddb.keys import KeyRange, SortKey, sort_key
from roomkeep.models import Message
from roomkeep.storage.asked import Asked
from roomkeep.storage.operations.sync_records import GAP, channel_prefix, convert
from roomkeep.storage.remote import Edge, Gap
from roomkeep.storage.schema import MetaRecord
from roomkeep.storage.transaction import Transaction

Place = tuple[int, SortKey | None]
"""A time, and an id as IndexedDB orders it; None comes after all ids of that time."""


def gaps_of(tx: Transaction, room_id: str, channel_id: str) -> Awaitable[list[Gap]]:
    """Return the gaps of a channel, ascending. They are asked for when this is called."""
    query = KeyRange.prefix(channel_prefix(GAP, room_id, channel_id))
    reading = tx.get_all("meta", MetaRecord, query=query)

    async def found() -> list[Gap]:
        gaps = [convert(record, Gap) for record in await reading]
        return sorted((gap for gap in gaps if gap is not None), key=lambda gap: place(gap.before))

    return Asked(found)


def place(edge: Edge) -> tuple[int, SortKey]:
    """Return what places in a channel are sorted by, as messages are."""
    return (edge.timestamp, sort_key(edge.id))


def gap_before(gaps: Iterable[Gap], edge: Place | None) -> Gap | None:
    """Return the nearest gap before a place; None stands for the channel's end."""
    return max((gap for gap in gaps if not _is_after(gap, edge)), key=_place_of, default=None)


def gap_after(gaps: Iterable[Gap], edge: Place | None) -> Gap | None:
    """Return the nearest gap after a place; there is none after the channel's end."""
    return min((gap for gap in gaps if _is_after(gap, edge)), key=_place_of, default=None)


def newer_than(gap: Gap | None, messages: Sequence[Message]) -> list[Message]:
    """Return those of some messages that come after a gap; all where there is none."""
    return [one for one in messages if gap is None or _place(one) >= place(gap.before)]


def older_than(gap: Gap | None, messages: Sequence[Message]) -> list[Message]:
    """Return those of some messages that come before a gap; all where there is none."""
    return [one for one in messages if gap is None or _place(one) < place(gap.before)]


def _is_after(gap: Gap, edge: Place | None) -> bool:
    if edge is None:
        return False
    time, id_ = edge
    here = gap.before.timestamp
    return here > time or (here == time and id_ is not None and sort_key(gap.before.id) > id_)


def _place_of(gap: Gap) -> tuple[int, SortKey]:
    return place(gap.before)


def _place(message: Message) -> tuple[int, SortKey]:
    return (message.timestamp, sort_key(message.id))
