"""Cutting text between graphemes: a letter with its marks, or an emoji, stays whole.

The browser knows the rules of Unicode. Under CPython, where tests run, a short version of them
covers letters with marks, flags, and emoji with skin tones, joiners and tags.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final

__all__ = ["cut", "first_grapheme", "graphemes"]

_JOINER: Final = "\N{ZERO WIDTH JOINER}"
_SKIN_TONES: Final = ("\U0001f3fb", "\U0001f3ff")
_TAGS: Final = ("\U000e0020", "\U000e007f")
_FLAG_LETTERS: Final = ("\U0001f1e6", "\U0001f1ff")
_MARKS: Final = frozenset({"Mn", "Me", "Mc"})


def first_grapheme(text: str) -> str:
    """Return the first character as a reader counts them; empty for an empty text."""
    return next(graphemes(text), "")


def graphemes(text: str) -> Iterator[str]:
    """Yield the characters of a text as a reader counts them."""
    place = 0
    while place < len(text):
        _, grapheme = _grapheme_at(text, place)
        yield grapheme
        place += len(grapheme)


def cut(text: str, most: int) -> str:
    """Return the beginning of a text, at most `most` code points long; no grapheme is split."""
    return text if len(text) <= most else text[: _grapheme_at(text, most)[0]]


def _in_python(text: str, place: int) -> tuple[int, str]:
    """Return where the grapheme that holds the code point at `place` begins, and what it is."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _continues(text, start, end):
            if place < end:
                return start, text[start:end]
            start = end
    return len(text), ""


def _continues(text: str, start: int, place: int) -> bool:
    """Tell whether a code point belongs to the grapheme that begins at `start`."""
    sign, before = text[place], text[place - 1]
    if before == _JOINER:
        return place - 1 > start and unicodedata.category(sign) in ("So", "Sk")
    if _is_in(sign, _FLAG_LETTERS):
        return place - start == 1 and _is_in(before, _FLAG_LETTERS)
    if before + sign == "\r\n":
        return True
    return (
        sign in (_JOINER, "\N{ZERO WIDTH NON-JOINER}")
        or _is_in(sign, _SKIN_TONES)
        or _is_in(sign, _TAGS)
        or unicodedata.category(sign) in _MARKS
    )


def _is_in(sign: str, bounds: tuple[str, str]) -> bool:
    return bounds[0] <= sign <= bounds[1]


def _with_segmenter(segmenter: Any) -> Callable[[str, int], tuple[int, str]]:
    """Make the same of the browser's own rules."""

    def grapheme_at(text: str, place: int) -> tuple[int, str]:
        # JavaScript counts in units of UTF-16.
        units = sum(map(_units, text[:place]))
        # Asked for the first half of a sign of two units, WebKit tells of the grapheme before it.
        found = segmenter.segment(text).containing(units + _units(text[place]) - 1)
        start = place
        while units > int(found.index):
            start -= 1
            units -= _units(text[start])
        return start, text[start : start + len(str(found.segment))]

    return grapheme_at


def _units(sign: str) -> int:
    return 2 if sign > "\uffff" else 1


def _find_rules() -> Callable[[str, int], tuple[int, str]]:
    if sys.platform == "emscripten":
        import js

        if hasattr(js.Intl, "Segmenter"):
            return _with_segmenter(js.Intl.Segmenter.new())
    return _in_python


_grapheme_at: Final = _find_rules()
