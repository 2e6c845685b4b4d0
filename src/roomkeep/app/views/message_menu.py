"""The menu of a message: opened by a long press, in narrow windows, and by Enter."""

from collections.abc import Callable
from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.effects import Effects
from roomkeep.app.state import PageState
from roomkeep.app.views.dom import KeyedList, View, by_id, part, pressed, set_text
from roomkeep.app.views.menu import MenuView
from roomkeep.app.views.overlays import OPENED
from roomkeep.app.views.popover_position import put_beside
from roomkeep.app.views.rows import Row

__all__ = ["MessageMenuView"]


class MessageMenuView(View):
    """The menu of a message.

    Args:
        messages: the rows.
        choose: called with the chosen action and the message's id.
    """

    def __init__(
        self,
        page: PageState,
        effects: Effects,
        messages: KeyedList[str, Row],
        choose: Callable[[str, str], object],
    ) -> None:
        super().__init__(page, effects)
        self._messages = messages
        self._choose = choose
        self._menu = by_id("message-menu")
        self.listen(self._menu, OPENED, lambda _: self._place())
        self.listen(self._menu, "click", self._on_click)
        self._keys = MenuView(page, effects, self._menu)
        self.watch(self._show)

    def _show(self) -> None:
        account = self.page.account()
        message_id = None if account is None else account.message_menu()
        shown = None if message_id is None else self._messages.item(message_id)
        if shown is None:
            return
        set_text(part(self._menu, "author"), shown.avatar.name)
        for button in self._menu.querySelectorAll(".own"):
            button.hidden = not shown.is_mine

    def _place(self) -> None:
        account = self.page.account()
        message_id = None if account is None else account.message_menu()
        row = None if message_id is None else self._messages.child(message_id)
        if row is not None:
            put_beside(self._menu, part(row, "message"))

    def _on_click(self, event: Any) -> None:
        action = pressed(event, "data-action")
        account = self.page.account()
        message_id = None if account is None else account.message_menu()
        if action is None or message_id is None:
            return
        self.effects.overlays.close_menu()
        row = self._messages.child(message_id)
        if isinstance(row, JsProxy):
            row.focus(preventScroll=True)
        self._choose(action, message_id)
