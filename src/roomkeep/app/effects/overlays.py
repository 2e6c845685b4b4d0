"""Opening and closing dialogs and menus, in the state."""

from reaktiv import batch

from roomkeep.app.effects.context import EffectGroup

__all__ = ["OverlayEffects"]


class OverlayEffects(EffectGroup):
    """Opens and closes dialogs and menus."""

    def close_dialog(self, name: str | None = None) -> None:
        """Close the open dialog; given a name, only that one."""
        account = self.account
        if name in (None, account.dialog()):
            account.dialog.set(None)

    def open_quick_switcher(self) -> None:
        """Open the quick switcher."""
        account = self.account
        with batch():
            self.close_menu()
            account.picking.set(None)
            account.dialog.set("switcher")

    def open_room_menu(self) -> None:
        """Open the menu of the open room."""
        self.account.room_menu.set(True)

    def open_message_menu(self, message_id: str) -> None:
        """Open the menu of a message."""
        self.account.message_menu.set(message_id)

    def close_menu(self) -> None:
        """Close the open menu."""
        account = self.account
        with batch():
            account.room_menu.set(False)
            account.message_menu.set(None)

    def close_all(self) -> None:
        """Close everything that covers or replaces the conversation."""
        account = self.account
        removing = account.removing()
        with batch():
            self.close_menu()
            account.picking.set(None)
            account.files.large.set(None)
            account.deleting.set(None)
            account.people.in_front.set(False)
            # A message that was found, and has been gone to, covers nothing.
            if account.search.in_front():
                account.search.is_open.set(False)
                account.search.in_front.set(False)
            # What has begun to be removed is told to its end.
            if removing is None or not removing.is_moving:
                account.removing.set(None)
                account.dialog.set(None)

    def focus_composer(self) -> None:
        """Move the focus to the composer, if there is a keyboard and no dialog is open."""
        account = self.account
        account.composer_focus.set(account.composer_focus() + 1)
