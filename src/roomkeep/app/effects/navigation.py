"""Navigation: from the open place to an address, and back."""

from collections.abc import Callable
from typing import get_args

from reaktiv import batch

from roomkeep.app.address import Address, Panel
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.overlays import OverlayEffects
from roomkeep.app.effects.replies import ReplyEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.positions import unpack_positions
from roomkeep.app.state import AccountState
from roomkeep.localization import localize
from roomkeep.persistence import LastViewedChat

__all__ = ["NavigationEffects", "address_of"]


class NavigationEffects(EffectGroup):
    """Opens the place of an address."""

    def __init__(
        self,
        context: Context,
        overlays: OverlayEffects,
        rooms: RoomEffects,
        replies: ReplyEffects,
    ) -> None:
        super().__init__(context)
        self._overlays = overlays
        self._rooms = rooms
        self._replies = replies
        self._openers: dict[Panel, Callable[[], object]] = {}

    def open_by(self, panel: Panel, opener: Callable[[], object]) -> None:
        """Register the effect that opens a panel."""
        self._openers[panel] = opener

    @effect("failed.go_there")
    async def go(self, address: Address) -> None:
        """Open the place of an address, after Back, Forward, or a link.

        A room that is not here opens nothing.
        """
        self.page.is_arriving.set(True)
        try:
            await self._go(self.account, address)
        finally:
            self.page.is_arriving.set(False)

    async def _go(self, account: AccountState, address: Address) -> None:
        with batch():
            self._overlays.close_all()
            self._show_panel(account, address.panel)
            if address.room_id is None:
                account.pane.set("rooms")
                return
        if account.find_room(address.room_id) is None:
            self.context.tell("error", localize("room.not_here"))
            return
        if address.message_id is not None:
            account.pane.set("chat")
            await self._replies.show(address.message_id)
        elif address.channel_id is None or account.channel_ref != (
            address.room_id,
            address.channel_id,
        ):
            await self._rooms.open(address.room_id, address.channel_id)
        else:
            account.pane.set("chat")
            account.message_id.set(None)

    async def arrive(self, account: AccountState, last: LastViewedChat | None) -> None:
        """Open the place of the page's URL, else the chat that was viewed last."""
        address, self.page.address = self.page.address, None
        kept, self.page.kept_positions = self.page.kept_positions, ""
        account.positions.update(unpack_positions(kept, account.user_id))
        self.page.is_arriving.set(True)
        try:
            await self._arrive(account, address, last)
        finally:
            self.page.is_arriving.set(False)

    async def _arrive(
        self, account: AccountState, address: Address | None, last: LastViewedChat | None
    ) -> None:
        if address is not None:
            self._show_panel(account, address.panel)
        if address is not None and address.room_id is not None:
            # An address of another account opens nothing, and nothing else in its stead.
            if account.find_room(address.room_id) is not None:
                await self._rooms.show(account, address.room_id, address.channel_id)
                if address.message_id is not None:
                    await self._replies.show(address.message_id)
        elif last is not None and account.find_room(last.room_id) is not None:
            await self._rooms.show(account, last.room_id, last.channel_id)

    def _show_panel(self, account: AccountState, panel: Panel | None) -> None:
        """Open the panel of an address."""
        if panel == "people":
            account.people.in_front.set(True)
        elif panel == "search":
            with batch():
                account.search.is_open.set(True)
                account.search.in_front.set(True)
        elif panel in self._openers:
            self._openers[panel]()
        elif panel is not None:
            account.dialog.set(panel)


def address_of(account: AccountState, *, is_narrow: bool) -> Address:
    """Return the address of the open place.

    Args:
        account: the account.
        is_narrow: the window shows either the list of rooms or the conversation.
    """
    dialog = account.dialog()
    panel = next((one for one in get_args(Panel) if one == dialog), None)
    if panel is None and account.people.in_front():
        panel = "people"
    if panel is None and account.search.is_open() and account.search.in_front():
        panel = "search"
    if account.room_id() is None or (is_narrow and account.pane() == "rooms"):
        return Address(panel=panel)
    return Address(
        room_id=account.room_id(),
        channel_id=account.channel_id(),
        message_id=account.message_id(),
        panel=panel,
    )
