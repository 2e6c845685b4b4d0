"""What people may type, checked before anything is saved."""

import unicodedata
from collections.abc import Iterable

from roomkeep.errors import InvalidRecord

__all__ = ["MAX_CONTENT", "MAX_NAME", "check_account_name", "check_content", "check_name"]

MAX_NAME = 80
"""The most characters of an account's or a room's name."""
MAX_CONTENT = 8_000
"""The most characters of a message that is typed here."""


def check_name(text: str, field: str = "name") -> str:
    """Return a name as it is kept: one line, no spaces around it, one spelling of each letter.

    Raises:
        InvalidRecord: it is empty, too long, or holds what cannot be seen.
    """
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    # Joiners (Cf) belong to some scripts and to emoji; alone they are no name.
    if not any(unicodedata.category(character) not in ("Cf", "Zs") for character in name):
        raise InvalidRecord("is empty", field=field)
    if len(name) > MAX_NAME:
        msg = f"is {len(name):,} characters long; {MAX_NAME} is the most"
        raise InvalidRecord(msg, field=field)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise InvalidRecord("holds a character that cannot be shown", field=field)
    return name


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
