"""Untrusted texts, sanitized and cut to the limits of records."""

import re
from typing import Final

from roomkeep.sync.wire.addresses import localpart

__all__ = ["content_text", "fallback_text", "file_name", "line", "media_type", "person_name"]

MAX_CONTENT: Final = 65_536
"""The most characters of any text in a record."""
_MAX_LINE: Final = 255
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)
# Control characters, and characters that change the direction of text.
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_QUOTE: Final = re.compile(r"> (?:\* )?<[^\n]*(?:\n>[^\n]*)*\n\n")


def line(text: object, most: int = _MAX_LINE) -> str:
    """Return a text as one line without invisible characters; `""` if it is no text."""
    return " ".join(_UNSEEN.sub(" ", text).split())[:most] if isinstance(text, str) else ""


def person_name(name: object, user_id: str) -> str:
    """Return a person's name, or one made from their ID."""
    return line(name) or line(localpart(user_id)) or user_id[:_MAX_LINE]


def content_text(text: str) -> str:
    """Return the content of a message, cut to the limit of a record."""
    return text.replace("\0", "")[:MAX_CONTENT]


def without_quote(text: str) -> str:
    """Return the text of a reply without the quote that older clients add."""
    found = _QUOTE.match(text)
    return text[found.end() :] if found else text


def file_name(name: object) -> str:
    """Return a file name without folders."""
    last = re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""
    last = line(last)
    return last if last.strip(". ") else "file"


def media_type(said: object) -> str:
    """Return a media type, by default `application/octet-stream`."""
    is_one = isinstance(said, str) and _MEDIA_TYPE.fullmatch(said)
    return said.lower() if is_one and isinstance(said, str) else "application/octet-stream"


def fallback_text(content: dict[str, object]) -> str | None:
    """Return an event's plain text fallback, if it has one."""
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
