"""What a person searches for, and which texts match it."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, Literal, cast

from msgspec import Struct

from roomkeep.errors import InvalidRecord
from roomkeep.storage.search.tokens import fold, tokenize, words

__all__ = ["Has", "Phrase", "SearchQuery", "find_matches", "is_name", "matches", "parse_query"]

Has = Literal["file", "link", "picture"]

_PARTS: Final = re.compile(
    r'(?P<minus>-)?(?:(?P<key>from|in|has|before|after|on):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))'
)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")
_HAS: Final = ("file", "link", "picture")


class Phrase(Struct, frozen=True, kw_only=True, rename="camel"):
    """Words that stand side by side.

    Attributes:
        words: the words, as they are compared.
        is_prefix: the last is the beginning of a word.
    """

    words: tuple[str, ...]
    is_prefix: bool = False


class SearchQuery(Struct, frozen=True, kw_only=True, rename="camel"):
    """A query, taken apart.

    Attributes:
        phrases: what a message must contain.
        excluded: what it must not contain.
        senders: names of whom it is from, as they are compared; empty for anybody.
        places: names of rooms and channels that it is in, as they are compared; empty for all.
        has: what it must have.
        since: it was written at this time or later, in ms.
        until: it was written before this time, in ms.
    """

    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    senders: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    has: tuple[Has, ...] = ()
    since: int | None = None
    until: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing, so that every message would match."""
        return self == SearchQuery()


def parse_query(text: str, *, start_of_day: Callable[[dt.date], int]) -> SearchQuery:
    """Take a query apart.

    Words are found in any order, `"words in quotes"` side by side, `beginn*` by their beginning;
    `-word` excludes. `from:`, `in:`, `has:`, `before:`, `after:` and `on:` narrow the search; a
    date is `2024-05-31`, or a month or a year.

    Args:
        text: the query as it was typed.
        start_of_day: returns when a day begins where the person is, in ms.

    Raises:
        InvalidRecord: a date is none, or `has:` names no kind; the field is `query`.
    """
    phrases: list[Phrase] = []
    excluded: list[Phrase] = []
    senders: list[str] = []
    places: list[str] = []
    has: list[Has] = []
    since: list[int] = []
    until: list[int] = []
    for found in _PARTS.finditer(text):
        key, plain = found["key"], found["plain"]
        value = plain or found["quoted"] or ""
        if key is None:
            phrase = _phrase(value, is_prefix=plain is not None and value.endswith("*"))
            if phrase is not None:
                (excluded if found["minus"] else phrases).append(phrase)
        elif key == "from":
            senders.append(fold(value).strip())
        elif key == "in":
            places.append(fold(value).strip())
        elif key == "has":
            if value not in _HAS:
                msg = f"has: cannot find {value!r}; it finds {', '.join(_HAS)}"
                raise InvalidRecord(msg, field="query")
            has.append(cast("Has", value))
        else:
            first, after = _days(value)
            if key != "before":
                since.append(start_of_day(after if key == "after" else first))
            if key != "after":
                until.append(start_of_day(first if key == "before" else after))
    return SearchQuery(
        phrases=tuple(dict.fromkeys(phrases)),
        excluded=tuple(dict.fromkeys(excluded)),
        senders=tuple(filter(None, senders)),
        places=tuple(filter(None, places)),
        has=tuple(dict.fromkeys(has)),
        since=max(since, default=None),
        until=min(until, default=None),
    )


def matches(query: SearchQuery, text: str) -> bool:
    """Tell whether a text contains what a query asks for, and nothing that it excludes."""
    if text.isascii() and not _has_letters(query, text.lower()):
        return False
    found = words(text)
    return all(_starts(phrase, found) for phrase in query.phrases) and not any(
        _starts(phrase, found) for phrase in query.excluded
    )


def find_matches(query: SearchQuery, text: str) -> list[tuple[int, int]]:
    """Return where a text contains what a query asks for: beginnings and ends, ascending."""
    tokens = tokenize(text)
    found = [token.text for token in tokens]
    spans = sorted(
        (tokens[start].start, tokens[start + len(phrase.words) - 1].end)
        for phrase in query.phrases
        for start in _starts(phrase, found)
    )
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def is_name(sought: str, *names: str) -> bool:
    """Tell whether somebody may mean one of these names: words of it, the last one begun."""
    phrase = _phrase(sought, is_prefix=True)
    if phrase is None:
        return sought in map(fold, names)
    return any(_starts(phrase, words(name)) for name in names)


def _phrase(text: str, *, is_prefix: bool) -> Phrase | None:
    found = words(text)
    return Phrase(words=tuple(found), is_prefix=is_prefix) if found else None


def _has_letters(query: SearchQuery, folded: str) -> bool:
    """Tell whether a text has the letters of all that is asked for.

    It rules out most texts, and costs much less than to cut them into words.
    """
    return all(word in folded for phrase in query.phrases for word in phrase.words)


def _starts(phrase: Phrase, found: list[str]) -> list[int]:
    """Return where among some words a phrase begins."""
    *others, last = phrase.words
    length = len(others)
    ends = [
        place
        for place in range(length, len(found))
        if (found[place].startswith(last) if phrase.is_prefix else found[place] == last)
    ]
    return [end - length for end in ends if found[end - length : end] == others]


def _days(text: str) -> tuple[dt.date, dt.date]:
    """Return the first day that a date names, and the first one after."""
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError  # noqa: TRY301 the same as a date that the calendar does not have
        year, month, day = (None if part is None else int(part) for part in found.groups())
        first = dt.date(year or 0, month or 1, day or 1)
        if month is None:
            return first, dt.date(first.year + 1, 1, 1)
        if day is None:
            return first, dt.date(first.year + month // 12, month % 12 + 1, 1)
        return first, first + dt.timedelta(days=1)
    except (ValueError, OverflowError) as error:
        msg = f"{text!r} is no date; write it like 2024-05-31"
        raise InvalidRecord(msg, field="query") from error
