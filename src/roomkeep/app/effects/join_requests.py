"""Requests to join rooms on the homeserver: one's own, and those of others."""

from reaktiv import batch

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.limits import check_reason
from roomkeep.app.sync_state import AskedRoom

__all__ = ["JoinRequestEffects"]


class JoinRequestEffects(EffectGroup):
    """Asks to join rooms, and answers who asks."""

    def __init__(self, context: Context, homeserver: HomeserverEffects) -> None:
        super().__init__(context)
        self._homeserver = homeserver

    def ask(self, address: str, name: str) -> None:
        """Open the form to ask to join a room.

        Args:
            address: its id or address.
            name: what to call it.
        """
        account = self.account
        with batch():
            account.sync.asking.set(AskedRoom(address=address, name=name))
            account.dialog.set("ask-to-join")

    @effect("failed.ask_to_join")
    async def send(self, reason: str) -> None:
        """Ask to join the room of the form."""
        account = self.account
        asking = account.sync.asking()
        if asking is None or account.sync.is_busy():
            return
        reason = check_reason(reason)
        account.sync.is_busy.set(True)
        try:
            await self._homeserver.get_client().ask_to_join(asking.address, reason or None)
        finally:
            account.sync.is_busy.set(False)
        if account.dialog() == "ask-to-join":
            # There it is shown that the request waits.
            account.dialog.set("find-rooms")

    @effect("failed.withdraw")
    async def withdraw(self, room_id: str) -> None:
        """Withdraw one's own request."""
        await self._homeserver.get_client().leave_room(room_id)

    def may_answer(self, room_id: str) -> bool:
        """Tell whether one may answer requests to join a room."""
        return self._homeserver.may_invite(room_id)

    @effect("failed.accept_request")
    async def accept(self, user_id: str) -> None:
        """Let someone who asks join the open room."""
        room_id = self.account.room_id()
        if room_id is not None:
            await self._homeserver.get_client().invite(room_id, user_id)

    @effect("failed.decline_request")
    async def decline(self, user_id: str) -> None:
        """Decline the request of someone to join the open room."""
        room_id = self.account.room_id()
        if room_id is not None:
            await self._homeserver.get_client().decline_request(room_id, user_id)
