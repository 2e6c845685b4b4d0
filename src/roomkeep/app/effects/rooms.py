"""Rooms: listed, made, opened."""

import logging

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.limits import check_name
from roomkeep.app.state import AccountState
from roomkeep.errors import StorageError
from roomkeep.models import DEFAULT_CHANNEL_ID, Channel, Room, RoomMember
from roomkeep.persistence import LastViewedChat

__all__ = ["RoomEffects"]

logger = logging.getLogger(__name__)


class RoomEffects(EffectGroup):
    """What one does with rooms."""

    def __init__(self, context: Context, messages: MessageEffects) -> None:
        super().__init__(context)
        self._messages = messages

    async def load(self, account: AccountState) -> None:
        """Show the rooms that there are; an open one that is gone is closed."""
        rooms = await self.context.database(account).get_all_rooms()
        account.rooms.set(tuple(rooms))
        room_id = account.room_id()
        if room_id is not None and all(room.id != room_id for room in rooms):
            account.room_id.set(None)
            account.timeline.set(None)
            account.pane.set("rooms")

    async def show(self, account: AccountState, room_id: str) -> None:
        """Open a room at its end."""
        account.pane.set("chat")
        if account.room_id() != room_id:
            account.editing.set(None)
            account.timeline.set(None)
            account.room_id.set(room_id)
        await self._messages.load_latest(account)
        try:
            chat = LastViewedChat(room_id=room_id, channel_id=DEFAULT_CHANNEL_ID)
            self.context.resume.save_last_viewed_chat(account.user_id, chat)
        except StorageError:
            # The room is open all the same; only the next visit begins elsewhere.
            logger.warning("where one left off will be forgotten on reload", exc_info=True)

    @effect("open the room")
    async def open(self, room_id: str) -> None:
        """Open a room."""
        await self.show(self.account, room_id)

    @effect("create the room")
    async def create(self, text: str) -> None:
        """Make a room of that name, and open it."""
        account = self.account
        name = check_name(text)
        user = account.user()
        now = self.context.now()
        room = Room(
            id=self.context.new_id(),
            name=name,
            host_id=user.oder_id,
            created_at=now,
            channels=(Channel(id=DEFAULT_CHANNEL_ID, name="general", type="text", position=0),),
            members=(
                RoomMember(
                    oder_id=user.oder_id,
                    username=user.username,
                    display_name=user.display_name,
                    role="host",
                    joined_at=now,
                ),
            ),
        )
        await self.context.database(account).save_room(room)
        account.dialog.set(None)
        await self.load(account)
        await self.show(account, room.id)

    def show_list(self) -> None:
        """Show the list of rooms where the window is too narrow for both."""
        self.account.pane.set("rooms")

    def open_dialog(self) -> None:
        """Ask for the name of a new room."""
        self.account.dialog.set("room")

    def close_dialog(self) -> None:
        """Close the dialog that is open."""
        account = self.page.account()
        if account is not None:
            account.dialog.set(None)
