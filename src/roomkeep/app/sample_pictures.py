"""Pictures for the sample rooms, painted by code: nothing is downloaded.

A picture has at most 256 colours and one byte for each of its points. Whole lines are made at a
time, by what Python does to bytes in C, so that the page need not wait for them.
"""

import math
import struct
import zlib
from collections.abc import Iterable, Sequence

from msgspec import Struct

__all__ = ["PICTURES", "STEPS", "Colour", "blend", "paint", "png"]

WIDTH = 720
HEIGHT = 480
STEPS = 60
"""How many colours a sky or a range of hills has, from top to bottom."""

Colour = tuple[int, int, int]


class Scene(Struct, frozen=True):
    """A landscape.

    Attributes:
        sky: its colours at the top and at the horizon.
        sun: where the sun or moon is (x, y, radius), and its colour.
        hills: ranges from far to near: how high (0 to 1), how rough, and their colours above and
            below.
    """

    sky: tuple[Colour, Colour]
    sun: tuple[int, int, int, Colour]
    hills: tuple[tuple[float, float, Colour, Colour], ...]


_DAWN = Scene(
    ((94, 134, 193), (255, 214, 170)),
    (500, 250, 46, (255, 244, 214)),
    (
        (0.45, 0.5, (150, 158, 188), (196, 178, 178)),
        (0.33, 0.8, (96, 128, 124), (120, 146, 128)),
        (0.19, 1.2, (44, 84, 62), (28, 58, 44)),
    ),
)
_DUSK = Scene(
    ((38, 40, 86), (244, 150, 122)),
    (190, 120, 22, (255, 246, 226)),
    (
        (0.62, 1.6, (112, 84, 134), (160, 106, 134)),
        (0.42, 1.1, (66, 56, 104), (82, 62, 106)),
        (0.2, 0.7, (26, 26, 54), (18, 18, 38)),
    ),
)
_RIDGE = Scene(
    ((64, 136, 206), (206, 230, 244)),
    (580, 90, 34, (255, 252, 232)),
    (
        (0.7, 2.2, (214, 226, 238), (142, 164, 190)),
        (0.46, 1.6, (104, 132, 138), (90, 122, 112)),
        (0.24, 0.9, (96, 138, 74), (58, 98, 52)),
    ),
)
_LAKE = Scene(
    ((120, 170, 206), (240, 236, 218)),
    (150, 92, 26, (255, 250, 226)),
    (
        (0.66, 1.5, (124, 146, 172), (150, 168, 180)),
        (0.48, 1.0, (62, 94, 98), (84, 116, 116)),
        (0.3, 0.04, (150, 186, 206), (60, 104, 138)),
    ),
)
_MIST = Scene(
    ((224, 228, 236), (246, 244, 240)),
    (540, 150, 40, (255, 255, 252)),
    (
        (0.5, 0.6, (206, 212, 222), (228, 230, 232)),
        (0.34, 0.8, (176, 186, 200), (206, 212, 218)),
        (0.18, 0.6, (132, 146, 164), (158, 170, 182)),
    ),
)
_SUNSET = Scene(
    ((120, 30, 110), (255, 176, 66)),
    (360, 250, 84, (255, 236, 140)),
    (
        (0.42, 1.8, (198, 58, 84), (232, 92, 74)),
        (0.28, 1.0, (122, 30, 86), (150, 40, 86)),
        (0.14, 0.6, (52, 14, 62), (36, 8, 48)),
    ),
)
_SCENES = {
    "dawn": _DAWN,
    "dusk": _DUSK,
    "ridge": _RIDGE,
    "lake": _LAKE,
    "mist": _MIST,
    "sunset": _SUNSET,
}

PICTURES = (*_SCENES, "beds", "bars")
"""What can be painted."""


def paint(name: str) -> bytes:
    """Return a picture as a PNG file; always the same for a name."""
    match name:
        case "beds":
            return _paint_boxes(_BEDS, ((222, 208, 178), (236, 226, 202)))
        case "bars":
            return _paint_boxes(_BARS, ((250, 250, 253), (240, 242, 250)))
        case _:
            return _paint_scene(_SCENES[name])


