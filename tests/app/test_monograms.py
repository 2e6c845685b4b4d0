"""The small pictures of people and rooms that have none: letters on a colour."""

import math
import re
import uuid
from collections import Counter

import pytest

from roomkeep.app.monograms import HUES, TONES, initials, tint
from tools.paths import ROOT

TOKENS = (ROOT / "src/roomkeep/app/static/tokens.css").read_text("utf-8")
TEXT_ON_TINT = {"light": "#ffffff", "dark": "#14151c"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ada Lovelace", "AL"),
        ("Ada", "Ad"),
        ("|trey|", "Tr"),
        ("U", "U"),
        ("", "?"),
        ("|_|", "?"),
        ("ß", "SS"),
        ("李 雷", "李雷"),
        ("ubuntu", "Ub"),
        ("#ubuntu-devel", "UD"),
        ("Unity", "Un"),
        ("Room 1", "R1"),
        ("Room 12", "R12"),
        ("Room 2026", "R2"),
        ("👩‍🚀 Zoë", "👩‍🚀"),
        ("🇩🇪🇫🇷", "🇩🇪"),
        ("Zoë 👩‍🚀", "Zo"),
        ("Zoë 👩‍🚀 Ng", "ZN"),
        ("Z👩‍🚀", "Z"),
        ("Zoe\u0308 e\u0301", "ZE\u0301"),
    ],
)
def test_initials(name: str, said: str) -> None:
    assert initials(name) == said


def test_a_colour_stays_and_says_nothing_of_the_letters() -> None:
    assert tint("ada") == tint("ada")
    assert tint("\ud800")[0] < 360
    # A sum of the letters would give all of these one colour.
    assert len({tint(text) for text in ("abc", "acb", "bac", "bca", "cab", "cba")}) > 4


def test_colours_are_spread_evenly() -> None:
    number = 100 * HUES * TONES
    counts = Counter(tint(str(uuid.UUID(int=n))) for n in range(number))
    assert len(counts) == HUES * TONES
    assert max(counts.values()) < 2 * min(counts.values())


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tone", range(TONES))
def test_the_letters_read_on_every_colour(theme: str, tone: int) -> None:
    selector = "[data-tone]" if tone == 0 else f"[data-tone='{tone}']"
    rule = TOKENS[TOKENS.index(f"\n{selector} {{") :]
    colours = re.findall(r"oklch\((\d+)% ([\d.]+) var\(--hue\)\)", rule)
    lightness, chroma = colours[0 if theme == "light" else 1]
    letters = TEXT_ON_TINT[theme]
    assert letters in (ROOT / "src/roomkeep/app/static/base.css").read_text("utf-8")
    for hue in range(0, 360, 360 // HUES):
        ground = luminance(oklch(int(lightness) / 100, float(chroma), hue))
        text = luminance(tuple(int(letters[n : n + 2], 16) / 255 for n in (1, 3, 5)))
        dark, light = sorted((ground, text))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, hue


def oklch(lightness: float, chroma: float, hue: float) -> tuple[float, ...]:
    """Return a colour in sRGB, as https://bottosson.github.io/posts/oklab/ has it."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    bounded = (min(max(part, 0.0), 1.0) for part in linear)
    return tuple(12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055 for x in bounded)


def luminance(colour: tuple[float, ...]) -> float:
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
