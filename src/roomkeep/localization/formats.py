"""Numbers, plurals and lists as a language has them: from the browser where there is one."""

import functools
import sys
from collections.abc import Sequence
from typing import Any, Protocol

__all__ = ["Formats", "formats_of"]


class Formats(Protocol):
    """What differs between languages beside the texts."""

    def plural(self, number: float) -> str:
        """Return CLDR's plural category of a number, such as "one"."""
        ...

    def number(self, number: float, digits: int = 0) -> str:
        """Return a number as it is written, with so many digits after the point at most."""
        ...

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share of 1 in percent."""
        ...

    def join(self, items: Sequence[str]) -> str:
        """Return a list in words: "a, b, and c"."""
        ...


def formats_of(language: str) -> Formats:
    """Return the formats of a language. Without a browser, only English is known."""
    return IntlFormats(language) if sys.platform == "emscripten" else EnglishFormats()


class EnglishFormats:
    """English, without a browser."""

    def plural(self, number: float) -> str:
        """As in `Formats`."""
        return "one" if number == 1 else "other"

    def number(self, number: float, digits: int = 0) -> str:
        """As in `Formats`."""
        text = f"{number:,.{digits}f}"
        return text.rstrip("0").rstrip(".") if digits else text

    def percent(self, share: float, digits: int = 0) -> str:
        """As in `Formats`."""
        return f"{self.number(100 * share, digits)}%"

    def join(self, items: Sequence[str]) -> str:
        """As in `Formats`."""
        if len(items) <= 2:  # noqa: PLR2004 two need no comma
            return " and ".join(items)
        return f"{', '.join(items[:-1])}, and {items[-1]}"


class IntlFormats:
    """Any language, as the browser knows it."""

    def __init__(self, language: str) -> None:
        import js

        self._intl: Any = js.Intl
        self._language = language
        self._plural: Any = js.Intl.PluralRules.new(language)
        self._list: Any = js.Intl.ListFormat.new(language, type="conjunction")
        # To ask the browser costs more than to remember.
        self.plural = functools.lru_cache(maxsize=256)(self._ask_plural)
        self.number = functools.lru_cache(maxsize=1_024)(self._ask_number)
        self.join = functools.lru_cache(maxsize=1_024)(self._ask_list)
        self._styles = functools.cache(self._make_style)

    def percent(self, share: float, digits: int = 0) -> str:
        """As in `Formats`."""
        return str(self._styles("percent", digits).format(share))

    def _ask_plural(self, number: float) -> str:
        return str(self._plural.select(number))

    def _ask_number(self, number: float, digits: int = 0) -> str:
        return str(self._styles("decimal", digits).format(number))

    def _ask_list(self, items: Sequence[str]) -> str:
        from pyodide.ffi import to_js

        return str(self._list.format(to_js(items)))

    def _make_style(self, style: str, digits: int) -> Any:
        return self._intl.NumberFormat.new(
            self._language, style=style, maximumFractionDigits=digits
        )
