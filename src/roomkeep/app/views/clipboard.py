"""Copying text to the clipboard."""

import js
from pyodide.ffi import JsException

from roomkeep.app.effects import Effects
from roomkeep.localization import localize

__all__ = ["copy"]


def copy(effects: Effects, text: str, copied: str) -> None:
    """Copy a text, and show a notice.

    Args:
        effects: where it is said.
        text: what is copied.
        copied: the id of the text that says so.
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
            effects.context.tell("success", localize(copied))
        else:
            effects.context.tell(
                "error",
                localize("clipboard.refused"),
                localize("clipboard.refused_advice"),
            )

    effects.context.start(finish(), "failed.copy")
