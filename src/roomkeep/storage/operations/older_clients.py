"""What an older client left different, put right when the database is opened.

Its messages may name no channel, and may not name their reactions. Like a repair it goes in steps,
each a transaction of its own; one that the end of the page breaks off goes on at the next opening.
"""

from msgspec import UNSET, Struct

from roomkeep.models import DEFAULT_CHANNEL_ID, Message
from roomkeep.storage.health import Findings, Position, next_page
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.health import mend_page
from roomkeep.storage.operations.message_health import with_dependents
from roomkeep.storage.operations.search_debts import forget_coverage
from roomkeep.storage.schema import BY_CHANNEL_AND_TIME, BY_ROOM_AND_TIME
from roomkeep.storage.transaction import Transaction

UPGRADED = "olderClient"
"""The key in meta of the note that a database was upgraded and is still to be put right."""

PAGE = 1_000
"""So many messages are looked at in one transaction."""


class _ChannelOf(Struct, rename="camel"):
    """As much of a message as tells whether it names a channel."""

    id: str
    channel_id: object = UNSET


@reads("messages", "meta")
async def is_update_due(tx: Transaction) -> bool:
    """Return whether an older client has written to the database since it was last put right."""
    if tx.missing_indexes() or await tx.existing("meta", [UPGRADED]):
        return True
    # The index by channel leaves out the messages that name none. To count an index takes a browser
    # ten times as long as to count a store.
    stored = tx.count("messages")
    in_channels = await tx.count("messages", index=BY_CHANNEL_AND_TIME)
    if in_channels == await stored:
        return False
    return await tx.count("messages", index=BY_ROOM_AND_TIME) != in_channels


@writes("messages", "reactions", "attachments", "meta")
async def update_older_messages(tx: Transaction, position: Position | None = None) -> Findings:
    """Take one step of the update, and return what it has put right."""
    after = None if position is None else position.after
    known = len(tx.unreadable)
    _, found = await tx.get_page("messages", _ChannelOf, after, PAGE)
    del tx.unreadable[known:]
    nowhere = [message.id for message in found if message.channel_id is UNSET]
    await tx.patch("messages", nowhere, {"channelId": DEFAULT_CHANNEL_ID})
    keys, messages = await tx.get_page("messages", Message, after, PAGE)
    mended = await mend_page(tx, await with_dependents(tx, keys, messages))
    following = next_page("messages", keys, PAGE)
    if following is None:
        tx.delete("meta", [UPGRADED])
        await forget_coverage(tx)
    return Findings(problems=tuple(mended), next=following)
