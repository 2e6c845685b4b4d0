"""Strangers' texts, cut to what a record can hold."""

import re
from typing import Final

from roomkeep.sync.wire.addresses import localpart

__all__ = ["content_text", "fallback_text", "file_name", "line", "media_type", "person_name"]

MAX_CONTENT: Final = 65_536
"""The most characters of a message, as of every text that a record holds."""
_MAX_LINE: Final = 255
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)
# Signs that turn the direction of all that follows, or cannot be seen.
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_QUOTE: Final = re.compile(r"> (?:\* )?<[^\n]*(?:\n>[^\n]*)*\n\n")


def line(text: object, most: int = _MAX_LINE) -> str:
    """Return a text as one line that shows what it is; `""` where it is no text."""
    return " ".join(_UNSEEN.sub(" ", text).split())[:most] if isinstance(text, str) else ""


def person_name(name: object, user_id: str) -> str:
    """Return a person's name, made from their id where they have none."""
    return line(name) or line(localpart(user_id)) or user_id[:_MAX_LINE]


def content_text(text: str) -> str:
    """Return the content of a message, cut to what a record can hold."""
    return text.replace("\0", "")[:MAX_CONTENT]


def without_quote(text: str) -> str:
    """Return the text of a reply without the quote that older clients put before it."""
    found = _QUOTE.match(text)
    return text[found.end() :] if found else text


def file_name(name: object) -> str:
    """Return a file's name without the folders that it claims to be in."""
    last = re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""
    last = line(last)
    return last if last.strip(". ") else "file"


def media_type(said: object) -> str:
    """Return a media type; what is none is one of bytes."""
    is_one = isinstance(said, str) and _MEDIA_TYPE.fullmatch(said)
    return said.lower() if is_one and isinstance(said, str) else "application/octet-stream"


def fallback_text(content: dict[str, object]) -> str | None:
    """Return the plain text that an event of an unknown kind brings along, if it does."""
    for name in ("body", "org.matrix.msc1767.text"):
        said = content.get(name)
        if isinstance(said, str) and said.strip():
            return said
    parts = content.get("m.text")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict) and part.get("mimetype", "text/plain") == "text/plain":
            said = part.get("body")
            if isinstance(said, str) and said.strip():
                return said
    return None
