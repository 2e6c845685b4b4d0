"""The parts of a message's text: plain text, links, code and emphasis. Pure; never markup.

What is not surely meant as a marker stays text. The work grows with the length of the text alone,
whatever somebody put in it.
"""

import re
from typing import Final, Literal

from msgspec import Struct

from roomkeep.app.graphemes import cut

__all__ = ["Kind", "Part", "is_only_emoji", "parse", "summary"]

Kind = Literal["text", "link", "code", "block", "strong", "emphasis"]
"""What a part is: text, a link, code in a line, lines of code, or what is stressed."""

MOST_LARGE = 6
"""Up to so many emoji that stand alone are shown large."""


class Part(Struct, frozen=True):
    """A part of a message.

    Attributes:
        kind: what it is.
        text: what is shown of it, without its markers.
        href: where a link leads: http, https or mailto, nothing else.
        language: the word behind the marker that begins a block of code.
    """

    kind: Kind
    text: str
    href: str = ""
    language: str = ""


# No quantifier here can give back what it took (`++`), and each stops at the character that ends
# what it looks for, so no text is read more than a few times.
_MARKED: Final = re.compile(
    r"```(?:(?P<language>[\w+#.-]{1,32})?[ \t]*\n)?"
    r"|`(?P<code>[^`\n]++)`"
    # Spaces, quotes and characters that turn the direction of writing end a link.
    r"|(?<![\w/.@-])(?P<link>(?:https?://|mailto:)"
    r"[^\s<>\"`\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]++)"
    r"|(?<![\w*])\*(?P<strong>[^\s*`](?:[^*\n`:]|:(?!//))*+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<emphasis>[^\s_`](?:[^_\n`:]|:(?!//))*+)_(?![\w_])",
    re.IGNORECASE,
)
_MAY_BE_MARKED: Final = re.compile(r"[`*_]|://|mailto:", re.IGNORECASE)
_FENCE: Final = "```"
_TRAILING: Final = ".,:;!?'*_~|…\u201d\u2019»"
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_SPACE: Final = re.compile(r"\s+")

_PICTURE: Final = (
    "[\U0001f000-\U0001faff\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe"
    "\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299]"
    "|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa]\ufe0f"
)
_ONE: Final = f"(?:{_PICTURE})\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*+"
_ONLY_EMOJI: Final = re.compile(
    rf"\s*(?:(?:[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*+)\s*)"
    rf"{{1,{MOST_LARGE}}}"
)


def parse(content: str) -> list[Part]:
    """Return the parts of a message, in order. Joined, they are its text without the markers."""
    if not _MAY_BE_MARKED.search(content):
        return [Part("text", content)] if content else []
    parts: list[Part] = []
    shown = place = 0
    while (found := _MARKED.search(content, place)) is not None:
        part, end = _read(content, found)
        place = end
        if part is None:
            continue
        if found.start() > shown:
            parts.append(Part("text", content[shown : found.start()]))
        parts.append(part)
        if part.kind == "block" and content.startswith("\n", end):
            # Lines of code are followed by a new line anyhow.
            place = end = end + 1
        shown = end
    if shown < len(content):
        parts.append(Part("text", content[shown:]))
    return parts


def is_only_emoji(content: str) -> bool:
    """Tell whether a message is a few emoji and nothing else, which are shown large."""
    return _ONLY_EMOJI.fullmatch(content) is not None


def summary(content: str, *, most: int = 160) -> str:
    """Return a message on one line, without markers, cut to `most` characters."""
    # What follows is not seen; a block that is cut here is one that is not closed.
    parts = parse(content[: most * 4])
    pieces = (f" {part.text} " if part.kind == "block" else part.text for part in parts)
    text = _SPACE.sub(" ", "".join(pieces)).strip()
    return text if len(text) <= most else f"{cut(text, most).rstrip()}…"


def _read(content: str, found: re.Match[str]) -> tuple[Part | None, int]:
    """Return the part that begins at a marker, if it is one, and where to go on."""
    kind = found.lastgroup
    if found.group().startswith(_FENCE):
        return _read_block(content, found)
    if kind == "link":
        return _read_link(found)
    if kind == "code":
        return Part("code", found["code"]), found.end()
    text = found[kind or 0]
    if text[-1].isspace():
        # A star between words, as in "2 * 3 * 4", is none that stresses.
        return None, found.start() + 1
    return Part("strong" if kind == "strong" else "emphasis", text), found.end()


def _read_block(content: str, found: re.Match[str]) -> tuple[Part | None, int]:
    close = content.find(_FENCE, found.end())
    if close < 0:
        return None, len(content)
    text = content[found.end() : close].removesuffix("\n")
    if not text.strip():
        return None, found.end()
    return Part("block", text, language=found["language"] or ""), close + len(_FENCE)


def _read_link(found: re.Match[str]) -> tuple[Part | None, int]:
    link = found["link"]
    open_brackets = {
        close: link.count(close) - link.count(begin) for close, begin in _CLOSING.items()
    }
    end = len(link)
    # What ends the sentence, or a bracket around the link, is not of the link.
    while end and (link[end - 1] in _TRAILING or open_brackets.get(link[end - 1], 0) > 0):
        if link[end - 1] in _CLOSING:
            open_brackets[link[end - 1]] -= 1
        end -= 1
    link = link[:end]
    scheme, _, rest = link.partition(":")
    if not rest.strip("/"):
        return None, found.end()
    return Part("link", link, href=f"{scheme.lower()}:{rest}"), found.start() + end
