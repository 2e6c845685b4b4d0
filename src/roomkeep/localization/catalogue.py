"""A catalogue: the texts of one language, by their ids."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from roomkeep.localization.icu_message import Part, parse

__all__ = ["SOURCE", "Catalogue", "read_arb", "read_catalogue"]

SOURCE: Final = "en"
"""The language that all others are translated from."""

_FOLDER: Final = Path(__file__).parent


class Catalogue:
    """The texts of a language.

    Attributes:
        language: Its BCP 47 tag.
        is_right_to_left: It is written from right to left.
        texts: The ICU messages by their ids.
    """

    def __init__(self, arb: Mapping[str, Any]) -> None:
        self.language = str(arb["@@locale"])
        self.is_right_to_left = arb.get("@@x-direction") == "rtl"
        self.texts: dict[str, str] = {
            key: value for key, value in arb.items() if not key.startswith("@")
        }
        self.message = functools.cache(self._parse)

    @property
    def direction(self) -> str:
        """The value of HTML's attribute `dir`."""
        return "rtl" if self.is_right_to_left else "ltr"

    def _parse(self, text_id: str) -> tuple[Part, ...]:
        return parse(self.texts[text_id])


def read_arb(language: str) -> dict[str, Any]:
    """Return the file of a language; what it lacks is as in the source."""
    arb: dict[str, Any] = {}
    for name in (SOURCE, language):
        path = _FOLDER / f"{name}.arb"
        # A page has no file but that of its language, which is whole.
        if path.is_file():
            arb |= json.loads(path.read_text("utf-8"))
    return arb


def read_catalogue(language: str) -> Catalogue:
    """Return the texts of a language; those of the source where there is no such file."""
    return Catalogue(read_arb(language))
