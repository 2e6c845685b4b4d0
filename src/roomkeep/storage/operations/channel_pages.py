"""Everything that a chat view shows of a channel when it opens it, read in one transaction."""

from msgspec import Struct

from roomkeep.models import Attachment, Id, Message, Milliseconds
from roomkeep.storage.arguments import Limit
from roomkeep.storage.operation import reads
from roomkeep.storage.operations.attachments import attachments_of
from roomkeep.storage.operations.gap_edges import (
    gap_after,
    gap_before,
    gaps_of,
    newer_than,
    older_than,
)
from roomkeep.storage.operations.message_pages import PageEdge, edge_at, read_page
from roomkeep.storage.operations.tombstones import redact_deleted
from roomkeep.storage.remote import Edge, Gap
from roomkeep.storage.transaction import Transaction


class ChannelPage(Struct, frozen=True, kw_only=True, rename="camel"):
    """Consecutive messages of a channel, and what is shown with them.

    Attributes:
        before: the messages before the point that the page is around, ascending.
        after: those from there on, ascending.
        originals: the messages that these reply to and that are not among them, by their ids.
        attachments: the attachments of these, by the message's id; of those that have any.
        gap: where messages are missing right before these; None where none are.
        newer_gap: where messages are missing right after these.
    """

    before: list[Message]
    after: list[Message]
    originals: dict[str, Message]
    attachments: dict[str, list[Attachment]]
    gap: Gap | None = None
    newer_gap: Gap | None = None


@reads("messages", "attachments", "meta")
async def get_channel_page(
    tx: Transaction,
    room_id: Id,
    channel_id: Id,
    limit: Limit = 50,
    around: Id | Milliseconds | None = None,
) -> ChannelPage:
    """Return what a chat view shows of a channel: messages, their files, what they reply to.

    Args:
        tx: the transaction.
        room_id: the room.
        channel_id: the channel.
        limit: how many messages on each side, at most.
        around: the id of a message, which is among them; or a time in ms, such as up to when the
            channel was read. None for the newest messages.

    Raises:
        RecordNotFound: there is no message `around`.
    """
    start: PageEdge | None = None
    if isinstance(around, str):
        start = await edge_at(tx, room_id, around, "after")
    elif around is not None:
        start = PageEdge(around)
    reading = gaps_of(tx, room_id, channel_id)
    found: list[Message] = []
    if start is not None:
        found = await read_page(tx, room_id, channel_id, limit, start, "next")
    gaps = await reading
    newer_gap = None if start is None else gap_after(gaps, start.place)
    after = older_than(newer_gap, found)
    edge = start if isinstance(around, str) else _edge_of(after)
    gap = gap_before(gaps, None if edge is None else edge.place)
    older = await read_page(tx, room_id, channel_id, limit, edge, "prev")
    before = [redact_deleted(one) for one in reversed(newer_than(gap, older))]
    if edge is None or len(after) == limit:
        newer_gap = None
    if isinstance(around, str):
        after = [*await tx.get_many("messages", [around], Message), *after]
    here = {message.id for message in (*before, *after)}
    wanted = {message.reply_to_id: None for message in (*before, *after)}
    missing = [one for one in wanted if one is not None and one not in here]
    originals = await tx.get_many("messages", missing, Message)
    return ChannelPage(
        before=before,
        after=[redact_deleted(message) for message in after],
        originals={message.id: redact_deleted(message) for message in originals},
        attachments=await attachments_of(tx, here),
        gap=gap if _reaches(gap, [*before, *after], is_full=len(before) == limit) else None,
        newer_gap=newer_gap,
    )


def _edge_of(messages: list[Message]) -> PageEdge | None:
    return PageEdge(messages[0].timestamp, messages[0].id) if messages else None


def _reaches(gap: Gap | None, messages: list[Message], *, is_full: bool) -> bool:
    """Tell whether nothing is stored between a gap and the first of some messages."""
    if gap is None or not is_full or not messages:
        return gap is not None
    return Edge(timestamp=messages[0].timestamp, id=messages[0].id) == gap.before
