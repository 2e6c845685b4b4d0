"""The lines of WhatsApp's exports, in the shapes that phones and languages give them.

WhatsApp's help, "How to export your chat history", tells how to make an export, and nothing of its
format, so these rules are from exports that people have published with parsers of them, such as the
documentation of the Python package `whatstk` and of the R package `rwhatsapp`:

- Android: `31/12/20, 23:59 - Ann: text`
- iPhone: `[31.12.20, 23:59:59] Ann: text`, with marks of direction before what the app says itself
- Korean on Android: `2020년 12월 31일 오후 11:59, Ann : text`

Dates follow the phone's region, in any digits. A line that does not begin so belongs to the message
before it.
"""

import re
import unicodedata
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

__all__ = ["DateOrder", "Head", "Stamp", "clean", "read_head"]

DateOrder: TypeAlias = Literal["year", "day", "month"]
"""What a date begins with."""

_MARKS = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
"""Marks of direction, which exports strew in."""
_REMOVE_MARKS = dict.fromkeys(map(ord, _MARKS))
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2009\u202f"), " ")
_DIGIT_ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0x1040)
_DIGITS = {zero + n: str(n) for zero in _DIGIT_ZEROS for n in range(10)}
_PLAIN: dict[int, str] = {**_SPACES, **_DIGITS, ord("،"): ","}
_HEAD = 80
"""So many characters of a line hold its time."""

_DATE = r"(\d{1,4})(?:[./-] ?|[년年] ?)(\d{1,2})(?:[./-] ?|[월月] ?)(\d{1,4})(?:[일日]|\.)?"
_TIME = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
_IPHONE = re.compile(rf"\[{_DATE}([^\d\[\]]{{1,24}}?){_TIME}([^\d\[\]:]{{0,16}}?)\] ?")
_ANDROID = re.compile(
    rf"{_DATE}([^\d\[\]]{{1,24}}?){_TIME}([^\d\[\]:\u2013-]{{0,16}}?)(?: [\u2013-] |, )"
)

_MORNING = {
    *("am", "vm", "fm", "öö", "πμ", "sa", "pg", "de", "dop", "pd"),
    *("上午", "凌晨", "早上", "清晨", "午前", "오전", "ص", "قظ", "पूर्वाह्न", "ก่อนเที่ยง"),
}
_AFTERNOON = {
    *("pm", "nm", "em", "ös", "μμ", "ch", "ptg", "du", "odp", "md"),
    *("下午", "中午", "晚上", "午後", "오후", "م", "بظ", "अपराह्न", "หลังเที่ยง"),
}
_BETWEEN = {"", "klo", "kl", "às", "at", "um", "a las", "u", "ore", "den"}
"""Words between the date and the time."""


class Stamp(Struct, frozen=True):
    """The date and time of a line, before it is known which number is the day.

    Attributes:
        numbers: the three numbers of the date, in the line's order.
    """

    numbers: tuple[int, int, int]
    hour: int
    minute: int
    second: int
    has_seconds: bool

    @property
    def is_year_first(self) -> bool:
        """It begins with a year, which leaves no question."""
        return self.numbers[0] > 31  # noqa: PLR2004 the longest month

    def to_datetime(self, order: DateOrder) -> datetime | None:
        """Return the time on the wall; None where no calendar has it."""
        first, second, third = self.numbers
        year, month, day = {
            "year": (first, second, third),
            "day": (third, second, first),
            "month": (third, first, second),
        }["year" if self.is_year_first else order]
        if year < 100:  # noqa: PLR2004 a year of two digits
            year += 2000
        elif year > 2400:  # noqa: PLR2004 Thailand counts from 543 BC
            year -= 543
        try:
            return datetime(year, month, day, self.hour, self.minute, self.second)  # noqa: DTZ001
        except ValueError:
            return None


class Head(Struct, frozen=True):
    """A line that begins a message.

    Attributes:
        is_iphone: it is in an iPhone's shape.
        sender: who wrote it; None for a notice of the app.
        text: what follows.
    """

    stamp: Stamp
    is_iphone: bool
    sender: str | None
    text: str


def read_head(line: str) -> Head | None:
    """Read a line that begins a message; None for any other."""
    start = line[:_HEAD]
    plain = start.translate(_REMOVE_MARKS).translate(_PLAIN)
    if not plain.removeprefix("[")[:1].isdigit():
        return None
    is_iphone = plain.startswith("[")
    found = (_IPHONE if is_iphone else _ANDROID).match(plain)
    if found is None:
        return None
    one, two, three, before, hour, minute, second, after = found.groups()
    clock = _hour(int(hour), _words(before), _words(after))
    if clock is None:
        return None
    numbers = (int(one), int(two), int(three))
    stamp = Stamp(numbers, clock, int(minute), int(second or 0), second is not None)
    if all(stamp.to_datetime(order) is None for order in ("year", "day", "month")):
        return None
    rest = line[_position(start, found.end()) :]
    sender, text = _split(rest)
    return Head(stamp, is_iphone, sender, text)


def clean(text: str) -> str:
    """Return a text without marks of direction around it and spaces at its ends."""
    return text.strip(_MARKS + " \u202f\u00a0")


def _split(rest: str) -> tuple[str | None, str]:
    """Split what follows the time into the sender and the text."""
    sender, colon, text = rest.partition(": ")
    if not colon:
        if not rest.endswith(":"):
            return None, rest
        sender, text = rest[:-1], ""
    name = clean(sender)
    # A notice can hold a colon, in the new name of a group, which it puts in quotes.
    if not name or len(name) > 100 or any(sign in name for sign in '"“”„«»「」'):  # noqa: PLR2004
        return None, rest
    # An iPhone puts a tilde before people who are not among the contacts.
    return clean(name.removeprefix("~")) or name, text


def _hour(hour: int, before: str, after: str) -> int | None:
    """Return the hour of 24; None where the words beside the time are no part of one."""
    half = after or (before if before not in _BETWEEN else "")
    if not half:
        return hour
    if half in _MORNING:
        return hour % 12 if half not in ("凌晨", "早上") or hour == 12 else hour  # noqa: PLR2004
    if half in _AFTERNOON:
        return hour % 12 + 12
    return None


def _words(text: str) -> str:
    """Return what is between numbers without signs: `" p. m."` is `"pm"`."""
    letters = (s for s in text.casefold() if unicodedata.category(s)[0] in "LM" or s == " ")
    words = "".join(letters).strip()
    return words if words == "a las" else words.replace(" ", "")


def _position(start: str, end: int) -> int:
    """Return where in a line its text begins, by where it does without the marks."""
    for position, sign in enumerate(start):
        if end == 0:
            return position
        if sign not in _MARKS:
            end -= 1
    return len(start)
