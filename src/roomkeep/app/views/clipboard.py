"""Copying text to the clipboard."""

import js
from pyodide.ffi import JsException

from roomkeep.app.effects import Effects

__all__ = ["copy"]


def copy(effects: Effects, text: str, what: str) -> None:
    """Copy a text, and say so.

    Args:
        effects: where it is said.
        text: what is copied.
        what: what it is, to begin the sentence "… copied."
    """
    # Browsers give the clipboard to secure pages only, right after a press, and may ask the person.
    clipboard = js.navigator.clipboard if hasattr(js.navigator, "clipboard") else None
    writing = None if clipboard is None else clipboard.writeText(text)

    async def finish() -> None:
        try:
            is_copied = writing is not None
            if writing is not None:
                await writing
        except JsException:
            is_copied = False
        if is_copied:
            effects.context.tell("success", f"{what} copied.")
        else:
            effects.context.tell(
                "error",
                "The browser does not let this page use the clipboard.",
                "Select the text and copy it with the browser's own menu.",
            )

    effects.context.start(finish(), "copy the text")
