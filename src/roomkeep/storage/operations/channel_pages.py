"""Everything that a chat view shows of a channel when it opens it, read in one transaction."""

from msgspec import Struct

from roomkeep.models import Attachment, Id, Message, Milliseconds
from roomkeep.storage.arguments import Limit
from roomkeep.storage.operation import reads
from roomkeep.storage.operations.attachments import attachments_of
from roomkeep.storage.operations.message_pages import get_latest_messages, get_messages_after
from roomkeep.storage.operations.tombstones import redact_deleted
from roomkeep.storage.transaction import Transaction


class ChannelPage(Struct, frozen=True, kw_only=True, rename="camel"):
    """Consecutive messages of a channel, and what is shown with them.

    Attributes:
        before: the messages before the point that the page is around, ascending.
        after: those from there on, ascending.
        originals: the messages that these reply to and that are not among them, by their ids.
        attachments: the attachments of these, by the message's id; of those that have any.
    """

    before: list[Message]
    after: list[Message]
    originals: dict[str, Message]
    attachments: dict[str, list[Attachment]]


@reads("messages", "attachments")
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
    after: list[Message] = []
    if around is not None:
        after = await get_messages_after(tx, room_id, around, limit, channel_id)
    edge = around if isinstance(around, str) else after[0].id if after else None
    before = await get_latest_messages(tx, room_id, limit, edge, channel_id)
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
    )
