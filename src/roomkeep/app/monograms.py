"""Monograms: initials on a colour, in place of a picture. Pure."""

import functools
import re
import zlib
from typing import Final

from roomkeep.app.formatting import is_only_emoji
from roomkeep.app.graphemes import graphemes

__all__ = ["HUES", "TONES", "initials", "tint"]

HUES: Final = 18
"""How many hues there are, evenly around the colour wheel."""
TONES: Final = 2
"""How many colours there are of each hue."""

_MOST_DIGITS = 2
_WORD: Final = re.compile(r"[^\s|_\-\[\]{}`^\\<>.,:;/#@'\"()]+")


@functools.lru_cache(maxsize=2_048)
def initials(name: str) -> str:
    """Return the initials of a name's two words, or the beginning of one.

    A number is kept ("Room 12" is "R12"), and an emoji that begins a name stands for it alone.
    """
    words: list[str] = _WORD.findall(name)
    if not words:
        return "?"
    letters = list(graphemes(words[0]))
    if is_only_emoji(letters[0]):
        return letters[0]
    first = letters[0].upper()
    for word in words[1:]:
        if word.isdecimal() and len(word) <= _MOST_DIGITS:
            return first + word
        second = next(graphemes(word))
        if not is_only_emoji(second):
            return first + second.upper()
    rest = letters[1] if len(letters) > 1 and len(first) == 1 else ""
    return first + ("" if is_only_emoji(rest) else rest)


def tint(subject_id: str) -> tuple[int, int]:
    """Return the colour of a person or a room: its hue in degrees, and its tone.

    It is always the same, and ids that differ a little are as likely to get other colours as any.
    """
    number = zlib.crc32(subject_id.encode("utf-8", "surrogatepass"))
    tone, place = divmod(number % (HUES * TONES), HUES)
    return place * 360 // HUES, tone
