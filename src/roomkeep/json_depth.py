"""JSON that is nested too deeply to decode.

Under CPython it fails to decode. In a browser, where the stack is small, it crashes Python for
good, so text from a file or a server is checked first.
"""

import re
from typing import Final

__all__ = ["MAX_DEPTH", "MAX_VALUE_DEPTH", "is_deep", "prune"]

MAX_DEPTH: Final = 100
"""The maximum depth of lists and objects, far above that of real data."""

MAX_VALUE_DEPTH: Final = 90
"""The same for a value that is stored: a file or a request wraps it in some levels more."""

_TOKENS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_NO_BRACKETS: Final = bytes(sign for sign in range(256) if sign not in b"[]{}")


def is_deep(text: bytes) -> bool:
    """Tell whether JSON has more than `MAX_DEPTH` levels; invalid JSON may count as deep."""
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return False
    # Without escaped quotes, every second piece is a string.
    pieces = text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
    brackets = b"".join(pieces[::2]).translate(None, _NO_BRACKETS)
    # Each pass removes the innermost level, which is faster than a loop over all brackets.
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
    # With unbalanced brackets the rest is dropped; the result is invalid either way.
    return b"".join((*kept, text[start:] if depth <= MAX_DEPTH else b""))
