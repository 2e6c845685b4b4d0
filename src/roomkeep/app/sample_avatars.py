"""Portraits of the sample people, drawn by code: nothing is downloaded.

A portrait is a stack of ellipses, each painted over those before it. Its edges are not smoothed:
it is made several times as large as it is ever shown, and the browser smooths it on the way.
"""

import base64
import functools
import math
from collections.abc import Iterator

from msgspec import Struct

from roomkeep.app.sample_pictures import STEPS, Colour, blend, png

__all__ = ["AVATARS", "avatar"]

SIDE = 224
"""A portrait's width and height, in pixels."""

Ellipse = tuple[Colour, float, float, float, float, float, float]
"""A colour; the centre (x, y); the half widths (x, y); from which line to which it is painted."""

_INK = (45, 36, 42)
_MOUTH = (150, 54, 62)
_WHITE = (255, 252, 246)


class Look(Struct, frozen=True):
    """The look of a person.

    Attributes:
        ground: the colours behind them, at the top and at the bottom.
        skin: the colour of the skin.
        hair: the colour of the hair, or of what covers it.
        style: how it is worn.
        shirt: the colour of the shirt.
        extras: what else there is: `"glasses"`, `"beard"`, `"freckles"`.
    """

    ground: tuple[Colour, Colour]
    skin: Colour
    hair: Colour
    style: str
    shirt: Colour
    extras: tuple[str, ...] = ()


_PALE, _ROSE, _TAN, _OLIVE = (250, 220, 198), (242, 198, 168), (222, 170, 128), (206, 152, 112)
_BROWN, _DARK = (150, 98, 68), (112, 72, 52)
_BLACK, _CHESTNUT, _GINGER = (42, 34, 40), (98, 58, 40), (196, 96, 44)
_BLOND, _GREY, _SAND = (232, 188, 104), (176, 178, 188), (160, 116, 72)

AVATARS: dict[str, Look] = {
    "mara": Look(((255, 214, 186), (246, 160, 140)), _PALE, _BLOND, "bun", (58, 112, 92)),
    "tom": Look(
        ((190, 224, 206), (110, 176, 150)), _DARK, _BLACK, "short", (240, 178, 72), ("beard",)
    ),
    "lena": Look(((206, 220, 255), (140, 166, 240)), _ROSE, _CHESTNUT, "bob", (238, 108, 100)),
    "yusuf": Look(
        ((255, 230, 168), (240, 184, 92)), _OLIVE, _BLACK, "short", (64, 92, 140), ("beard",)
    ),
    "ines": Look(((232, 208, 250), (186, 146, 226)), _TAN, _CHESTNUT, "curls", (72, 138, 116)),
    "oskar": Look(
        ((206, 210, 220), (156, 164, 180)), _PALE, (206, 62, 62), "cap", (72, 120, 74), ("beard",)
    ),
    "noor": Look(((186, 230, 240), (96, 178, 206)), _OLIVE, (44, 108, 128), "scarf", (30, 74, 96)),
    "jonas": Look(
        ((255, 222, 200), (232, 160, 120)), _PALE, _GINGER, "short", (66, 96, 84), ("freckles",)
    ),
    "priya": Look(((255, 206, 214), (232, 128, 150)), _BROWN, _BLACK, "long", (242, 174, 60)),
    "sam": Look(((210, 236, 190), (146, 196, 120)), _ROSE, (70, 84, 150), "cap", (198, 74, 62)),
    "amina": Look(
        ((255, 232, 190), (244, 178, 110)), _DARK, _BLACK, "curls", (138, 78, 168), ("glasses",)
    ),
    "felix": Look(
        ((200, 226, 250), (124, 172, 228)), _ROSE, _SAND, "short", (244, 128, 48), ("glasses",)
    ),
    "wei": Look(((222, 226, 240), (160, 170, 206)), _PALE, _BLACK, "bob", (60, 66, 88)),
    "dana": Look(
        ((240, 240, 244), (196, 198, 208)), _PALE, _GREY, "bun", (88, 90, 102), ("glasses",)
    ),
}
"""The people, by their usernames."""


