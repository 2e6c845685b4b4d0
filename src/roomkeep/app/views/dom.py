"""Helpers for the DOM."""

import functools
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import js
import msgspec
from pyodide.code import run_js
from pyodide.ffi import JsProxy

from roomkeep.app.sequences import longest_in_order

__all__ = [
    "Edits",
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


class Edits:
    """Changes to an element and to its parts, made all at once.

    Each way from Python to the page and back takes some microseconds, and a row of a list takes
    dozens of them where it is filled property by property.

    A part is an element that is marked `data-part="name"`; the empty name is the element itself.
    """

    def __init__(self) -> None:
        self._edits: list[tuple[str, str, str, str | None]] = []

    def text(self, name: str, text: str) -> None:
        """Have a text be all that is in a part."""
        self._edits.append((name, "text", "", text))

    def attribute(self, name: str, attribute: str, value: str | None) -> None:
        """Set an attribute of a part; None removes it."""
        self._edits.append((name, "attribute", attribute, value))

    def toggle(self, name: str, attribute: str, is_set: bool) -> None:  # noqa: FBT001 as in the DOM
        """Set an attribute of a part to nothing, or remove it."""
        self.attribute(name, attribute, "" if is_set else None)

    def style(self, name: str, style: str, value: str) -> None:
        """Set a property of a part's style."""
        self._edits.append((name, "style", style, value))

    def picture(self, name: str, source: str) -> None:
        """Have a picture be all that is in a part."""
        self._edits.append((name, "picture", "", source))

    def apply(self, root: Any) -> None:
        """Make the changes."""
        if self._edits:
            _apply(root, msgspec.json.encode(self._edits).decode())


_apply: Any = run_js("""
(root, edits) => {
  for (const [name, kind, key, value] of JSON.parse(edits)) {
    const element = name === '' ? root : root.querySelector(`[data-part="${name}"]`);
    if (kind === 'text') {
      const isText = element.firstElementChild === null && element.textContent === value;
      if (!isText) element.textContent = value;
    } else if (kind === 'style') {
      element.style.setProperty(key, value);
    } else if (kind === 'picture') {
      let image = element.firstElementChild;
      if (image === null) {
        image = document.createElement('img');
        image.alt = '';
        element.replaceChildren(image);
      }
      if (image.getAttribute('src') !== value) image.src = value;
    } else if (value === null) {
      element.removeAttribute(key);
    } else {
      element.setAttribute(key, value);
    }
  }
}
""")


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
