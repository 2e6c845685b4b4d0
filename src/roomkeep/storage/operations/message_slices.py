"""Messages of several rooms together, in the order of time, the newest first."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from indexeddb.keys import KeyRange
from roomkeep.models import BEGINNING_OF_TIME, END_OF_TIME, Message, TimeBound
from roomkeep.storage.arguments import Ids, Limit
from roomkeep.storage.operation import reads
from roomkeep.storage.schema import BY_CHANNEL_AND_TIME, BY_ROOM_AND_TIME
from roomkeep.storage.search.segments import IndexedMessage
from roomkeep.storage.transaction import Transaction

M = TypeVar("M", Message, IndexedMessage)

Where = tuple[str, str | None]
"""A room, and a channel of it; None for all of them."""

_FEWEST: Final = 16
"""So many messages of each room are read, at least."""


async def read_slice(
    tx: Transaction, kind: type[M], places: Sequence[Where], since: int, until: int, most: int
) -> tuple[list[M], int]:
    """Return the newest messages of a span of time, in no order, and how far they go back.

    Args:
        tx: the transaction.
        kind: what to read of them.
        places: the rooms and channels.
        since: the beginning of the span.
        until: its end.
        most: about how many; never fewer than all of one time.

    Returns:
        the messages from a time on, and that time: `since` where these are all.
    """
    if not places or since >= until:
        return [], since
    # Of rooms that are equally busy, each has its part of them.
    count: int | None = max(_FEWEST, 2 * most // len(places))
    if tx.missing_indexes():
        count = None  # each look at a room reads all of it
    while True:
        asked = [_ask(tx, kind, place, since, until, count) for place in places]
        found: list[M] = []
        reached = since
        for request in asked:
            page = await request
            found += page
            if len(page) == count:
                # The last one may have others of its time after it.
                reached = max(reached, page[-1].timestamp + 1)
        if reached < until or count is None:
            return [one for one in found if one.timestamp >= reached], reached
        count *= 4


@reads("messages")
async def get_message_slice(
    tx: Transaction, room_ids: Ids, since: TimeBound, until: TimeBound, most: Limit
) -> tuple[list[IndexedMessage], int]:
    """Return the newest messages of a span of time in some rooms, as `read_slice` does."""
    places = [(room_id, None) for room_id in room_ids]
    return await read_slice(tx, IndexedMessage, places, since, until, most)


@reads("messages")
async def get_message_rooms(tx: Transaction) -> list[str]:
    """Return the ids of all rooms that have messages, also of those that are not stored."""
    found: list[str] = []
    query = None
    while True:
        page = await tx.get_all(
            "messages", IndexedMessage, index=BY_ROOM_AND_TIME, query=query, count=1
        )
        if not page:
            return found
        found.append(page[0].room_id)
        query = KeyRange((page[0].room_id, END_OF_TIME))


@reads("messages")
async def count_messages_between(
    tx: Transaction, room_ids: Ids, since: TimeBound, until: TimeBound
) -> int:
    """Count the messages of some rooms in a span of time."""
    if since >= until:
        return 0
    counts = [
        tx.count("messages", index=BY_ROOM_AND_TIME, query=_between((room_id,), since, until))
        for room_id in room_ids
    ]
    return sum([await count for count in counts])


@reads("messages")
async def count_all_messages(tx: Transaction) -> int:
    """Count the messages of the account."""
    return await tx.count("messages")


def _ask(
    tx: Transaction, kind: type[M], place: Where, since: int, until: int, count: int | None
) -> Any:
    room_id, channel_id = place
    prefix = (room_id,) if channel_id is None else (room_id, channel_id)
    return tx.get_all(
        "messages",
        kind,
        index=BY_ROOM_AND_TIME if channel_id is None else BY_CHANNEL_AND_TIME,
        query=_between(prefix, since, until),
        direction="prev",
        count=count,
    )


def _between(prefix: tuple[str, ...], since: int, until: int) -> KeyRange:
    if (since, until) == (BEGINNING_OF_TIME, END_OF_TIME):
        return KeyRange.starting_with(*prefix)
    return KeyRange((*prefix, since), (*prefix, until), upper_open=True)
