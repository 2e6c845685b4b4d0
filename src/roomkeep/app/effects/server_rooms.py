"""Rooms on the homeserver: found, joined, created, and others invited to them."""

from reaktiv import batch

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.limits import check_name
from roomkeep.app.state import AccountState
from roomkeep.app.sync_state import AskedRoom, FoundRooms
from roomkeep.localization import localize
from roomkeep.persistence import SyncedRoom

__all__ = ["ServerRoomEffects"]


class ServerRoomEffects(EffectGroup):
    """Finds and joins rooms, creates them, and invites others."""

    def __init__(self, context: Context, homeserver: HomeserverEffects, rooms: RoomEffects) -> None:
        super().__init__(context)
        self._homeserver = homeserver
        self._rooms = rooms

    def open_find(self) -> None:
        """Open the dialog to find and join rooms."""
        account = self.account
        account.dialog.set("find-rooms")
        self.find("")

    @effect("failed.find_rooms")
    async def find(self, words: str) -> None:
        """Search the server's public rooms."""
        account, words = self.account, words.strip()
        asked = FoundRooms(words=words)
        account.sync.found.set(asked)
        try:
            page = await self._homeserver.get_client().find_rooms(words)
        except BaseException:
            account.sync.found.set(None)
            raise
        if account.sync.found() == asked:
            found = FoundRooms(words=words, rooms=page.rooms, next=page.next)
            account.sync.found.set(found)

    @effect("failed.find_rooms")
    async def find_more(self) -> None:
        """Get the next page of what was found."""
        account = self.account
        before = account.sync.found()
        if before is None or before.next is None:
            return
        page = await self._homeserver.get_client().find_rooms(before.words, start=before.next)
        if account.sync.found() == before:
            rooms = (*(before.rooms or ()), *page.rooms)
            account.sync.found.set(FoundRooms(words=before.words, rooms=rooms, next=page.next))

    @effect("failed.join_room")
    async def join(self, address: str) -> None:
        """Join a room by its id or address, or accept an invitation, and open it."""
        account = self.account
        if account.sync.is_busy():
            return
        from roomkeep.sync.errors import MustAsk

        address = address.strip()
        account.sync.is_busy.set(True)
        try:
            synced = await self._homeserver.get_client().join_room(address)
        except MustAsk:
            if account.dialog() == "find-rooms":
                with batch():
                    account.sync.asking.set(AskedRoom(address=address, name=address))
                    account.dialog.set("ask-to-join")
            return
        finally:
            account.sync.is_busy.set(False)
        await self._open(account, synced, "find-rooms")

    @effect("failed.leave_room")
    async def decline(self, room_id: str) -> None:
        """Decline an invitation."""
        await self._homeserver.get_client().leave_room(room_id)

    @effect("failed.create_room")
    async def create(
        self, text: str, *, is_private: bool = False, takes_requests: bool = False
    ) -> None:
        """Create a room on the server, and open it."""
        from roomkeep.sync.directory import NewChannel, NewRoom

        account = self.account
        if account.sync.is_busy():
            return
        new = NewRoom(
            name=check_name(text),
            is_private=is_private,
            takes_requests=takes_requests,
            is_listed=not is_private,
            channels=(NewChannel(name="general"),),
        )
        account.sync.is_busy.set(True)
        try:
            synced = await self._homeserver.get_client().create_room(new)
        finally:
            account.sync.is_busy.set(False)
        await self._open(account, synced, "room")

    @effect("failed.invite")
    async def invite(self, user_id: str) -> None:
        """Invite a person to the open room."""
        account = self.account
        room_id = account.room_id()
        if room_id is None:
            return
        user_id = user_id.strip()
        await self._homeserver.get_client().invite(room_id, user_id)
        if account.dialog() == "invite":
            account.dialog.set(None)
        self.context.tell("success", localize("invite.done", user=user_id))

    async def _open(self, account: AccountState, synced: SyncedRoom, dialog: str) -> None:
        self.context.database(account)
        with batch():
            if account.dialog() == dialog:
                account.dialog.set(None)
        await self._rooms.load(account, {synced.room.id: synced.room})
        self._rooms.open(synced.room.id)
