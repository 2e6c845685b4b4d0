"""The small pictures of people."""

from typing import Any

import js
from pyodide.ffi import JsProxy

from roomkeep.app.monograms import initials, tint
from roomkeep.app.people import STATUS_NAMES, Status
from roomkeep.app.views.dom import set_text
from roomkeep.localization import localize

__all__ = ["show_avatar", "show_status", "show_tint"]


def show_avatar(element: Any, user_id: str, name: str, picture: str | None = None) -> None:
    """Show a person's picture, or the initials where there is none.

    Args:
        element: an `.avatar`, which is no more than decoration: the name stands beside it.
        user_id: whose it is; it gives the colour.
        name: what the person is called.
        picture: a `data:` URL.
    """
    show_tint(element, user_id)
    if picture is None:
        set_text(element, initials(name))
        return
    image = element.firstElementChild
    if not isinstance(image, JsProxy):
        image = js.document.createElement("img")
        image.alt = ""
        element.replaceChildren(image)
    if image.getAttribute("src") != picture:
        image.src = picture


def show_tint(element: Any, subject_id: str) -> None:
    """Give an element the colour of a person or a room."""
    hue, tone = tint(subject_id)
    element.style.setProperty("--hue", str(hue))
    element.dataset.tone = str(tone)


def show_status(dot: Any, text: Any, status: Status) -> None:
    """Show a person's status, as a dot and as a word."""
    dot.dataset.status = status
    set_text(text, localize(STATUS_NAMES[status]))