@functools.cache
def avatar(who: str) -> str:
    """Return a person's portrait as a `data:` URL; always the same."""
    look = AVATARS[who]
    palette = blend(*look.ground)
    lines = [bytearray([y * STEPS // SIDE]) * SIDE for y in range(SIDE)]
    for colour, x, y, wide, high, top, bottom in _draw(look):
        if colour not in palette[STEPS:]:
            palette.append(colour)
        paint = bytes([palette.index(colour, STEPS)])
        for line in range(max(0, int(top)), min(SIDE, int(bottom))):
            part = 1 - ((line + 0.5 - y) / high) ** 2
            if part > 0:
                half = wide * math.sqrt(part)
                left, right = max(0, round(x - half)), min(SIDE, round(x + half))
                lines[line][left:right] = paint * (right - left)
    return f"data:image/png;base64,{base64.b64encode(png(palette, lines)).decode()}"


def _draw(look: Look) -> Iterator[Ellipse]:
    yield from _behind(look)
    yield _whole(look.shirt, 112, 232, 88, 62)
    yield _whole(_shade(look.skin), 112, 168, 24, 34)
    yield from _head(look)
    yield from _features(look)


def _behind(look: Look) -> Iterator[Ellipse]:
    match look.style:
        case "long":
            yield _whole(look.hair, 112, 132, 74, 92)
        case "bob":
            yield (look.hair, 112, 108, 72, 76, 0, 162)
        case "bun":
            yield _whole(look.hair, 112, 32, 27, 25)
        case "curls":
            for x, y in (
                (54, 88),
                (60, 122),
                (78, 54),
                (112, 42),
                (146, 54),
                (170, 88),
                (164, 122),
            ):
                yield _whole(look.hair, x, y, 29, 29)
        case "scarf":
            yield _whole(look.hair, 112, 110, 74, 82)
            yield _whole(look.hair, 112, 178, 66, 40)


def _head(look: Look) -> Iterator[Ellipse]:
    if look.style != "scarf":
        yield _whole(_shade(look.skin), 56, 116, 11, 15)
        yield _whole(_shade(look.skin), 168, 116, 11, 15)
    # The hair shows where the face, lower and narrower, does not cover it.
    yield (look.hair, 112, 104, 60, 66, 0, 118)
    if "beard" in look.extras:
        yield (_CHESTNUT if look.style == "cap" else look.hair, 112, 116, 56, 64, 108, SIDE)
        yield (look.skin, 112, 110, 56, 46, 88, SIDE)
    else:
        yield (look.skin, 112, 112, 55, 62, 96, SIDE)
    brow = 72 if look.style in ("short", "cap") else 64
    yield (look.skin, 112, 116, 54, 116 - brow, 0, 120)
    if look.style == "bob":
        yield (look.hair, 112, 82, 54, 30, 0, 88)
    elif look.style in ("long", "bun"):
        yield _whole(look.hair, 89, 68, 29, 22)
        yield _whole(look.hair, 135, 68, 29, 22)
    elif look.style == "cap":
        yield (look.hair, 112, 82, 62, 50, 0, 82)
        yield _whole(_shade(look.hair), 122, 82, 66, 9)


def _features(look: Look) -> Iterator[Ellipse]:
    if "glasses" in look.extras:
        for x in (88, 136):
            yield _whole(_INK, x, 112, 22, 20)
            yield _whole(_light(look.skin), x, 112, 17, 15)
        yield _whole(_INK, 112, 108, 5, 3)
    for x in (88, 136):
        yield _whole(_INK, x, 113, 6.5, 8)
        yield _whole(_WHITE, x + 2, 110, 2, 2.5)
        yield _whole(_blush(look.skin), x + (x - 112) * 0.42, 132, 11, 7)
    if "freckles" in look.extras:
        for x, y in ((80, 126), (90, 130), (100, 126), (124, 126), (134, 130), (144, 126)):
            yield _whole(_shade(look.skin), x, y, 2.5, 2.5)
    yield _whole(_shade(look.skin), 112, 126, 6, 5)
    yield (_MOUTH, 112, 141, 18, 16, 141, SIDE)
    yield (_WHITE, 112, 141, 14, 6, 141, SIDE)


def _whole(colour: Colour, x: float, y: float, wide: float, high: float) -> Ellipse:
    return (colour, x, y, wide, high, 0, SIDE)


def _shade(colour: Colour) -> Colour:
    return _mix(colour, (110, 50, 50), 0.16)


def _light(colour: Colour) -> Colour:
    return _mix(colour, _WHITE, 0.35)


def _blush(colour: Colour) -> Colour:
    return _mix(colour, (230, 90, 90), 0.28)


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (
        round(one + (other - one) * share) for one, other in zip(first, second, strict=True)
    )
    return (red, green, blue)
