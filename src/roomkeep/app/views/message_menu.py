"""What one can do with a message, as a menu: for fingers and narrow windows, and by Enter."""

from collections.abc import Callable
from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.effects import Effects
from roomkeep.app.state import PageState
from roomkeep.app.views.dom import View, by_id, part, pressed, set_text
from roomkeep.app.views.popover_position import put_beside
from roomkeep.app.views.rows import Row

__all__ = ["MessageMenu"]

STEPS = {"ArrowDown": 1, "ArrowUp": -1}


class MessageMenu(View):
    """The menu of a message.

    Args:
        choose: is told what was chosen, the message's id, and its row.
    """

    def __init__(
        self, page: PageState, effects: Effects, choose: Callable[[str, str, Any], object]
    ) -> None:
        super().__init__(page, effects)
        self._choose = choose
        self._menu = by_id("message-menu")
        self._message_id = ""
        self._row: Any = None
        self.listen(self._menu, "click", self._on_click)
        self.listen(self._menu, "keydown", self._on_key)
        self.watch(self._leave)

    def open(self, shown: Row, row: Any) -> None:
        """Show the menu of a message."""
        self._message_id = shown.message.id
        self._row = row
        set_text(part(self._menu, "author"), shown.avatar.name)
        for button in self._menu.querySelectorAll(".own"):
            button.hidden = not shown.is_mine
        self._menu.showPopover()
        put_beside(self._menu, part(row, "message"))
        self._items()[0].focus()

    def _leave(self) -> None:
        """Close it when its room is gone."""
        account = self.page.account()
        if (account is None or account.room is None) and self._menu.matches(":popover-open"):
            self._menu.hidePopover()

    def _items(self) -> list[Any]:
        return list(self._menu.querySelectorAll("button:not([hidden])"))

    def _on_click(self, event: Any) -> None:
        action = pressed(event, "data-action")
        if action is None:
            return
        self._menu.hidePopover()
        if isinstance(self._row, JsProxy):
            self._row.focus(preventScroll=True)
        self._choose(action, self._message_id, self._row)

    def _on_key(self, event: Any) -> None:
        items = self._items()
        place = next((n for n, item in enumerate(items) if item.isSameNode(event.target)), 0)
        if event.key in STEPS:
            event.preventDefault()
            items[(place + STEPS[event.key]) % len(items)].focus()
        elif event.key in ("Home", "End"):
            event.preventDefault()
            items[0 if event.key == "Home" else -1].focus()
        elif event.key == "Tab":
            event.preventDefault()
            self._menu.hidePopover()
