"""How texts are cut into the words that a search compares.

Case, accents and compatibility forms such as fullwidth letters do not count: "Café" and "CAFE" are
one word. What is written without spaces, such as Chinese, Japanese, Korean and Thai, is cut into
characters, so that any part of it is found. Everything but letters and digits ends a word: a URL
and an identifier are several words.
"""

import functools
import re
import unicodedata
from typing import Final, NamedTuple

__all__ = ["LONGEST", "Token", "fold", "is_unspaced", "tokenize", "words"]

LONGEST: Final = 64
"""What is longer than so many characters is compared by its beginning."""


class Token(NamedTuple):
    """A word of a text.

    Attributes:
        text: the word as it is compared.
        start: where it begins in the text.
        end: where it ends there.
    """

    text: str
    start: int
    end: int


_ASCII: Final = re.compile(r"[a-z0-9]+")

# Scripts without spaces between words; and Korean, where particles are attached to the words.
_UNSPACED: Final = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
# The parts of Korean syllables, which some systems write instead of the syllables.
_JAMO: Final = "\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff"
_EMOJI: Final = "\u2600-\u27bf\U0001f300-\U0001faff"
_is_unspaced = re.compile(f"[{_UNSPACED}]").match

# Accents, and the points of Hebrew and Arabic. Other marks, such as the vowels of Hindi, stay.
_ACCENTS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0640\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
# Letters that Unicode does not take apart.
_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h"}
    | {"\u0131": "i"}
)


def fold(text: str) -> str:
    """Return a text as it is compared: without case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
    # A second time: what was folded may come apart further.
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain).casefold())
    return unicodedata.normalize("NFC", plain)


def is_unspaced(text: str) -> bool:
    """Tell whether a word is a character of a script without spaces."""
    return _is_unspaced(text) is not None


def tokenize(text: str) -> list[Token]:
    """Return the words of a text, in order."""
    if text.isascii():
        return [
            Token(found.group()[:LONGEST], found.start(), found.end())
            for found in _ASCII.finditer(text.lower())
        ]
    tokens: list[Token] = []
    for found in _pattern().finditer(text):
        start, end = found.span()
        tokens += (Token(part[:LONGEST], start, end) for part in _parts(found))
    return tokens


def words(text: str) -> list[str]:
    """Return what `tokenize` does, but for where the words are; that is faster."""
    if text.isascii():
        return [found[:LONGEST] for found in _ASCII.findall(text.lower())]
    return [part[:LONGEST] for found in _pattern().finditer(text) for part in _parts(found)]


def _parts(found: re.Match[str]) -> list[str]:
    folded = fold(found.group())
    if found.lastgroup == "word" and folded.isalnum():
        return [folded]
    # One character may stand for several, or for a word with a full stop in it.
    return [part.group() for part in _pattern().finditer(folded)]


@functools.cache
def _pattern() -> re.Pattern[str]:
    """Return what finds the words of a text that is not plain ASCII."""
    marks = _marks()
    return re.compile(
        f"(?P<word>(?:(?![{_UNSPACED}{_JAMO}])[^\\W_][{marks}]*)+)"
        f"|(?![\\W_])[{_UNSPACED}][{marks}]*"
        f"|[{_JAMO}]+"
        f"|[{_EMOJI}]"
    )


@functools.cache
def _marks() -> str:
    """Return the ranges of all combining marks, as a part of a regular expression's class."""
    # Looking through them takes a moment, and only texts beyond ASCII need it.
    ranges: list[list[int]] = []
    for code in range(0x300, 0x1F000):
        if unicodedata.category(chr(code)).startswith("M"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
