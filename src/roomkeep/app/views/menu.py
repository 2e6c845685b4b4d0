"""The keys of a menu: arrows move in it, Tab closes it."""

from typing import Any

from roomkeep.app.views.overlays import OPENED
from roomkeep.app.views.scope import View, ViewScope

__all__ = ["MenuView"]


class MenuView(View):
    """Moves the focus among the items of an open menu.

    Args:
        page: the state.
        effects: the effects.
        menu: an element of the role `menu`, with buttons of the role `menuitem`.
    """

    def __init__(self, scope: ViewScope, menu: Any) -> None:
        super().__init__(scope)
        self._menu = menu
        self.listen(menu, OPENED, lambda _: self._items()[0].focus())
        self.listen(menu, "keydown", self._on_key)

    def _items(self) -> list[Any]:
        return list(self._menu.querySelectorAll("[role='menuitem']:not([hidden])"))

    def _on_key(self, event: Any) -> None:
        items = self._items()
        number = next((n for n, item in enumerate(items) if item.isSameNode(event.target)), 0)
        match event.key:
            case "ArrowDown":
                number += 1
            case "ArrowUp":
                number -= 1
            case "Home":
                number = 0
            case "End":
                number = -1
            case "Tab":
                event.preventDefault()
                self.effects.overlays.close_menu()
                return
            case _:
                return
        event.preventDefault()
        items[number % len(items)].focus()
