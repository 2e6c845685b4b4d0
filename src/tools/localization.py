"""The texts of the site: put into its page, and a made-up language that shows what is missing."""

import html
import json
import re
from typing import Any, Final

from roomkeep.localization.catalogue import SOURCE, Catalogue, read_arb
from roomkeep.localization.icu_message import Part, Placeholder, Plural, parse
from tools.paths import ToolError

PSEUDO_LANGUAGE: Final = "ar-XB"
"""The made-up language: CLDR's tag for pseudo-languages that are written from right to left."""

_SLOT: Final = re.compile(r"\{\{([a-z][\w.]*)(?: (\w+): (.*?))?\}\}", re.DOTALL)
_ACCENTED: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçđéƒǧĥíĵķĺɱñóþɋŕšŧúṽŵẋýžÁƁÇĐÉƑǦĤÍĴĶĹṀÑÓÞɊŔŠŦÚṼŴẊÝŽ",
)


def fill_manifest(manifest: bytes, arb: dict[str, Any]) -> bytes:
    """Puts texts into the web app's manifest."""
    catalogue = Catalogue(arb)
    texts = {
        "name": catalogue.texts["app.name"],
        "description": catalogue.texts["app.description"],
        "lang": catalogue.language,
        "dir": catalogue.direction,
    }
    return json.dumps({**json.loads(manifest), **texts}, ensure_ascii=False, indent=2).encode()


def make_arb(language: str) -> dict[str, Any]:
    """Gives a language's whole catalogue; what it lacks comes from the source.

    Raises:
        ToolError: There is no catalogue of it.
    """
    if language == PSEUDO_LANGUAGE:
        return _make_pseudo(read_arb(SOURCE))
    arb = read_arb(language)
    if arb["@@locale"] != language:
        raise ToolError(f"There is no catalogue of {language} in src/roomkeep/localization.")
    return arb


def pack_arb(arb: dict[str, Any]) -> bytes:
    """Gives a catalogue as the page loads it, without what is for translators."""
    kept = {key: value for key, value in arb.items() if key[0] != "@" or key[1] == "@"}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def fill_page(page: str, arb: dict[str, Any]) -> str:
    """Puts texts into an HTML page.

    `{{some.text}}` stands for a text, and `{{some.text name: <b></b>}}` for one with HTML in it;
    `{{language}}` and `{{direction}}` are the page's own.

    Raises:
        ToolError: The catalogue lacks a text of the page.
    """
    catalogue = Catalogue(arb)
    own = {"language": catalogue.language, "direction": catalogue.direction}

    def fill(slot: re.Match[str]) -> str:
        text_id, name, value = slot.groups()
        if text_id in own:
            return own[text_id]
        if text_id not in catalogue.texts:
            raise ToolError(f"The page has a text {text_id!r}, and the catalogue does not.")
        return "".join(
            html.escape(part) if isinstance(part, str) else {name: value}[part.name]
            for part in catalogue.message(text_id)
        )

    return _SLOT.sub(fill, page)


def _make_pseudo(source: dict[str, Any]) -> dict[str, Any]:
    """Makes a language of a catalogue: every letter changed, longer, and from right to left."""
    texts = {
        key: _write(_lengthen(parse(value)))
        for key, value in source.items()
        if not key.startswith("@")
    }
    return {"@@locale": PSEUDO_LANGUAGE, "@@x-direction": "rtl", **texts}


def _lengthen(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Changes the letters, and makes the text a third longer, as many languages are."""
    if parts and isinstance(parts[-1], Plural) and len(parts) == 1:
        plural = parts[0]
        assert isinstance(plural, Plural)  # noqa: S101
        return (Plural(plural.name, {k: _lengthen(v) for k, v in plural.cases.items()}),)
    accented = tuple(
        part.translate(_ACCENTED)
        if isinstance(part, str)
        else Plural(part.name, {k: _accent(v) for k, v in part.cases.items()})
        if isinstance(part, Plural)
        else part
        for part in parts
    )
    size = sum(len(part) for part in parts if isinstance(part, str))
    words = "áéíóúý" * size
    return ("⟦", *accented, f" {words[: max(1, size // 3)]}⟧")


def _accent(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(part.translate(_ACCENTED) if isinstance(part, str) else part for part in parts)


def _write(parts: tuple[Part, ...]) -> str:
    return "".join(map(_write_part, parts))


def _write_part(part: Part) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Placeholder):
        return f"{{{part.name}}}"
    cases = " ".join(f"{key} {{{_write(value)}}}" for key, value in part.cases.items())
    return f"{{{part.name}, plural, {cases}}}"
