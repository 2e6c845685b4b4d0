"""The page before the first message shown, read before anyone asks for it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from roomkeep.app.changes import records_by_key
from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.state import AccountState
from roomkeep.app.timeline import STEP
from roomkeep.errors import RoomkeepError
from roomkeep.models import Attachment, Message
from roomkeep.persistence import Change

__all__ = ["Ahead", "ReadAhead"]


class Ahead(NamedTuple):
    """A page that was read ahead.

    Attributes:
        messages: its messages.
        attachments: their attachments, by their ids.
    """

    messages: list[Message]
    attachments: Mapping[str, Sequence[Attachment]]


class _Begun(NamedTuple):
    """A page that is being read ahead, or was.

    Attributes:
        before: the account, the channel, and the message that it lies before.
        reading: gives the page; None where it could not be read.
    """

    before: tuple[AccountState, ChannelRef, Message]
    reading: "asyncio.Task[Ahead | None]"


class ReadAhead(EffectGroup):
    """Reads a page ahead: who goes back is shown it in the frame in which they come to its end."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._begun: _Begun | None = None
        context.follow(self._on_change, "messages", "attachments")

    def start(self, account: AccountState, ref: ChannelRef, first: Message) -> None:
        """Begin to read the page before a message."""
        reading = asyncio.create_task(self._read(account, ref, first))
        self._begun = _Begun((account, ref, first), reading)

    async def take(self, account: AccountState, ref: ChannelRef, first: Message) -> Ahead | None:
        """Return the page before a message; None where it was not read, or is not true any more."""
        begun = self._begun
        if begun is None or begun.before != (account, ref, first):
            return None
        ahead = await begun.reading
        is_true = self._begun is begun
        self._begun = None
        return ahead if is_true else None

    async def _read(self, account: AccountState, ref: ChannelRef, first: Message) -> Ahead | None:
        room_id, channel_id = ref
        try:
            database = self.context.database(account)
            page = await database.get_latest_messages(room_id, STEP, first.id, channel_id)
            ids = [message.id for message in page]
            return Ahead(page, await database.get_attachments_for_messages(ids))
        except RoomkeepError:
            # Nobody has asked for it: who does, reads it then, and is told.
            return None

    def _on_change(self, _account: AccountState, change: Change) -> None:
        if self._begun is None:
            return
        _, (room_id, _), first = self._begun.before
        if change.room_id not in (None, room_id):
            return
        records = records_by_key(change) if change.store == "messages" else None
        if records is None or not all(_is_later(one, first) for one in records.values()):
            self._begun = None


def _is_later(message: Message | None, first: Message) -> bool:
    return message is not None and message.timestamp > first.timestamp
