"""JSON that is nested too deeply for a decoder: one such event would hide all that it came with."""

import re
from typing import Final

__all__ = ["MAX_DEPTH", "prune"]

MAX_DEPTH: Final = 100
"""The most levels of lists and objects that are kept; no event that means anything has them."""

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def prune(text: bytes) -> bytes:
    """Return JSON with `null` for each list or object below `MAX_DEPTH` levels."""
    kept: list[bytes] = []
    depth = start = 0
    for found in _TOKEN.finditer(text):
        sign = found[0]
        if sign in b"[{":
            depth += 1
            if depth == MAX_DEPTH + 1:
                kept += (text[start : found.start()], b"null")
        elif sign in b"]}":
            if depth == MAX_DEPTH + 1:
                start = found.end()
            depth -= 1
    # Where brackets do not match, what follows is left out, and is no JSON either way.
    return b"".join((*kept, text[start:] if depth <= MAX_DEPTH else b""))
