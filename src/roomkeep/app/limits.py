"""What people may type, checked before anything is saved."""

import unicodedata
from collections.abc import Iterable

from roomkeep.errors import InvalidRecord

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

_JOINERS = "\u200c\u200d"


def check_name(text: str, field: str = "name") -> str:
    """Return a name as it is kept: one line, no spaces around it, one spelling of each letter.

    What cannot be seen and turns the direction of writing, or makes two names look the same, is
    left out.

    Raises:
        InvalidRecord: it is empty, too long, or holds what cannot be seen.
    """
    seen = "".join(character for character in text if not _is_hidden(character))
    name = unicodedata.normalize("NFC", " ".join(seen.split()))
    # Joiners (Cf) belong to some scripts and to emoji; alone they are no name.
    if not any(unicodedata.category(character) not in ("Cf", "Zs") for character in name):
        raise InvalidRecord("is empty", field=field)
    if len(name) > MAX_NAME:
        msg = f"is {len(name):,} characters long; {MAX_NAME} is the most"
        raise InvalidRecord(msg, field=field)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise InvalidRecord("holds a character that cannot be shown", field=field)
    return name


def check_topic(text: str) -> str | None:
    """Return a room's topic as it is kept, on one line; None for none.

    Raises:
        InvalidRecord: it is too long.
    """
    topic = " ".join(text.split())
    if len(topic) > MAX_TOPIC:
        msg = f"is {len(topic):,} characters long; {MAX_TOPIC} is the most"
        raise InvalidRecord(msg, field="topic")
    return check_name(topic[:MAX_NAME], "topic") + topic[MAX_NAME:] if topic else None


def check_icon(text: str) -> str | None:
    """Return a room's icon as it is kept: an emoji or a few letters; None for none.

    Raises:
        InvalidRecord: it is too long.
    """
    icon = "".join(text.split())
    # Signs that only change the one before them, and what a joiner joins, are no letters.
    letters = sum(unicodedata.category(sign) not in ("Cf", "Mn", "Me", "Sk") for sign in icon)
    if letters - 2 * icon.count("\N{ZERO WIDTH JOINER}") > MAX_ICON or len(icon) > MAX_ICON_SIGNS:
        raise InvalidRecord(f"is too long: an emoji, or up to {MAX_ICON} letters", field="icon")
    return icon or None


def check_account_name(text: str, taken: Iterable[str]) -> str:
    """Return the name of a new account, which is its id too.

    Raises:
        InvalidRecord: it is no name, or one that is taken but for upper and lower case.
    """
    name = check_name(text)
    for other in taken:
        if other.casefold() == name.casefold():
            msg = f"is taken: there is an account “{other}” on this device already"
            raise InvalidRecord(msg, field="name")
    return name


def check_content(text: str) -> str:
    """Return a message's content as it is kept, without blank space around it; it may be empty.

    Raises:
        InvalidRecord: it is too long.
    """
    content = text.strip()
    if len(content) > MAX_CONTENT:
        msg = f"is {len(content):,} characters long; {MAX_CONTENT:,} is the most"
        raise InvalidRecord(msg, field="content")
    return content


def check_bio(text: str) -> str:
    """Return what a person says of themselves, as it is kept; it may be empty.

    Raises:
        InvalidRecord: it is too long, or holds what cannot be shown.
    """
    return _check_lines(text, MAX_BIO, "bio")


def check_reason(text: str) -> str:
    """Return the reason of a ban, as it is kept; it may be empty.

    Raises:
        InvalidRecord: it is too long, or holds what cannot be shown.
    """
    return _check_lines(" ".join(text.split()), MAX_REASON, "reason")


def _is_hidden(character: str) -> bool:
    """Tell whether a character only formats. Joiners and tags do, but make letters and flags."""
    is_format = unicodedata.category(character) == "Cf"
    return is_format and character not in _JOINERS and not "\U000e0020" <= character <= "\U000e007f"


def _check_lines(text: str, most: int, field: str) -> str:
    lines = unicodedata.normalize("NFC", text.strip())
    if len(lines) > most:
        msg = f"is {len(lines):,} characters long; {most} is the most"
        raise InvalidRecord(msg, field=field)
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t" for c in lines):
        raise InvalidRecord("holds a character that cannot be shown", field=field)
    return lines
