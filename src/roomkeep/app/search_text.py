"""The text of a search while it is typed: its filters, and excerpts of what it finds. Pure."""

import re
from collections.abc import Sequence
from typing import Final, Literal, cast

from msgspec import Struct

from roomkeep.app.graphemes import cut

__all__ = [
    "HAS",
    "Filter",
    "FilterKey",
    "Piece",
    "Problem",
    "SearchScope",
    "add_filter",
    "excerpt",
    "filter_at",
    "filters_of",
    "put_value",
    "ready_text",
    "what_is_wrong",
]

FilterKey = Literal["from", "in", "has", "before", "after", "on"]
"""What a filter narrows a search by."""
SearchScope = Literal["room", "everywhere"]
"""Where one searches: in the open room, or in all rooms."""
Problem = Literal["date", "has"]
"""What is wrong with a search: a date is none, or `has:` names no kind."""

HAS: Final = ("file", "link", "picture")
"""The kinds that `has:` names."""

_PARTS: Final = re.compile(
    r'(?:(?P<key>from|in|has|before|after|on):(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))'
    r'|(?P<phrase>-?"[^"]*"?)|(?P<word>\S+))'
)
_UNFINISHED_DATE: Final = re.compile(r"\d{1,3}|\d{4}-0?|\d{4}-\d\d?-0?")
_SPACE: Final = re.compile(r"\s+")
_BEFORE: Final = 32
"""About so many characters are shown before the first match."""
_LONGEST: Final = 240
"""The most characters of an excerpt."""


class Filter(Struct, frozen=True):
    """A filter in the text of a search, such as `from:ada`.

    Attributes:
        key: what it narrows the search by.
        value: what is behind the colon, without quotes.
        start: where it begins in the text.
        end: where it ends.
    """

    key: FilterKey
    value: str
    start: int
    end: int

    @property
    def is_unfinished(self) -> bool:
        """Whether it is none yet, but may become one when more is typed."""
        if self.key == "has":
            return self.value not in HAS and any(kind.startswith(self.value) for kind in HAS)
        if self.key in ("from", "in"):
            return not self.value
        return not self.value or _UNFINISHED_DATE.fullmatch(self.value) is not None


class Piece(Struct, frozen=True):
    """A part of an excerpt.

    Attributes:
        text: what it says.
        is_match: it is what was searched for.
    """

    text: str
    is_match: bool


def filters_of(text: str) -> list[Filter]:
    """Return the filters in the text of a search, in order."""
    return [
        Filter(
            cast("FilterKey", found["key"]), found["plain"] or found["quoted"] or "", *found.span()
        )
        for found in _PARTS.finditer(text)
        if found["key"] is not None
    ]


def filter_at(text: str, caret: int) -> Filter | None:
    """Return the filter in which one types; None where that is none."""
    for one in filters_of(text):
        is_closed = text.count('"', one.start, one.end) == len('""')
        if one.start + len(one.key) < caret <= one.end and not (is_closed and caret == one.end):
            return one
    return None


def add_filter(text: str, key: FilterKey) -> str:
    """Return the text with another filter at its end, for its value to be typed."""
    before = text.rstrip()
    return f"{before} {key}:" if before else f"{key}:"


def put_value(text: str, at: Filter, value: str) -> tuple[str, int]:
    """Give a filter a value; return the text, and where one goes on typing."""
    plain = value.replace('"', "")
    quoted = f'"{plain}"' if _SPACE.search(plain) else plain
    before = f"{text[: at.start]}{at.key}:{quoted} "
    return before + text[at.end :].lstrip(), len(before)


def ready_text(text: str) -> str:
    """Return what is searched for while one still types.

    The last word is the beginning of one. What is no filter yet is left out.
    """
    ready, place = "", 0
    for one in filters_of(text):
        if not one.value or (one.is_unfinished and one.end == len(text)):
            ready += text[place : one.start]
            place = one.end
    ready += text[place:]
    parts = list(_PARTS.finditer(text))
    word = parts[-1]["word"] if parts and parts[-1].end() == len(text) else None
    if word is not None and not word.startswith("-") and not word.endswith("*"):
        ready += "*"
    return ready.strip()


def what_is_wrong(text: str) -> Problem:
    """Tell why a text that cannot be searched for is refused."""
    is_has = any(one.key == "has" and one.value not in HAS for one in filters_of(text))
    return "has" if is_has else "date"


def excerpt(content: str, matches: Sequence[tuple[int, int]]) -> list[Piece]:
    """Return a message on one line, shortened around its first match, with the matches marked.

    Args:
        content: what the message says.
        matches: where the matches begin and end, ascending.
    """
    first = matches[0][0] if matches else 0
    start = 0
    if first > 2 * _BEFORE:
        start = first - _BEFORE
        # It begins with a word, where there is one to begin with.
        space = content.find(" ", start, first)
        start = start if space < 0 else space + 1
        # Nor within a letter that has marks.
        start = len(cut(content, start))
    end = start + len(cut(content[start:], _LONGEST))
    pieces: list[Piece] = []
    place = start
    for match_start, match_end in matches:
        if match_start >= end:
            break
        pieces += [
            Piece(content[place:match_start], is_match=False),
            Piece(content[match_start : min(match_end, end)], is_match=True),
        ]
        place = min(match_end, end)
    pieces.append(Piece(content[place:end], is_match=False))
    lines = [Piece(_SPACE.sub(" ", one.text), one.is_match) for one in pieces if one.text]
    if start and lines:
        lines[0] = Piece(f"…{lines[0].text}", lines[0].is_match)
    if end < len(content):
        lines.append(Piece("…", is_match=False))
    return lines