def _paint_scene(scene: Scene) -> bytes:
    # The sky's colours come first, then each range's, then the sun's. A point's byte first says
    # by its bits what covers it; the highest bit is the nearest. Each line then gets its colours.
    ramps = [scene.sky, *((top, bottom) for _, _, top, bottom in scene.hills)]
    palette = [colour for ramp in ramps for colour in blend(*ramp)]
    sun_x, sun_y, radius, sun_colour = scene.sun
    palette.append(sun_colour)
    tops = [
        _outline(height, rough, number) for number, (height, rough, _, _) in enumerate(scene.hills)
    ]
    lines = []
    # Two lines have the same outline, so that a height fits into a byte.
    for half in range(HEIGHT // 2):
        reached = bytes(1 if top <= half else 0 for top in range(256))
        cover = 0
        for number, outline in enumerate(tops):
            cover |= int.from_bytes(outline.translate(reached), "big") << (number + 1)
        colours = bytearray(256)
        step = half * STEPS // (HEIGHT // 2)
        for bits in range(1 << (len(tops) + 1)):
            nearest = (bits >> 1).bit_length()
            colours[bits] = nearest * STEPS + step if bits != 1 else len(palette) - 1
        for y in (2 * half, 2 * half + 1):
            wide = math.isqrt(max(0, radius**2 - (y - sun_y) ** 2))
            shone = bytes(sun_x - wide) + b"\1" * (2 * wide) + bytes(WIDTH - sun_x - wide)
            every = cover | int.from_bytes(shone, "big")
            lines.append(every.to_bytes(WIDTH, "big").translate(bytes(colours)))
    return png(palette, lines)


def _outline(height: float, rough: float, number: int) -> bytes:
    """Return for each column the half line at which a range of hills begins."""
    waves = [
        (rough * 34 / step, step * 0.0031, number * 2.1 + step * 1.3) for step in (1, 2, 4, 9, 21)
    ]
    base = (1 - height) * HEIGHT / 2
    tops = (
        base + sum(size * math.sin(x * speed * 2 + shift) for size, speed, shift in waves) / 2
        for x in range(WIDTH)
    )
    return bytes(max(0, min(255, round(top))) for top in tops)


Box = tuple[int, int, int, int, Colour]

_BEDS: tuple[Box, ...] = (
    *(
        (60 + 160 * column, 60 + 190 * row, 120, 150, colour)
        for row, colours in enumerate(
            (
                ((118, 160, 92), (142, 176, 96), (92, 142, 98), (168, 184, 104)),
                ((200, 120, 104), (112, 154, 88), (222, 178, 92), (130, 168, 112)),
            )
        )
        for column, colour in enumerate(colours)
    ),
    *(
        (72 + 160 * column + 27 * plant, 76 + 190 * row + 44 * line, 14, 20, (62, 104, 60))
        for row in range(2)
        for column in range(4)
        for plant in range(4)
        for line in range(3)
    ),
    (0, 440, WIDTH, 40, (186, 166, 130)),
)
_BARS: tuple[Box, ...] = (
    *((70, 80 + 80 * line, 600, 2, (222, 225, 236)) for line in range(4)),
    *(
        (110 + 100 * bar, 400 - high, 60, high, (61, 90, 254) if bar > 2 else (176, 180, 200))  # noqa: PLR2004 three before, three after
        for bar, high in enumerate((312, 296, 318, 26, 22, 20))
    ),
    (70, 400, 600, 3, (120, 124, 146)),
)


def _paint_boxes(boxes: Iterable[Box], ground: tuple[Colour, Colour]) -> bytes:
    palette = blend(*ground)
    found: dict[Colour, int] = {}
    lines = [bytearray([y * STEPS // HEIGHT]) * WIDTH for y in range(HEIGHT)]
    for left, top, width, height, colour in boxes:
        if colour not in found:
            found[colour] = len(palette)
            palette.append(colour)
        for line in lines[top : top + height]:
            line[left : left + width] = bytes([found[colour]]) * width
    return png(palette, lines)


def blend(first: Colour, last: Colour) -> list[Colour]:
    """Return `STEPS` colours from one to another."""

    def at(step: int, channel: int) -> int:
        return first[channel] + (last[channel] - first[channel]) * step // (STEPS - 1)

    return [(at(step, 0), at(step, 1), at(step, 2)) for step in range(STEPS)]


def png(palette: Sequence[Colour], lines: Sequence[bytes | bytearray]) -> bytes:
    """Return a PNG file of lines of points, each a place in the palette."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    size = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 3, 0, 0, 0)
    colours = bytes(part for colour in palette for part in colour)
    points = zlib.compress(b"".join(b"\0" + line for line in lines), 6)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"PLTE", colours)
        + chunk(b"IDAT", points)
        + chunk(b"IEND", b"")
    )
