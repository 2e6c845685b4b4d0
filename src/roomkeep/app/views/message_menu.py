"""The message menu: opened by a long press, in narrow windows, and by Enter."""

from collections.abc import Callable
from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.views.dom import KeyedList, by_id, part, pressed, set_text
from roomkeep.app.views.menu import MenuView
from roomkeep.app.views.overlays import OPENED
from roomkeep.app.views.popover_position import put_beside
from roomkeep.app.views.rows import Row
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["MessageMenuView"]


class MessageMenuView(AccountView):
    """The menu of a message.

    Args:
        messages: the rows.
        choose: called with the chosen action and the message's id.
    """

    def __init__(
        self,
        scope: AccountScope,
        messages: KeyedList[str, Row],
        choose: Callable[[str, str], object],
    ) -> None:
        super().__init__(scope)
        self._messages = messages
        self._choose = choose
        self._menu = by_id("message-menu")
        self.listen(self._menu, OPENED, lambda _: self._place())
        self.listen(self._menu, "click", self._on_click)
        MenuView(scope, self._menu)
        self.watch(self._show)

    def _show(self) -> None:
        message_id = self.account.message_menu()
        shown = None if message_id is None else self._messages.item(message_id)
        if shown is None:
            return
        set_text(part(self._menu, "author"), shown.avatar.name)
        for button in self._menu.querySelectorAll(".own"):
            button.hidden = not shown.is_mine

    def _place(self) -> None:
        message_id = self.account.message_menu()
        row = None if message_id is None else self._messages.child(message_id)
        if row is not None:
            put_beside(self._menu, part(row, "message"))

    def _on_click(self, event: Any) -> None:
        action = pressed(event, "data-action")
        message_id = self.account.message_menu()
        if action is None or message_id is None:
            return
        self.effects.overlays.close_menu()
        row = self._messages.child(message_id)
        if isinstance(row, JsProxy):
            row.focus(preventScroll=True)
        self._choose(action, message_id)
