"""What may be typed: how its length is counted, and what is left of it."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.app.limits import (
    MAX_BIO,
    MAX_NAME,
    MAX_REASON,
    MAX_TOPIC,
    check_bio,
    check_icon,
    check_name,
    check_reason,
    check_topic,
)
from roomkeep.errors import InvalidRecord
from support.laws import law

Check = Callable[[str], str | None]

QA = "\N{DEVANAGARI LETTER QA}"
"""One character, of which NFC makes two."""

LIMITS: list[tuple[Check, int]] = [
    (check_name, MAX_NAME),
    (check_topic, MAX_TOPIC),
    (check_bio, MAX_BIO),
    (check_reason, MAX_REASON),
]

# What is likely to be cut, joined or turned into something else, and anything.
TEXTS = st.text(
    st.sampled_from("aé \t\n\x00\x1f\u0301\u093c\u0958\u200b\u200d\u202e\u2028\ufb1d🎉")
    | st.characters(),
    max_size=400,
)


@pytest.mark.parametrize(("check", "most"), LIMITS)
@pytest.mark.parametrize("character", ["x", "é", "e\u0301", QA, "x\u0301", "\U0001d160", "क्षि"])
def test_as_many_characters_as_the_limit_says_may_be_typed(
    check: Check, most: int, character: str
) -> None:
    # A mark is no character of its own, so the last of these has two.
    letters = sum(not unicodedata.category(sign).startswith("M") for sign in character)
    typed = character * (most // letters)
    assert check(typed) == unicodedata.normalize("NFC", typed)
    with pytest.raises(InvalidRecord, match=f"has {most + 1} characters. The limit is {most}"):
        check("x" * (most % letters) + typed + "x")


@pytest.mark.parametrize(("check", "most"), LIMITS)
def test_marks_may_not_be_piled_up(check: Check, most: int) -> None:
    with pytest.raises(InvalidRecord, match="too many accents"):
        check("x" + "\u0489" * 3 * most)


@pytest.mark.parametrize("check", [check_name, check_topic, check_bio, check_reason, check_icon])
@law
@given(text=TEXTS)
def test_law_what_was_kept_may_be_kept_again(check: Check, text: str) -> None:
    try:
        kept = check(text)
    except InvalidRecord:
        return
    assert kept is None or check(kept) == kept
    assert not any(
        unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\r\n\t" for sign in kept or ""
    )


@law
@given(text=TEXTS)
def test_law_a_topic_is_one_line_with_nothing_hidden_in_it(text: str) -> None:
    try:
        topic = check_topic(text) or ""
    except InvalidRecord:
        return
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in topic)
    assert "\u202e" not in topic
    assert topic == " ".join(topic.split())


@law
@given(words=st.lists(st.text("abé", min_size=1, max_size=30), min_size=1, max_size=8))
def test_law_a_topic_keeps_the_spaces_between_its_words(words: list[str]) -> None:
    topic = " ".join(words)
    assert check_topic(topic) == topic
    assert check_topic("  " + " \n ".join(words)) == topic


def test_a_topic_is_cut_nowhere() -> None:
    topic = "x" * 79 + " " + "y" * 20
    assert check_topic(topic) == topic
    with pytest.raises(InvalidRecord, match="can't be shown"):
        check_topic("x" * 100 + "\x07")
    assert check_topic("\u200b") is None


def test_an_icon_holds_nothing_hidden() -> None:
    assert check_icon("\u202eT") == "T"
    with pytest.raises(InvalidRecord, match="can't be shown"):
        check_icon("\x07")
