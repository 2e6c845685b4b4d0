"""Gaps: where messages of a channel are missing on this device. No page goes beyond one."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from msgspec import structs

from indexeddb.keys import KeyRange
from roomkeep.models import Id, Message
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.gap_edges import gaps_of, place
from roomkeep.storage.operations.message_pages import message_order
from roomkeep.storage.operations.sync_records import (
    EVENT,
    GAP,
    channel_prefix,
    read,
    read_many,
    write_many,
)
from roomkeep.storage.operations.synced_rooms import STORES, say_server
from roomkeep.storage.operations.timeline import Timeline
from roomkeep.storage.remote import (
    ChannelUpdates,
    Edge,
    Gap,
    NewMessage,
    TimelineUpdate,
    Token,
)
from roomkeep.storage.schema import BY_CHANNEL_AND_TIME
from roomkeep.storage.transaction import Transaction

_LOOK_BACK = 200
"""How many of the newest messages are searched for one that the server dated.

Where there is none among them, the gap reaches further back: more is fetched than is missing.
"""


@reads("meta")
async def get_gaps(tx: Transaction, room_id: Id, channel_id: Id) -> list[Gap]:
    """Return where messages of a channel are missing, ascending."""
    return await gaps_of(tx, room_id, channel_id)


@writes(*STORES)
async def fill_gap(
    tx: Transaction,
    gap_id: Id,
    token: Token,
    updates: Sequence[TimelineUpdate],
    next_token: Token | None,
) -> bool:
    """Write the newest of the messages that are missing in a gap; return whether it was done.

    Nothing is written where the gap is no longer there, or another token is due, because another
    tab was faster.

    Args:
        tx: the transaction.
        gap_id: the gap.
        token: the token that was asked with.
        updates: what the server answered, the oldest first.
        next_token: the token to ask with next; None where nothing is missing any more.
    """
    gap = await read(tx, GAP + gap_id, Gap)
    if gap is None or gap.token != token:
        return False
    timeline = await Timeline.load(tx, updates)
    timeline.apply(updates, gap.channel_id)
    await timeline.write(tx)
    if next_token is None:
        write_many(tx, GAP, {gap_id: None})
    else:
        oldest = _oldest(timeline, updates)
        before = min(gap.before, oldest or gap.before, key=place)
        write_many(tx, GAP, {gap_id: structs.replace(gap, token=next_token, before=before)})
    say_server(tx)
    return True


async def find_newest_known(tx: Transaction, room_id: str, channel_id: str) -> Edge | None:
    """Return the newest message of a channel whose time is the server's; None for none.

    Those that were written here are passed over: their time may be of a clock that is wrong.
    """
    found = await tx.get_all(
        "messages",
        Message,
        index=BY_CHANNEL_AND_TIME,
        query=KeyRange.starting_with(room_id, channel_id),
        direction="prev",
        count=_LOOK_BACK,
    )
    own = await read_many(tx, EVENT, (message.id for message in found), str)
    known = next((message for message in found if message.id not in own), None)
    return None if known is None else _edge_of(known)


def put_gap(tx: Transaction, found: ChannelUpdates, timeline: Timeline, after: Edge | None) -> None:
    """Note that messages are missing before those of an answer.

    Args:
        tx: the transaction.
        found: the answer for the channel.
        timeline: what was made of it.
        after: the newest message that was known before.
    """
    if found.gap_token is None:
        return
    # Without a message, what is missing comes right after what is known.
    time = 0 if after is None else after.timestamp + 1
    before = _oldest(timeline, found.updates) or Edge(timestamp=time, id="\0")
    prefix = channel_prefix("", found.room_id, found.channel_id)
    gap = Gap(
        id=prefix + quote(found.gap_token, safe=""),
        room_id=found.room_id,
        channel_id=found.channel_id,
        token=found.gap_token,
        before=before,
        after=after,
    )
    write_many(tx, GAP, {gap.id: gap})


def _oldest(timeline: Timeline, updates: Iterable[TimelineUpdate]) -> Edge | None:
    ids = (timeline.record_of(one.message.id) for one in updates if isinstance(one, NewMessage))
    found = [timeline.messages[id_] for id_ in ids]
    return _edge_of(min(found, key=message_order)) if found else None


def _edge_of(message: Message) -> Edge:
    return Edge(timestamp=message.timestamp, id=message.id)
