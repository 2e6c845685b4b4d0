"""Channels: adding, renaming, moving and removing them."""

import asyncio
from typing import Literal

from msgspec.structs import replace
from reaktiv import batch

from roomkeep.app.channels import (
    can_remove,
    channels_of,
    find_channel,
    moved,
    numbered,
    slug,
    successor,
)
from roomkeep.app.eager import start_eagerly
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.draft_attachments import DraftAttachmentEffects
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.effects.unread import UnreadEffects
from roomkeep.app.error_messages import InvalidInput, Refused
from roomkeep.app.limits import check_name
from roomkeep.app.state import AccountState, Removing
from roomkeep.errors import RecordNotFound
from roomkeep.localization import localize
from roomkeep.models import Channel, Room

__all__ = ["ChannelEffects"]


class ChannelEffects(EffectGroup):
    """Adds, renames, moves and removes channels."""

    def __init__(
        self,
        context: Context,
        drafts: DraftEffects,
        draft_attachments: DraftAttachmentEffects,
        rooms: RoomEffects,
        unread: UnreadEffects,
        homeserver: HomeserverEffects,
    ) -> None:
        super().__init__(context)
        self._homeserver = homeserver
        self._drafts = drafts
        self._draft_attachments = draft_attachments
        self._rooms = rooms
        self._unread = unread
        # Each change begins with the list that the one before has left.
        self._changes = asyncio.Lock()

    def open_dialog(self) -> None:
        """Open the dialog of the open room's channels."""
        self.account.dialog.set("channels")

    @effect("failed.add_channel")
    async def add(self, room_id: str, text: str, kind: Literal["text", "voice"]) -> None:
        """Add a channel at the end of the list; a text channel is opened at once."""
        account = self.account
        room = account.find_room(room_id)
        if room is None:
            raise RecordNotFound("rooms", room_id)
        channel = Channel(
            id=self.context.new_id(), name=_check_name(text, room), type=kind, position=0
        )
        with batch():
            self._rooms.show_changed(account, _with_channel(room, channel))
            showing = None
            if kind == "text" and account.room_id() == room_id:
                showing = start_eagerly(self._rooms.show(account, room_id, channel.id))
        with self.context.writing(channel.id):
            try:
                async with self._changes:
                    kept = await self._room(account, room_id)
                    _check_name(text, kept)
                    await self._save(account, kept, _with_channel(kept, channel).channels)
            except BaseException:
                await self._rooms.load(account, {room_id: room})
                raise
        if showing is not None:
            await showing

    @effect("failed.rename_channel")
    async def rename(self, room_id: str, channel_id: str, text: str) -> None:
        """Rename a channel."""
        account = self.account
        async with self._changes:
            room = await self._room(account, room_id)
            name = _check_name(text, room, but=channel_id)
            channels = tuple(
                replace(channel, name=name) if channel.id == channel_id else channel
                for channel in channels_of(room)
            )
            await self._save(account, room, channels)

    @effect("failed.move_channel")
    async def move(self, room_id: str, channel_id: str, by: int) -> None:
        """Move a channel by a number of places; up is negative."""
        account = self.account
        async with self._changes:
            room = await self._room(account, room_id)
            await self._save(account, room, moved(channels_of(room), channel_id, by))

    @effect("failed.look_into_channel")
    async def ask_remove(self, room_id: str, channel_id: str) -> None:
        """Ask whether to remove a channel."""
        account = self.account
        room = account.find_room(room_id)
        channel = None if room is None else find_channel(room, channel_id)
        if room is None or channel is None or not can_remove(room, channel):
            return
        removing = Removing(room=room, channel=channel)
        account.removing.set(removing)
        count = await self.context.database(account).count_messages(room_id, None, channel_id)
        heir = self._heir(room, channel_id) if count else None
        if account.removing() is removing:
            account.removing.set(replace(removing, messages=count, successor=heir))

    def cancel_remove(self) -> None:
        """Keep the channel."""
        self.account.removing.set(None)

    @effect("failed.remove_channel")
    async def remove(self) -> None:
        """Remove the channel in question, after another has taken over its messages."""
        account = self.account
        removing = account.removing()
        if removing is None or removing.is_moving:
            return
        room_id, channel_id = removing.room.id, removing.channel.id
        account.removing.set(replace(removing, is_moving=True))
        try:
            async with self._changes:
                # Since one was asked, another tab may have changed the list, or written there.
                room = await self._room(account, room_id)
                channel = find_channel(room, channel_id)
                if channel is not None and not can_remove(room, channel):
                    raise Refused(
                        localize("channel.last_text", channel=channel.name),
                        localize("error.undone"),
                    )
                heir = self._heir(room, channel_id)
                if heir is not None:
                    await self.context.database(account).move_messages(room_id, channel_id, heir.id)
                    self._unread.take_over(account, (room_id, channel_id), (room_id, heir.id))
                left = tuple(c for c in channels_of(room) if c.id != channel_id)
                await self._save(account, room, numbered(left))
            if heir is not None:
                self._drafts.move(account, (room_id, channel_id), (room_id, heir.id))
                await self._draft_attachments.move(
                    account, (room_id, channel_id), (room_id, heir.id)
                )
        finally:
            account.removing.set(None)

    def _heir(self, room: Room, channel_id: str) -> Channel | None:
        """Return the channel that takes over the messages of one; a server moves none."""
        return None if self._homeserver.has_room(room.id) else successor(room, channel_id)

    async def _room(self, account: AccountState, room_id: str) -> Room:
        # As it is kept: another tab may have changed it just now.
        room = await self.context.database(account).get_room(room_id)
        if room is None:
            raise RecordNotFound("rooms", room_id)
        return room

    async def _save(self, account: AccountState, room: Room, channels: tuple[Channel, ...]) -> None:
        await self.context.database(account).update_room(room.id, channels=channels)
        await self._rooms.load(account, {room.id: replace(room, channels=channels)})


def _with_channel(room: Room, channel: Channel) -> Room:
    return replace(room, channels=numbered((*channels_of(room), channel)))


def _check_name(text: str, room: Room, but: str | None = None) -> str:
    name = check_name(text)
    for channel in channels_of(room):
        if channel.id != but and slug(channel.name) == slug(name):
            raise InvalidInput(localize("channel.taken", channel=channel.name), field="name")
    return name
