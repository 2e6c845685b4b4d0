"""The order of texts: by UTF-16 code unit in IndexedDB, by code point in SQLite.

The two differ where a character from U+E000 to U+FFFF meets one beyond, such as an emoji.
"""

import re

_LAST = "\U0010ffff"
_MOVED = re.compile("[\ue000-\uffff\U0010ffff]")


def sort_id(text: str) -> str:
    """Return text whose order by code point is the order of `text` by UTF-16 unit."""
    if text.isascii():
        return text
    # The last character of all leads those from U+E000 to U+FFFF. Where it is itself in the text,
    # it is marked by a 0.
    return _MOVED.sub(lambda found: _LAST + ("0" if found[0] == _LAST else found[0]), text)


def text_after(start: str) -> str | bytes:
    """Return what follows, in SQLite's order, all texts that begin with `start`."""
    kept = start.rstrip(_LAST)
    if not kept:
        return b""  # bytes come after all texts
    # Half of a surrogate pair is no text in SQLite.
    return kept[:-1] + ("\ue000" if kept[-1] == "\ud7ff" else chr(ord(kept[-1]) + 1))
