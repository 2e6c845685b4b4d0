"""What each entry of the outbox asks of a homeserver."""

import contextlib
from typing import Any, Final

from roomkeep.models import Attachment
from roomkeep.storage.remote import (
    AddChannel,
    AddReaction,
    BanUser,
    ChangeRoom,
    DeleteMessage,
    EditMessage,
    MarkRead,
    OrderChannels,
    OutboxEntry,
    RemoveChannel,
    RemoveReaction,
    RenameChannel,
    SendMessage,
    SyncedRoom,
    UnbanUser,
    reaction_id,
)
from roomkeep.sync.directory import NewChannel
from roomkeep.sync.errors import NoRight, NotFound
from roomkeep.sync.mapping.content import (
    edit_content,
    file_content,
    message_content,
    reaction_content,
)
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.synchronizer import Synchronizer
from roomkeep.sync.wire import Wire, events, media, rooms

__all__ = ["MustWait", "NeverSent", "OutboxRequests"]

_MESSAGE: Final = "m.room.message"


class MustWait(Exception):
    """The entry needs another one to be sent first."""


class NeverSent(Exception):
    """The entry must not be sent.

    Attributes:
        reason: why, as a word.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutboxRequests:
    """Carries out the requests of the outbox, one at a time."""

    def __init__(
        self, own: OwnAccount, wire: Wire, directory: MatrixDirectory, synchronizer: Synchronizer
    ) -> None:
        """Create it.

        Args:
            own: the user's own account.
            wire: the homeserver, signed in.
            directory: the same homeserver's directory of rooms.
            synchronizer: knows the rooms, and which channels are encrypted.
        """
        self._own = own
        self._wire = wire
        self._directory = directory
        self._synchronizer = synchronizer
        self._uploaded: dict[str, str] = {}

    async def send(self, entry: OutboxEntry) -> None:
        """Carry out the request of an entry, and note that it was accepted.

        Raises:
            MustWait: it needs another entry to be sent first.
            NeverSent: it must not be sent.
            HomeserverError: it was not carried out.
        """
        request = entry.request
        if isinstance(request, AddChannel):
            await self._add_channel(entry, request)
        elif entry.channel_id is None:
            synced = await self._change_room(entry.room_id, request)
            await self._own.database.accept_outbox(entry.id, None)
            await self._synchronizer.apply_room(synced)
        else:
            event_id = await self._send_to(entry, entry.channel_id)
            await self._own.database.accept_outbox(entry.id, event_id)

    async def _send_to(self, entry: OutboxEntry, channel: str) -> str | None:
        request, transaction = entry.request, entry.transaction_id
        if isinstance(request, MarkRead):
            event_id = await self._event_of(request.message_id)
            await events.set_read_markers(self._wire, channel, event_id, is_private=True)
            return None
        if isinstance(request, DeleteMessage):
            event_id = await self._event_of(request.message_id)
            return await events.redact(self._wire, channel, event_id, transaction)
        if isinstance(request, RemoveReaction):
            reaction = reaction_id(request.message_id, self._own.user_id, request.emoji)
            event_id = await self._event_of(reaction)
            return await events.redact(self._wire, channel, event_id, transaction)
        kind, content = await self._content(entry, channel)
        await self._make_ready(entry.room_id, channel)
        return await events.send(self._wire, channel, kind, transaction, content)

    async def _content(self, entry: OutboxEntry, channel: str) -> tuple[str, dict[str, Any]]:
        """Return the type and the content of the event that an entry sends."""
        match entry.request:
            case AddReaction(message_id=message_id, emoji=emoji):
                return "m.reaction", reaction_content(await self._event_of(message_id), emoji)
            case EditMessage(message_id=message_id, content=text):
                return _MESSAGE, edit_content(await self._event_of(message_id), text)
            case SendMessage() as request:
                return _MESSAGE, await self._message(request, channel)
        raise NeverSent("unknown")

    async def _message(self, request: SendMessage, channel: str) -> dict[str, Any]:
        reply_to = None
        if request.reply_to_id is not None:
            found = await self._own.database.get_event_ids([request.reply_to_id])
            reply_to = found.get(request.reply_to_id)
        if request.attachment_id is None:
            return message_content(request.content, reply_to)
        # Not into an encrypted channel either.
        await self._check_clear(channel)
        listed = await self._own.database.get_attachments_for_message(request.message_id)
        attachment = next((one for one in listed if one.id == request.attachment_id), None)
        if attachment is None:
            raise NeverSent("file_gone")
        url = await self._upload(attachment)
        return file_content(attachment, url, request.content, reply_to)

    async def _upload(self, attachment: Attachment) -> str:
        if attachment.id not in self._uploaded:
            data = await self._own.database.read_attachment_data(attachment.id)
            if data is None:
                raise NeverSent("file_gone")
            self._uploaded[attachment.id] = await media.upload(
                self._wire, data, attachment.mime, attachment.filename
            )
        return self._uploaded[attachment.id]

    async def _make_ready(self, room_id: str, channel: str) -> None:
        """Check that a channel takes clear text, and enter it where that was not done."""
        synced = self._synchronizer.homes.rooms.get(room_id)
        if synced is not None and channel not in synced.entered:
            listed = any(one.id == channel for one in synced.room.channels)
            if listed:
                await self._directory.enter_channel(room_id, channel)
        await self._check_clear(channel)

    async def _check_clear(self, channel: str) -> None:
        known = self._synchronizer.encrypted
        if channel not in known:
            found = await events.get_state_content(self._wire, channel, "m.room.encryption")
            known.setdefault(channel, found is not None)
        if known[channel]:
            raise NeverSent("encrypted")

    async def _change_room(self, room_id: str, request: object) -> SyncedRoom:
        match request:
            case RenameChannel(channel_id=channel, name=name):
                return await self._directory.rename_channel(room_id, channel, name)
            case RemoveChannel(channel_id=channel):
                return await self._directory.remove_channel(room_id, channel)
            case OrderChannels(channel_ids=channels):
                return await self._directory.order_channels(room_id, channels)
            case ChangeRoom(name=name, topic=topic):
                await self._set_texts(room_id, {"name": name, "topic": topic})
            case BanUser(user_id=user_id, reason=reason):
                await rooms.ban(self._wire, room_id, user_id, reason)
                # Who is banned from a space stays in its channels.
                for channel in self._synchronizer.homes.channels_of(room_id):
                    with contextlib.suppress(NoRight, NotFound):
                        await rooms.ban(self._wire, channel, user_id, reason)
            case UnbanUser(user_id=user_id):
                await rooms.unban(self._wire, room_id, user_id)
                for channel in self._synchronizer.homes.channels_of(room_id):
                    with contextlib.suppress(NoRight, NotFound):
                        await rooms.unban(self._wire, channel, user_id)
            case _:
                raise NeverSent("unknown")
        return await self._directory.view_room(room_id)

    async def _set_texts(self, room_id: str, texts: dict[str, str | None]) -> None:
        for part, text in texts.items():
            if text is not None:
                await events.put_state(self._wire, room_id, f"m.room.{part}", "", {part: text})

    async def _add_channel(self, entry: OutboxEntry, request: AddChannel) -> None:
        new = NewChannel(name=request.name, type=request.type)
        channel = await self._directory.make_channel(
            entry.room_id, new, transaction=entry.transaction_id
        )
        synced = await self._directory.view_room(entry.room_id)
        known = await self._synchronizer.learn_room(synced)
        await self._own.database.channel_created(entry.id, channel, known)

    async def _event_of(self, record_id: str) -> str:
        found = await self._own.database.get_event_ids([record_id])
        if record_id not in found:
            raise MustWait
        return found[record_id]
