"""JSON that is nested too deeply for a decoder.

Synapse takes no such event from anyone; other servers may. Under CPython one would hide all that
it came with. In the page, where the stack is small and Python does not see its end, it would end
Python.
"""

import re
from typing import Final

__all__ = ["MAX_DEPTH", "is_deep", "prune"]

MAX_DEPTH: Final = 100
"""The most levels of lists and objects that are kept; no event that means anything has them."""

_TOKENS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_NO_BRACKETS: Final = bytes(sign for sign in range(256) if sign not in b"[]{}")


def is_deep(text: bytes) -> bool:
    """Tell whether JSON has more than `MAX_DEPTH` levels; what is no JSON may count as such."""
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return False
    # Without escaped quotes, each second piece between quotes is a string.
    pieces = text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
    brackets = b"".join(pieces[::2]).translate(None, _NO_BRACKETS)
    # Each turn takes the innermost level away; it costs far less than to look at each bracket.
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets)


def prune(text: bytes) -> bytes:
    """Return JSON with `null` for each list or object below `MAX_DEPTH` levels."""
    kept: list[bytes] = []
    depth = start = 0
    for found in _TOKENS.finditer(text):
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
