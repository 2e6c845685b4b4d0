"""What a search compares: words, queries, and the places that match."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.errors import InvalidRecord
from roomkeep.storage.search.query import Phrase, SearchQuery, find_matches, matches, parse_query
from roomkeep.storage.search.tokens import tokenize, words

DAY = 86_400_000


def start_of_day(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * DAY


def parsed(text: str) -> SearchQuery:
    return parse_query(text, start_of_day=start_of_day)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't panic, OK?", "don t panic ok"),
        ("https://example.org/a_b-c?q=1#top", "https example org a b c q 1 top"),
        ("Café CAFÉ cafe\u0301", "cafe cafe cafe"),
        ("Straße, Łódź, smørrebrød, ÆSIR", "strasse lodz smorrebrod aesir"),
        ("İstanbul \u0131l\u0131k", "istanbul ilik"),
        ("\uff21\uff22\uff23 \ufb01ne", "abc fine"),
        ("ДЁЖ Ώρα", "деж ωρα"),
        ("東京タワー", "東 京 タ ワ ー"),
        ("한국어를", "한 국 어 를"),
        (unicodedata.normalize("NFD", "한국"), "한 국"),
        ("ง่าย", "ง่ า ย"),
        ("हिन्दी में", "हिन्दी में"),
        ("السَّلام", "السلام"),
        ("🎉party👩‍🚀", "🎉 party 👩 🚀"),
        ("a" * 70, "a" * 64),
        ("… — !", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@given(st.text())
def test_words_are_where_they_are_said_to_be(text: str) -> None:
    tokens = tokenize(text)
    assert [token.text for token in tokens] == words(text)
    for token in tokens:
        assert token.text in words(text[token.start : token.end])


@given(st.text())
def test_what_was_folded_stays_as_it_is(text: str) -> None:
    for word in words(text):
        assert words(word) == [word]


def test_a_query_is_taken_apart() -> None:
    query = parsed(
        'tea "green Leaf" foo.py brew* -milk -"no sugar" from:Ada from:me in:"Tea club" has:link'
    )
    assert query == SearchQuery(
        phrases=(
            Phrase(words=("tea",)),
            Phrase(words=("green", "leaf")),
            Phrase(words=("foo", "py")),
            Phrase(words=("brew",), is_prefix=True),
        ),
        excluded=(Phrase(words=("milk",)), Phrase(words=("no", "sugar"))),
        senders=("ada", "me"),
        places=("tea club",),
        has=("link",),
    )


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("on:2024-05-31", dt.date(2024, 5, 31), dt.date(2024, 6, 1)),
        ("on:2024-12", dt.date(2024, 12, 1), dt.date(2025, 1, 1)),
        ("on:2024", dt.date(2024, 1, 1), dt.date(2025, 1, 1)),
        ("before:2024-05", None, dt.date(2024, 5, 1)),
        ("after:2024-05", dt.date(2024, 6, 1), None),
        (
            "after:2023 before:2024-02-01 before:2024-03-01",
            dt.date(2024, 1, 1),
            dt.date(2024, 2, 1),
        ),
    ],
)
def test_dates(text: str, since: dt.date | None, until: dt.date | None) -> None:
    query = parsed(text)
    assert query.since == (None if since is None else start_of_day(since))
    assert query.until == (None if until is None else start_of_day(until))


@pytest.mark.parametrize(
    "text", ["on:yesterday", "before:2024-13", "after:2023-02-29", "on:9999", "has:sense"]
)
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        parsed(text)
    assert caught.value.field == "query"


@pytest.mark.parametrize("text", ["", "  ", "…", '""', "-", "*"])
def test_nothing_is_asked_for(text: str) -> None:
    assert parsed(text).is_empty


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("tea", "Tea for two teas: TEA.", ["Tea", "TEA"]),
        ("te*", "Tea for two teas", ["Tea", "teas"]),
        ('"for two"', "two for two", ["for two"]),
        ("two for", "one for two", ["for", "two"]),
        ("京都", "東京都と京都", ["京都", "京都"]),
        ("cafe", "the Café's", ["Café"]),
        ("tea milk", "tea", None),
        ("tea -milk", "tea with milk", None),
        ("tea -milk", "tea", ["tea"]),
        ('"tea for tw"', "tea for two", None),
    ],
)
def test_matches(query: str, text: str, found: list[str] | None) -> None:
    assert matches(parsed(query), text) == (found is not None)
    if found is not None:
        assert [text[start:end] for start, end in find_matches(parsed(query), text)] == found
