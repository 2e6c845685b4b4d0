"""ICU messages, as far as the catalogues use them: placeholders and plurals.

`{name}` is a placeholder; `{count, plural, =0 {No files} one {{count} file} other {{count} files}}`
chooses by a number. What quotes, `select` and `#` mean in ICU is not understood here: a catalogue
does without them.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

__all__ = ["Part", "Placeholder", "Plural", "parse", "placeholders"]


class Placeholder(NamedTuple):
    """Where a value goes."""

    name: str


class Plural(NamedTuple):
    """Messages to choose from by a number.

    Attributes:
        name: The value that decides.
        cases: The messages by CLDR's plural category, or by `=` and an exact number.
    """

    name: str
    cases: Mapping[str, "tuple[Part, ...]"]


Part: TypeAlias = str | Placeholder | Plural

_TOKEN: Final = re.compile(r"\{(\w+)\}|\{(\w+), plural,|\}")
_CASE: Final = re.compile(r"\s*(=\d+|zero|one|two|few|many|other)\s*\{")


def parse(text: str) -> tuple[Part, ...]:
    """Read a message.

    Raises:
        ValueError: It is not well-formed.
    """
    parts, end = _parse(text, 0)
    if end != len(text):
        raise ValueError(f"there is a }} too many: {text}")
    return parts


def placeholders(parts: tuple[Part, ...]) -> set[str]:
    """Return the names of all values that a message asks for."""
    names = set[str]()
    for part in parts:
        if not isinstance(part, str):
            names.add(part.name)
        if isinstance(part, Plural):
            for case in part.cases.values():
                names |= placeholders(case)
    return names


def _parse(text: str, start: int) -> tuple[tuple[Part, ...], int]:
    """Read a message up to its end, or to the brace that closes it; return where that is."""
    parts: list[Part] = []
    while token := _TOKEN.search(text, start):
        literal = text[start : token.start()]
        if "{" in literal:
            break
        if literal:
            parts.append(literal)
        start = token.end()
        if token[1] is not None:
            parts.append(Placeholder(token[1]))
        elif token[2] is not None:
            plural, start = _parse_cases(text, token[2], start)
            parts.append(plural)
        else:
            return tuple(parts), token.start()
    if "{" in text[start:]:
        raise ValueError(f"a {{ is not understood: {text}")
    if text[start:]:
        parts.append(text[start:])
    return tuple(parts), len(text)


def _parse_cases(text: str, name: str, start: int) -> tuple[Plural, int]:
    cases = {}
    while case := _CASE.match(text, start):
        cases[case[1]], end = _parse(text, case.end())
        if not text.startswith("}", end):
            raise ValueError(f"a }} is missing: {text}")
        start = end + 1
    if not text.startswith("}", start) or "other" not in cases:
        raise ValueError(f"the plural of {name} is not whole: {text}")
    return Plural(name, cases), start + 1
