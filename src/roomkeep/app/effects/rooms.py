"""Rooms: listed, created and opened."""

import logging
from collections.abc import Iterable, Mapping

from msgspec.structs import replace
from reaktiv import batch

from roomkeep.app.channel_ref import RECENT, ChannelRef
from roomkeep.app.channels import channels_of, find_channel, first_text_channel
from roomkeep.app.eager import start_eagerly
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.draft_attachments import DraftAttachmentEffects
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.effects.overlays import OverlayEffects
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.effects.unread import UnreadEffects
from roomkeep.app.limits import check_name
from roomkeep.app.state import AccountState
from roomkeep.errors import RecordNotFound, StorageError
from roomkeep.models import DEFAULT_CHANNEL_ID, Channel, Room, RoomMember, User
from roomkeep.persistence import LastViewedChat

__all__ = ["RoomEffects", "read_recent"]

OF_A_ROOM = (
    "date",
    "room-settings",
    "room-leave",
    "channels",
    "profile",
    "ban",
    "bans",
    "invite",
    "move-room",
)
"""The dialogs that are about the open room."""
MOST_RECENT = 60
"""So many places are remembered as opened last."""

logger = logging.getLogger(__name__)


class RoomEffects(EffectGroup):
    """Lists rooms, creates them, and opens them."""

    def __init__(
        self,
        context: Context,
        writer: SettingWriter,
        messages: MessageEffects,
        unread: UnreadEffects,
        overlays: OverlayEffects,
        drafts: DraftEffects,
        draft_attachments: DraftAttachmentEffects,
    ) -> None:
        super().__init__(context)
        self._drafts = drafts
        self._draft_attachments = draft_attachments
        self._overlays = overlays
        self._writer = writer
        self._messages = messages
        self._unread = unread
        self._creating: dict[AccountState, Room] = {}

    async def load(
        self, account: AccountState, changed: Mapping[str, Room | None] | None = None
    ) -> None:
        """Load the rooms; an open one that is gone is closed.

        Args:
            account: whose rooms.
            changed: only these have changed, and are like this now, or None where they are gone. A
                room may list thousands of people. Without it all rooms are read.
        """
        known_before = {room.id for room in account.rooms() or ()}
        if changed is None or account.rooms() is None:
            rooms = await self.context.database(account).get_all_rooms()
            known: dict[str, Room | None] = {room.id: room for room in rooms}
        else:
            known = {**{room.id: room for room in account.rooms() or ()}, **changed}
        creating = self._creating.get(account)
        if creating is not None:
            known.setdefault(creating.id, creating)
        created = await self._created_channel(account, known)
        with batch():
            _set_rooms(account, (room for room in known.values() if room is not None))
            if created is not None:
                self._rename(account, *created)
        if created is not None:
            await self._draft_attachments.move(account, *created)
            await self._messages.load_latest(account)
        # What was written in a new one may have been heard of before the room itself.
        self._unread.look(account, {room.id for room in account.rooms() or ()} - known_before)
        room_id = account.room_id()
        if room_id is None:
            return
        room = account.room
        if room is None:
            self._close(account)
        elif account.channel is None:
            ref = (room_id, first_text_channel(room).id)
            self._go(account, ref)
            await self._load_messages(account, ref)

    async def _created_channel(
        self, account: AccountState, known: Mapping[str, Room | None]
    ) -> tuple[ChannelRef, ChannelRef] | None:
        """Return the open channel and what it is called now, if it was made here and has moved."""
        ref = account.channel_ref
        room = None if ref is None else known.get(ref[0])
        if ref is None or room is None or not account.sync.server():
            return None
        if find_channel(room, ref[1]) is not None:
            return None
        made = await self.context.database(account).get_created_channel(*ref)
        is_there = account.channel_ref == ref and find_channel(room, made) is not None
        return None if made is None or not is_there else (ref, (ref[0], made))

    def _rename(self, account: AccountState, ref: ChannelRef, to: ChannelRef) -> None:
        """Go on in the open channel, which has the server's id from now on."""
        timeline = account.timeline()
        account.channel_id.set(to[1])
        if timeline is not None:
            moved = tuple(replace(message, channel_id=to[1]) for message in timeline.messages)
            account.timeline.set(replace(timeline, messages=moved))
        read = account.last_read().get(ref)
        if read is not None:
            account.last_read.set({**account.last_read(), to: read})
        self._drafts.move(account, ref, to)
        self._remember(account, to)

    def show_changed(self, account: AccountState, room: Room) -> None:
        """Show a room as it is about to be."""
        rooms = {**{one.id: one for one in account.rooms() or ()}, room.id: room}
        _set_rooms(account, rooms.values())

    async def show(
        self, account: AccountState, room_id: str, channel_id: str | None = None
    ) -> None:
        """Open a channel of a room; without one, the channel that was last open there.

        It is open when this first waits; its messages follow.
        """
        ref = (room_id, self._choose(account, room_id, channel_id))
        was_there = account.channel_ref == ref and account.timeline() is not None
        with batch():
            account.pane.set("chat")
            self._go(account, ref)
            self._remember(account, ref)
        if not was_there:
            await self._load_messages(account, ref)

    @effect("failed.open_room")
    async def open(self, room_id: str, channel_id: str | None = None) -> None:
        """Open a room or a channel, and focus the composer."""
        account = self.account
        with batch():
            self._overlays.close_dialog("switcher")
            # What one chose it from may be a list that was made before it went.
            if account.find_room(room_id) is None:
                raise RecordNotFound("rooms", room_id)
            showing = start_eagerly(self.show(account, room_id, channel_id))
            self._overlays.focus_composer()
        await showing

    @effect("failed.create_room")
    async def create(self, text: str) -> None:
        """Create a room and open it at once; it is saved in the background."""
        account = self.account
        failed = account.failed_room
        room = self._make_room(account.user(), check_name(text))
        if failed is not None:
            # What was written there is there again.
            room = replace(room, id=failed.id)
        # Who presses twice means one room.
        if account in self._creating:
            return
        self._creating[account] = room
        before, ref = account.channel_ref, (room.id, DEFAULT_CHANNEL_ID)
        with batch():
            self._overlays.close_dialog("room")
            _set_rooms(account, (*(account.rooms() or ()), room))
            account.previews.set({**account.previews(), room.id: None})
            account.pane.set("chat")
            self._go(account, ref)
            self._remember(account, ref)
            self._overlays.focus_composer()
        try:
            with self.context.writing(room.id):
                await self.context.database(account).save_room(room)
        except BaseException:
            del self._creating[account]
            account.failed_room = room
            await self.load(account, {room.id: None})
            if account.dialog() is None:
                account.dialog.set("room")
            if before is not None and account.room_id() is None:
                await self.show(account, *before)
            raise
        del self._creating[account]
        account.failed_room = None
        await self._load_messages(account, ref)

    def _make_room(self, user: User, name: str) -> Room:
        now = self.context.now()
        return Room(
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

    def show_list(self) -> None:
        """Show the list of rooms, in a narrow window."""
        self.account.pane.set("rooms")

    def open_dialog(self) -> None:
        """Ask for the name of a new room."""
        self.account.dialog.set("room")

    def _choose(self, account: AccountState, room_id: str, channel_id: str | None) -> str:
        room = account.find_room(room_id)
        if room is None:
            return channel_id or DEFAULT_CHANNEL_ID
        if find_channel(room, channel_id) is not None and channel_id is not None:
            return channel_id
        there = {channel.id for channel in channels_of(room) if channel.type == "text"}
        before = (ref[1] for ref in account.recent() if ref[0] == room_id)
        return next((known for known in before if known in there), first_text_channel(room).id)

    def _go(self, account: AccountState, ref: ChannelRef) -> None:
        """Switch to a channel, without loading its messages."""
        if account.channel_ref == ref:
            return
        with batch():
            account.timeline.set(None)
            account.new_after.set(None)
            account.message_id.set(None)
            account.files.refused.set(())
            account.room_id.set(ref[0])
            account.channel_id.set(ref[1])
            self._overlays.close_menu()
            account.picking.set(None)

    async def _load_messages(self, account: AccountState, ref: ChannelRef) -> None:
        mark = self._unread.reader_mark(account, ref)
        unread = account.unread().get(ref)
        position = account.positions.get(ref)
        newest = account.previews().get(ref[0])
        if position is not None and unread is None and (newest is None or newest.timestamp > mark):
            # After a reload they may not be counted yet.
            unread = await self.context.database(account).count_messages(ref[0], mark, ref[1])
        if position is not None and not unread:
            try:
                await self._messages.show_around(account, ref, position.message_id)
            except RecordNotFound:  # deleted since
                del account.positions[ref]
            else:
                return
        await self._messages.open(account, ref, mark, unread)

    def _close(self, account: AccountState) -> None:
        with batch():
            account.room_id.set(None)
            account.timeline.set(None)
            account.new_after.set(None)
            account.pane.set("rooms")
            # What was asked about it has no answer any more.
            if account.dialog() in OF_A_ROOM:
                account.dialog.set(None)
            account.picking.set(None)
            account.deleting.set(None)
            account.removing.set(None)

    def _remember(self, account: AccountState, ref: ChannelRef) -> None:
        """Remember a channel as the one that was opened last."""
        try:
            chat = LastViewedChat(room_id=ref[0], channel_id=ref[1])
            self.context.resume.save_last_viewed_chat(account.user_id, chat)
        except StorageError:
            # The room is open all the same; only the next visit begins elsewhere.
            logger.warning("where one left off will be forgotten on reload", exc_info=True)
        before = account.recent()
        if before[:1] == (ref,):
            return
        account.recent.set((ref, *(p for p in before if p != ref))[:MOST_RECENT])
        self._writer.note(account, RECENT, lambda: [list(ref) for ref in account.recent()])


def _set_rooms(account: AccountState, rooms: Iterable[Room]) -> None:
    account.rooms.set(tuple(sorted(rooms, key=lambda room: (room.created_at, room.id))))


def read_recent(settings: dict[str, object]) -> tuple[ChannelRef, ...]:
    """Return the channels opened last, from an account's settings."""
    kept = settings.get(RECENT)
    if not isinstance(kept, list):
        return ()
    pairs = [ref for ref in kept if isinstance(ref, list)]
    return tuple(
        (ref[0], ref[1])
        for ref in pairs
        if len(ref) == 2 and all(isinstance(part, str) for part in ref)  # noqa: PLR2004
    )
