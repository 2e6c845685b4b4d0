"""The settings of the open room, and leaving or deleting it."""

from collections.abc import Awaitable

from msgspec.structs import replace
from reaktiv import batch

from roomkeep.app.channel_ref import DRAFT, DRAFT_FILES, EDIT, LAST_READ, channel_ref_of
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.draft_attachments import DraftAttachmentEffects, holder, read_ids
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.effects.unread import UnreadEffects
from roomkeep.app.limits import check_icon, check_name, check_topic
from roomkeep.app.state import AccountState, Leaving
from roomkeep.localization import localize
from roomkeep.models import Room

__all__ = ["RoomSettingsEffects"]


class RoomSettingsEffects(EffectGroup):
    """Changes the open room, and removes it from the device."""

    def __init__(
        self,
        context: Context,
        writer: SettingWriter,
        rooms: RoomEffects,
        unread: UnreadEffects,
        draft_attachments: DraftAttachmentEffects,
        homeserver: HomeserverEffects,
    ) -> None:
        super().__init__(context)
        self._homeserver = homeserver
        self._writer = writer
        self._rooms = rooms
        self._unread = unread
        self._draft_attachments = draft_attachments

    def open_dialog(self) -> None:
        """Open the form of the room's name, topic and icon."""
        self.account.dialog.set("room-settings")

    @effect("failed.save_room")
    async def change(
        self,
        room_id: str,
        name: str,
        topic: str,
        icon: str,
        *,
        after: Awaitable[None] | None = None,
    ) -> None:
        """Change a room's name, topic and icon; an empty topic or icon is none.

        The icon of a room on the homeserver is a picture: see `RoomIconEffects`.

        Args:
            room_id: the room.
            name: its name.
            topic: its topic.
            icon: its icon.
            after: a change of the same room to wait for. A server that gets two at once may tell
                only one of them in the room's state.
        """
        account = self.account
        changes = {"name": check_name(name), "topic": check_topic(topic)}
        if not self._homeserver.has_room(room_id):
            changes["icon"] = check_icon(icon)
        if after is not None:
            await after
        await self.context.wait_until_written(room_id)
        await self.context.database(account).update_room(room_id, **changes)
        if account.dialog() == "room-settings":
            account.dialog.set(None)
        room = account.find_room(room_id)
        if room is not None:
            await self._rooms.load(account, {room_id: replace(room, **changes)})

    @effect("failed.look_into_room")
    async def ask_leave(self) -> None:
        """Ask whether to leave or delete the open room."""
        account = self.account
        room = account.room
        if room is None:
            return
        leaving = Leaving(room=room, is_host=self._is_owner(account, room))
        with batch():
            account.leaving.set(leaving)
            account.dialog.set("room-leave")
        await self.context.wait_until_written(room.id)
        count = await self.context.database(account).count_messages(room.id)
        files = await self.context.database(account).count_attachments(room.id)
        if account.leaving() is leaving:
            account.leaving.set(replace(leaving, messages=count, files=files))

    @effect("failed.remove_room")
    async def leave(self) -> None:
        """Remove the room in question, with everything that belongs to it."""
        account = self.account
        leaving = account.leaving()
        account.dialog.set(None)
        if leaving is None:
            return
        await self.context.wait_until_written(leaving.room.id)
        room_id = leaving.room.id
        if self._homeserver.has_room(room_id):
            # It goes when the server has said so.
            await self._homeserver.leave_room(room_id)
            return
        await self.context.database(account).delete_room(room_id)
        await self._rooms.load(account, {room_id: None})
        self._unread.forget(account, room_id)
        self._draft_attachments.leave_room(account, room_id)
        text = "room.deleted" if leaving.is_host else "room.left"
        self.context.tell("success", localize(text, room=leaving.room.name))
        await self._forget_settings(account, room_id)

    def _is_owner(self, account: AccountState, room: Room) -> bool:
        """Tell whether a room ends as one leaves it. On a server it stays for the others."""
        return room.host_id == account.user_id and not self._homeserver.has_room(room.id)

    async def _forget_settings(self, account: AccountState, room_id: str) -> None:
        """Delete the settings of a room that is gone."""
        await self._writer.flush(account)
        settings = await self.context.database(account).get_settings()
        gone: dict[str, object] = {}
        for kind in (LAST_READ, DRAFT, DRAFT_FILES, EDIT):
            for key, kept in settings.items():
                ref = channel_ref_of(kind, key)
                if ref is None or ref[0] != room_id:
                    continue
                gone[key] = None
                for file_id in read_ids(kept) if kind == DRAFT_FILES else ():
                    await self.context.database(account).delete_attachments_for_message(
                        holder(file_id)
                    )
        await self.context.database(account).save_settings(gone)
