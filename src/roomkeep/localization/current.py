"""The language in use: the one place from which the interface gets its texts."""

from collections.abc import Iterable, Mapping
from typing import Final

from roomkeep.localization.catalogue import SOURCE, Catalogue, read_catalogue
from roomkeep.localization.formats import Formats, formats_of
from roomkeep.localization.icu_message import Part, Placeholder, Plural

__all__ = [
    "current_catalogue",
    "format_list",
    "format_number",
    "format_percent",
    "join_sentences",
    "localize",
    "use_language",
]

Value = str | int

_ISOLATE: Final = ("\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}")


class _Current:
    """The catalogue in use, read when it is first asked for."""

    language = SOURCE
    catalogue: Catalogue | None = None
    formats: Formats = formats_of(SOURCE)


def use_language(language: str) -> None:
    """Take all texts from now on from the catalogue of a language."""
    _Current.language = language
    _Current.catalogue = None
    _Current.formats = formats_of(language)


def current_catalogue() -> Catalogue:
    """Return the catalogue in use."""
    if _Current.catalogue is None:
        _Current.catalogue = read_catalogue(_Current.language)
    return _Current.catalogue


def localize(text_id: str, /, **values: Value) -> str:
    """Return a text of the interface.

    Args:
        text_id: Its id in the catalogue.
        values: What its placeholders stand for. Whole numbers are written as the language does.

    Raises:
        KeyError: There is no such text, or a value is missing.
    """
    catalogue = current_catalogue()
    return _render(catalogue, catalogue.message(text_id), values)


def format_number(number: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with so many digits after the point at most."""
    return _Current.formats.number(number, digits)


def format_percent(share: float, digits: int = 0) -> str:
    """Return a share of 1 in percent, with so many digits after the point at most."""
    return _Current.formats.percent(share, digits)


def format_list(items: Iterable[str]) -> str:
    """Return some words as a list: "a, b, and c"."""
    return _Current.formats.join(tuple(items))


def join_sentences(*sentences: str) -> str:
    """Return whole sentences, one after the other; empty ones are left out."""
    joined = ""
    for sentence in sentences:
        if joined and sentence:
            joined = localize("app.sentences", first=joined, second=sentence)
        else:
            joined = joined or sentence
    return joined


def _render(catalogue: Catalogue, parts: tuple[Part, ...], values: Mapping[str, Value]) -> str:
    return "".join(_render_part(catalogue, part, values) for part in parts)


def _render_part(catalogue: Catalogue, part: Part, values: Mapping[str, Value]) -> str:
    if isinstance(part, str):
        return part
    value = values[part.name]
    if isinstance(part, Placeholder):
        text = value if isinstance(value, str) else format_number(value)
        # A name in Latin letters must not turn around the sentence that it stands in.
        return text.join(_ISOLATE) if catalogue.is_right_to_left else text
    return _render(catalogue, _choose(part, int(value)), values)


def _choose(plural: Plural, number: int) -> tuple[Part, ...]:
    exact = plural.cases.get(f"={number}")
    if exact is not None:
        return exact
    return plural.cases.get(_Current.formats.plural(number), plural.cases["other"])
