"""The parts of a row that most rows lack: made when there is something to show in them.

A row without them is made, styled and laid out in half the time.
"""

from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.views.dom import clone, part

__all__ = ["hide_part", "place_part", "show_part", "toggle_part"]

_PLACES = (
    ("", ("day", "new", "message")),
    (
        "main",
        ("head", "quote", "body", "fold", "editor", "hollow", "attachments", "chips", "sending"),
    ),
    ("body", ("content", "edited")),
)
"""The parts of a row in their order, by the part that they stand in."""


def _find(row: Any, name: str) -> Any | None:
    """Return a part of a row; None where the row has none."""
    found = part(row, name)
    return found if isinstance(found, JsProxy) else None


def show_part(row: Any, name: str) -> Any:
    """Return a part of a row; it is made of its template where the row has none yet."""
    found = _find(row, name)
    if found is None:
        found = clone(f"message-{name}")
        place_part(row, name, found)
    return found


def hide_part(row: Any, name: str) -> None:
    """Take a part out of a row, where it has one."""
    found = _find(row, name)
    if found is not None:
        found.remove()


def toggle_part(row: Any, name: str, *, is_shown: bool) -> None:
    """Have a row have a part, or not."""
    if is_shown:
        show_part(row, name)
    else:
        hide_part(row, name)


def place_part(row: Any, name: str, element: Any) -> None:
    """Put an element into a row, where the part of this name belongs."""
    parent, order = next(place for place in _PLACES if name in place[1])
    for later in order[order.index(name) + 1 :]:
        if (there := _find(row, later)) is not None:
            there.before(element)
            return
    (part(row, parent) if parent else row).append(element)
