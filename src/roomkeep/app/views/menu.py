"""A button that opens a menu."""

from typing import Any

import js
from pyodide.ffi import JsProxy

from roomkeep.app.effects import Effects
from roomkeep.app.state import PageState
from roomkeep.app.views.dom import View

__all__ = ["Menu"]


class Menu(View):
    """A menu beside its button: arrows move in it, Escape and a press elsewhere close it.

    Args:
        page: the state.
        effects: the effects.
        button: the button, with `aria-haspopup="menu"`.
        menu: an element of the role `menu` after it, hidden, with buttons of the role `menuitem`.
    """

    def __init__(self, page: PageState, effects: Effects, button: Any, menu: Any) -> None:
        super().__init__(page, effects)
        self._button = button
        self._menu = menu
        self.listen(button, "click", lambda _: self._toggle())
        self.listen(button, "keydown", self._on_button_key)
        # Before the item is told: what it opens gives the focus back to the button.
        self.listen(menu, "click", lambda _: self.close(), capture=True)
        self.listen(menu, "keydown", self._on_key)
        self.listen(js.document, "pointerdown", self._on_press, capture=True)

    def close(self) -> None:
        """Close it; whoever was in it is at the button again."""
        inside = self._menu.contains(js.document.activeElement)
        self._menu.hidden = True
        self._button.setAttribute("aria-expanded", "false")
        if inside:
            self._button.focus()

    def _open(self) -> None:
        self._menu.hidden = False
        self._button.setAttribute("aria-expanded", "true")
        self._items()[0].focus()

    def _toggle(self) -> None:
        if self._menu.hidden:
            self._open()
        else:
            self.close()

    def _items(self) -> list[Any]:
        return [item for item in self._menu.children if not item.hidden]

    def _on_button_key(self, event: Any) -> None:
        if event.key == "ArrowDown":
            event.preventDefault()
            self._open()

    def _on_key(self, event: Any) -> None:
        items = self._items()
        place = next((n for n, i in enumerate(items) if i.isSameNode(js.document.activeElement)), 0)
        match event.key:
            case "ArrowDown":
                place += 1
            case "ArrowUp":
                place -= 1
            case "Home":
                place = 0
            case "End":
                place = -1
            case "Escape" | "Tab":
                if event.key == "Escape":
                    event.preventDefault()
                self.close()
                return
            case _ if event.ctrlKey or event.metaKey:
                # What a shortcut opens gives the focus back to the button.
                self.close()
                return
            case _:
                return
        event.preventDefault()
        items[place % len(items)].focus()

    def _on_press(self, event: Any) -> None:
        inside = event.target.closest('[data-part="menu-host"]')
        if not isinstance(inside, JsProxy) and not self._menu.hidden:
            self.close()
