"""Placing panels beside their anchors."""

from typing import Any

import js

__all__ = ["put_beside"]

GAP = 8
"""So many pixels a panel stays from what it belongs to, and from the window's edges."""


def put_beside(panel: Any, anchor: Any) -> None:
    """Place a panel above or below its anchor, wherever it fits.

    It sets `--left` and `--top`; in a narrow window the styles need neither.
    """
    at, size = anchor.getBoundingClientRect(), panel.getBoundingClientRect()
    width, height = js.window.innerWidth, js.window.innerHeight
    is_from_left = js.document.dir == "rtl"
    left = min(at.left if is_from_left else at.right - size.width, width - size.width - GAP)
    top = at.top - size.height - GAP
    if top < GAP:
        top = min(at.bottom + GAP, height - size.height - GAP)
    panel.style.setProperty("--left", f"{max(left, GAP)}px")
    panel.style.setProperty("--top", f"{max(top, GAP)}px")
