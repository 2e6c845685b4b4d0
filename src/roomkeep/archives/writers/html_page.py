"""A web page of its own: everything is in one file, which asks for nothing else.

Whatever somebody wrote is escaped, and the page's own policy forbids scripts besides.
"""

import re
from collections.abc import Iterator
from html import escape
from string import Template
from typing import Final

from roomkeep.archives.writers.writer import Entry, Writer
from roomkeep.localization import current_catalogue, format_size, localize

__all__ = ["HtmlPage"]

_EXCERPT: Final = 160
"""So many characters are shown of a message that is replied to."""
_TOGETHER: Final = 300_000
"""Messages of one person within this time, in ms, stand together under one name."""
_LINK: Final = re.compile(
    r"https?://[^\s<>\"'`\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+"
)
_TRAILING: Final = ".,:;!?)]}*_~|"

_HEAD: Final = Template("""<!doctype html>
<html lang="$language" dir="$direction">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>$title</title>
<style>
:root {
  color-scheme: light dark;
  --muted: #5c636e; --line: #e2e4e8; --soft: #f3f4f6; --link: #0b57d0;
}
@media (prefers-color-scheme: dark) {
  :root { --muted: #a3a9b4; --line: #34383f; --soft: #24272c; --link: #8ab4f8; }
}
* { box-sizing: border-box; }
body {
  max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem;
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 {
  position: sticky; top: 0; margin: 1.5rem 0 0.5rem; padding: 0.375rem 0;
  border-bottom: 1px solid var(--line); background: Canvas; font-size: 0.875rem;
}
a { color: var(--link); }
article { padding: 0.125rem 0; overflow-wrap: anywhere; }
article:has(> header) { margin-top: 0.75rem; }
p, ul, blockquote { margin: 0; }
.text { white-space: pre-wrap; }
.name { font-weight: 600; }
.about, .mark, .place, blockquote, li, time { color: var(--muted); font-size: 0.875rem; }
blockquote { padding-inline-start: 0.5rem; border-inline-start: 3px solid var(--line); }
ul { display: flex; flex-wrap: wrap; gap: 0.25rem; padding: 0.125rem 0; list-style: none; }
li { padding: 0 0.5rem; border-radius: 0.5rem; background: var(--soft); }
@media print { h2 { position: static; } article { break-inside: avoid; } }
</style>
</head>
<body>
<main>
<h1 dir="auto">$title</h1>
""")


class HtmlPage(Writer):
    """Writes a page to read or print."""

    extension = "html"
    _day = ""
    _before: Entry | None = None

    def begin(self) -> str:
        """Return the head of the page, and the title."""
        catalogue = current_catalogue()
        head = _HEAD.substitute(
            language=escape(catalogue.language),
            direction=catalogue.direction,
            title=escape(self.heading.title),
        )
        about = self.heading.about
        return head + (_tag("p", escape(about), kind="about") + "\n" if about else "")

    def write(self, entry: Entry) -> str:
        """Return the message, below its day and its sender where these differ from before."""
        day = self.times.day(entry.message.timestamp)
        heading = ""
        if day != self._day:
            self._day, self._before = day, None
            heading = _tag("h2", escape(day)) + "\n"
        header = "" if self._goes_on(entry) else _tag("header", self._header(entry))
        self._before = entry
        return heading + _tag("article", header, *_body(entry), *self._chips(entry)) + "\n"

    def end(self) -> str:
        """Return the end of the page."""
        return "</main>\n</body>\n</html>\n"

    def _goes_on(self, entry: Entry) -> bool:
        """Tell whether a message comes from the person before it, in the same place, soon after."""
        before, message = self._before, entry.message
        if before is None or entry.answered is not None:
            return False
        one = before.message
        return (
            abs(message.timestamp - one.timestamp) < _TOGETHER
            and (message.sender_id, message.sender_name) == (one.sender_id, one.sender_name)
            and (message.room_id, message.channel_id) == (one.room_id, one.channel_id)
        )

    def _header(self, entry: Entry) -> str:
        message = entry.message
        parts = [_tag("span", _name(message.sender_name), kind="name")]
        if entry.place:
            parts.append(_tag("span", _name(entry.place), kind="place"))
        shown = escape(self.times.minute(message.timestamp))
        parts.append(_tag("time", shown, datetime=self.times.machine(message.timestamp)))
        return " ".join(parts)

    def _chips(self, entry: Entry) -> Iterator[str]:
        chips = [
            f"{_name(file.filename)}, {escape(format_size(file.size))}" for file in entry.files
        ]
        for emoji, people in entry.reactions.items():
            names = ", ".join(_name(self.name_of(person)) for person in people)
            chips.append(f"{escape(emoji)} {names}")
        if chips:
            yield _tag("ul", *(_tag("li", chip) for chip in chips))


def _body(entry: Entry) -> Iterator[str]:
    message, answered = entry.message, entry.answered
    if answered is not None:
        text = " ".join(answered.content[: 4 * _EXCERPT].split())
        excerpt = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
        quote = f"{_name(answered.sender_name)}: {escape(excerpt)}"
        yield _tag("blockquote", quote, dir="auto")
    edited = ""
    if message.edited_at is not None:
        edited = " " + _tag("span", escape(localize("message.edited")), kind="mark")
    if message.content or edited:
        yield _tag("p", _with_links(message.content), edited, kind="text", dir="auto")


def _with_links(text: str) -> str:
    """Return a text as markup, in which addresses of web pages are links."""
    pieces = []
    place = 0
    for found in _LINK.finditer(text):
        link = found.group().rstrip(_TRAILING)
        pieces.append(escape(text[place : found.start()]))
        pieces.append(_tag("a", escape(link), href=link, rel="noreferrer"))
        place = found.start() + len(link)
    pieces.append(escape(text[place:]))
    return "".join(pieces)


def _name(name: str) -> str:
    """Return a name as markup; it does not turn the text around it."""
    return _tag("bdi", escape(name))


def _tag(tag: str, *contents: str, kind: str = "", **attributes: str) -> str:
    """Return an element.

    Args:
        tag: its name.
        contents: the markup in it, which is escaped already.
        kind: its class.
        attributes: others, not escaped yet; empty ones are left out.
    """
    named = {"class": kind, **attributes}
    given = "".join(f' {name}="{escape(value)}"' for name, value in named.items() if value)
    return f"<{tag}{given}>{''.join(contents)}</{tag}>"
