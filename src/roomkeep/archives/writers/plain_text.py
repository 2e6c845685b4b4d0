"""Plain text: a line for each message, with the lines that follow it indented.

    2024-05-31 14:05:09 Ada: Tea is ready.
        (In reply to Bob: When is tea?)
        (File: teapot.jpg, 18.2 kB)

Only what the app writes begins a line, so `grep` can rely on the times and names there.
"""

import re
from collections.abc import Iterator

from roomkeep.archives.writers.writer import Entry, Writer
from roomkeep.localization import format_size, localize

__all__ = ["PlainText"]

_INDENT = "    "
_EXCERPT = 80
"""So many characters are shown of a message that is replied to."""
_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Some of these have a terminal do something.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")
# In a name, these turn the direction of what comes after it.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


class PlainText(Writer):
    """Writes plain text."""

    extension = "txt"

    def begin(self) -> str:
        """Return the title, and what there is to know."""
        lines = [_in_line(line) for line in (self.heading.title, self.heading.about) if line]
        return "".join(f"{line}\n" for line in lines) + "\n"

    def write(self, entry: Entry) -> str:
        """Return the message on a line, and what belongs to it on lines of their own."""
        message = entry.message
        author = _in_line(message.sender_name)
        if entry.place:
            author = f"{author} ({_in_line(entry.place)})"
        first, *more = (_safe(line) for line in _LINE_END.split(message.content))
        lines = [f"{self.times.exact(message.timestamp)} {author}: {first}", *more]
        lines += self._belongings(entry)
        return f"\n{_INDENT}".join(line.rstrip() for line in lines) + "\n"

    def _belongings(self, entry: Entry) -> Iterator[str]:
        if entry.message.edited_at is not None:
            yield localize("message.edited")
        answered = entry.answered
        if answered is not None:
            name, text = _in_line(answered.sender_name), _in_line(answered.content)[:_EXCERPT]
            yield localize("transcript.reply", name=name, text=text)
        for file in entry.files:
            size = format_size(file.size)
            yield localize("transcript.file", name=_in_line(file.filename), size=size)
        for emoji, people in entry.reactions.items():
            names = ", ".join(_in_line(self.name_of(person)) for person in people)
            yield localize("transcript.reaction", emoji=_in_line(emoji), names=names)


def _in_line(text: str) -> str:
    """Return a text on one line, so that nothing in it looks like a line of the app's."""
    return " ".join(_safe(_TURNING.sub("", _LINE_END.sub(" ", text))).split())


def _safe(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
