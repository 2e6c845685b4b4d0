"""Helpers for the DOM."""

import functools
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import js
from pyodide.ffi import JsProxy

from roomkeep.app.sequences import longest_in_order

__all__ = [
    "KeyedList",
    "by_id",
    "clone",
    "focus_is_lost",
    "has_keyboard",
    "part",
    "pressed",
    "set_text",
]

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class KeyedList(Generic[K, T]):
    """The children of an element, one for each item; only changed ones are updated.

    Args:
        parent: the element. It has no other children.
        make: makes the child of an item.
        fill: shows an item in its child. The item before is None for a child that is new.
    """

    def __init__(
        self, parent: Any, make: Callable[[], Any], fill: Callable[[Any, T, T | None], None]
    ) -> None:
        self.parent = parent
        self._make = make
        self._fill = fill
        self._items: dict[K, T] = {}
        self._children: dict[K, Any] = {}

    def child(self, key: K) -> Any | None:
        """Return the child of an item."""
        return self._children.get(key)

    def item(self, key: K) -> T | None:
        """Return the item that is shown for a key."""
        return self._items.get(key)

    def show(self, wanted: dict[K, T]) -> None:
        """Show these items, in this order."""
        for key in [key for key in self._children if key not in wanted]:
            self._children.pop(key).remove()
            del self._items[key]
        kept = list(self._children)
        if kept != [key for key in wanted if key in self._children]:
            # As few as can be are moved: who is at one that stays keeps the focus, and the place.
            kept = longest_in_order((key for key in wanted if key in self._children), kept)
        new: Any = None
        place = 0
        for key, item in wanted.items():
            child = self._children.get(key)
            before = self._items.get(key)
            if child is None:
                child = self._make()
            if before is None or before != item:
                self._fill(child, item, before)
                self._items[key] = item
            self._children[key] = child
            if place < len(kept) and kept[place] == key:
                place += 1
                if new is not None:
                    self.parent.insertBefore(new, child)
                    new = None
            else:
                # Neighbours go into the page together.
                if new is None:
                    new = js.document.createDocumentFragment()
                new.append(child)
        if new is not None:
            self.parent.append(new)
        self._children = {key: self._children[key] for key in wanted}


def by_id(name: str) -> Any:
    """Return the element with an id."""
    return js.document.getElementById(name)


def clone(template: str) -> Any:
    """Return a copy of what a `<template>` holds."""
    return _original(template).cloneNode(True)  # noqa: FBT003 a DOM call


@functools.cache
def _original(template: str) -> Any:
    return by_id(template).content.firstElementChild


def part(root: Any, name: str) -> Any:
    """Return the element inside `root` that is marked `data-part="name"`."""
    return root.querySelector(f'[data-part="{name}"]')


def pressed(event: Any, attribute: str) -> str | None:
    """Return an attribute of the pressed button; None if it has none."""
    button = event.target.closest(f"button[{attribute}]")
    return str(button.getAttribute(attribute)) if isinstance(button, JsProxy) else None


def focus_is_lost() -> bool:
    """Tell whether no visible element has the focus."""
    focused = js.document.activeElement
    return bool(focused.localName in ("body", "dialog") or not focused.checkVisibility())


def has_keyboard() -> bool:
    """Tell whether there is a keyboard, so that focusing a field brings up none on the screen."""
    return bool(js.matchMedia("(pointer: fine)").matches)


def set_text(element: Any, text: str) -> None:
    """Set the text of an element, unless it has it already."""
    if element.textContent != text:
        element.textContent = text
