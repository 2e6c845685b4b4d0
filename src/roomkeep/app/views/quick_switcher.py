"""The quick switcher."""

import functools
import itertools
from typing import Any

import js
from reaktiv import untracked

from roomkeep.app.channel_search import Found, find_places
from roomkeep.app.views.avatars import Avatars
from roomkeep.app.views.channel_icons import channel_icon
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["QuickSwitcherView"]

_numbers = itertools.count()


class QuickSwitcherView(AccountView):
    """A field and the list of matches: the field keeps the focus, arrows move in the list."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._field = by_id("switcher-field")
        self._empty = by_id("switcher-empty")
        self._found: list[Found] = []
        self._chosen = 0
        self._list: KeyedList[tuple[str, str | None], Found] = KeyedList(
            by_id("switcher-list"), _make, functools.partial(_fill, self.avatars)
        )
        self.listen(js.document, "keydown", self._on_shortcut)
        self.listen(self._field, "input", lambda _: self._search())
        self.listen(self._field, "keydown", self._on_key)
        self.listen(self._list.parent, "click", self._on_press)
        self.watch(self._show)

    def _on_shortcut(self, event: Any) -> None:
        if not (event.ctrlKey or event.metaKey) or event.altKey or event.shiftKey:
            return
        if str(event.key).lower() == "k":
            event.preventDefault()
            if not js.document.querySelector("dialog[open]"):
                self.effects.overlays.open_quick_switcher()

    def _show(self) -> None:
        if self.account.dialog() == "switcher":
            untracked(self._search)
        else:
            self._field.value = ""
            self._list.show({})

    def _search(self) -> None:
        account = self.account
        query = str(self._field.value)
        rooms = account.rooms() or ()
        self._found = find_places(rooms, query, account.recent(), account.channel_ref)
        self._list.show({found.key: found for found in self._found})
        self._list.parent.hidden = not self._found
        self._field.setAttribute("aria-expanded", "true" if self._found else "false")
        none = localize("switcher.none" if query.strip() else "switcher.no_others")
        set_text(self._empty, "" if self._found else none)
        self._choose(0)

    def _choose(self, number: int) -> None:
        self._chosen = number % len(self._found) if self._found else 0
        self._field.removeAttribute("aria-activedescendant")
        for place, found in enumerate(self._found):
            option = self._list.child(found.key)
            if option is None:
                continue
            is_chosen = place == self._chosen
            option.setAttribute("aria-selected", "true" if is_chosen else "false")
            if is_chosen:
                self._field.setAttribute("aria-activedescendant", option.id)
                option.scrollIntoView(block="nearest")

    def _on_key(self, event: Any) -> None:
        if event.isComposing:
            return
        match event.key:
            case "ArrowDown":
                self._choose(self._chosen + 1)
            case "ArrowUp":
                self._choose(self._chosen - 1)
            case "Enter":
                self._go(self._chosen)
            case _:
                return
        event.preventDefault()

    def _on_press(self, event: Any) -> None:
        option = event.target.closest('[role="option"]')
        for place, found in enumerate(self._found):
            child = self._list.child(found.key)
            if child is not None and child.isSameNode(option):
                self._go(place)
                return

    def _go(self, place: int) -> None:
        if place < len(self._found):
            found = self._found[place]
            self.effects.rooms.open(
                found.room.id, None if found.channel is None else found.channel.id
            )


def _make() -> Any:
    option = clone("switcher-item")
    option.id = f"switcher-item-{next(_numbers)}"
    return option


def _fill(avatars: Avatars, element: Any, found: Found, _before: Found | None) -> None:
    channel = found.channel
    picture, sign = part(element, "picture"), part(element, "sign")
    picture.hidden = channel is not None
    sign.toggleAttribute("hidden", channel is None)
    if channel is None:
        avatars.show_room(picture, found.room)
    else:
        part(element, "icon").setAttribute("href", channel_icon(channel))
    set_text(part(element, "name"), found.room.name if channel is None else channel.name)
    set_text(part(element, "room"), "" if channel is None else found.room.name)
