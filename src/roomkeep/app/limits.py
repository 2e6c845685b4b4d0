"""Limits on input, checked before anything is saved."""

import unicodedata
from collections.abc import Iterable

from roomkeep.app.error_messages import InvalidInput
from roomkeep.app.graphemes import graphemes
from roomkeep.localization import localize

__all__ = [
    "MAX_BIO",
    "MAX_CONTENT",
    "MAX_ICON",
    "MAX_NAME",
    "MAX_REASON",
    "MAX_TOPIC",
    "check_account_name",
    "check_bio",
    "check_content",
    "check_icon",
    "check_name",
    "check_reason",
    "check_topic",
]

MAX_NAME = 80
"""The most characters of an account's or a room's name."""
MAX_TOPIC = 250
"""The most characters of a room's topic."""
MAX_ICON = 3
"""The most letters of a room's icon. An emoji is one, though it may be made of several signs."""
MAX_ICON_SIGNS = 24
MAX_CONTENT = 8_000
"""The most characters of a message that is typed here."""
MAX_BIO = 300
"""The most characters of what a person says of themselves."""
MAX_REASON = 200
"""The most characters of the reason of a ban."""

_TOO_LONG = {
    "name": "limits.name_too_long",
    "topic": "limits.topic_too_long",
    "bio": "limits.bio_too_long",
    "reason": "limits.reason_too_long",
}
"""The texts for what is too long, by field."""

_JOINERS = "\u200c\u200d"
_MOST_SIGNS = 3
"""NFC makes at most so many signs of one, such as a letter with its marks."""


def check_name(text: str, field: str = "name") -> str:
    """Return a name as it is kept: one line, no spaces around it, one spelling of each letter.

    Characters that are invisible and turn the direction of writing, or make two names look the
    same, are left out.

    Raises:
        InvalidInput: it is empty, too long, or holds a character that cannot be shown.
    """
    name = _one_line(text, MAX_NAME, field)
    if not name:
        raise InvalidInput(localize("limits.empty"), field=field)
    return name


def check_topic(text: str) -> str | None:
    """Return a room's topic as it is kept, on one line like a name; None for none.

    Raises:
        InvalidInput: it is too long, or holds a character that cannot be shown.
    """
    return _one_line(text, MAX_TOPIC, "topic") or None


def check_icon(text: str) -> str | None:
    """Return a room's icon as it is kept: an emoji or a few letters; None for none.

    Raises:
        InvalidInput: it is too long, or holds a character that cannot be shown.
    """
    icon = _without_hidden("".join(text.split()))
    if sum(1 for _ in graphemes(icon)) > MAX_ICON or len(icon) > MAX_ICON_SIGNS:
        raise InvalidInput(localize("limits.icon", count=MAX_ICON), field="icon")
    _check_visible(icon, "icon")
    return icon or None


def check_account_name(text: str, taken: Iterable[str]) -> str:
    """Return the name of a new account, which is its id too.

    Raises:
        InvalidInput: it is no name, or one that is taken but for upper and lower case.
    """
    name = check_name(text)
    for other in taken:
        if other.casefold() == name.casefold():
            raise InvalidInput(localize("limits.account_taken", name=other), field="name")
    return name


def check_content(text: str) -> str:
    """Return a message's content as it is kept, without blank space around it; it may be empty.

    Raises:
        InvalidInput: it is too long.
    """
    content = text.strip()
    if len(content) > MAX_CONTENT:
        text = localize("limits.message_too_long", count=len(content), limit=MAX_CONTENT)
        raise InvalidInput(text, field="content")
    return content


def check_bio(text: str) -> str:
    """Return a profile's bio as it is kept; it may be empty.

    Raises:
        InvalidInput: it is too long, or holds a character that cannot be shown.
    """
    return _check_lines(text, MAX_BIO, "bio")


def check_reason(text: str) -> str:
    """Return the reason of a ban, as it is kept, on one line; it may be empty.

    Raises:
        InvalidInput: it is too long, or holds a character that cannot be shown.
    """
    return _check_lines(" ".join(text.split()), MAX_REASON, "reason")


def _one_line(text: str, most: int, field: str) -> str:
    """Return a text on one line, with one space between words; empty where nothing is to be seen.

    Raises:
        InvalidInput: it is too long, or holds a character that cannot be shown.
    """
    line = unicodedata.normalize("NFC", " ".join(_without_hidden(text).split()))
    # Joiners (Cf) belong to some scripts and to emoji; alone they are nothing.
    if all(unicodedata.category(sign) in ("Cf", "Zs") for sign in line):
        return ""
    _check_length(line, most, field)
    _check_visible(line, field)
    return line


def _check_lines(text: str, most: int, field: str) -> str:
    lines = unicodedata.normalize("NFC", text.strip())
    _check_length(lines, most, field)
    _check_visible(lines, field, allowed="\r\n\t")
    return lines


def _check_length(text: str, most: int, field: str) -> None:
    """Check that a text in NFC is not too long, whichever way it was typed.

    NFC turns some single characters into a letter and its marks, so marks are not counted: what was
    within the limit as it was typed is, and still is when it comes back to be edited. They have a
    limit of their own, or they would pile up.

    Raises:
        InvalidInput: it is too long.
    """
    letters = sum(not unicodedata.category(sign).startswith("M") for sign in text)
    if letters > most:
        raise InvalidInput(localize(_TOO_LONG[field], count=letters, limit=most), field=field)
    if len(text) > _MOST_SIGNS * most:
        raise InvalidInput(localize("limits.marks"), field=field)


def _check_visible(text: str, field: str, allowed: str = "") -> None:
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in allowed for sign in text):
        raise InvalidInput(localize("limits.hidden"), field=field)


def _without_hidden(text: str) -> str:
    """Leave out the characters that only format, but for those that make letters and flags."""
    return "".join(
        sign
        for sign in text
        if unicodedata.category(sign) != "Cf"
        or sign in _JOINERS
        or "\U000e0020" <= sign <= "\U000e007f"
    )
