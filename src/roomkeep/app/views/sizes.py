"""Sizes of files, in the reader's own format."""

from typing import Any

import js

__all__ = ["size"]

_UNITS = ("byte", "kilobyte", "megabyte", "gigabyte")
_STEP = 1_000


def _format(unit: str) -> Any:
    # No locale is the reader's own.
    return js.Intl.NumberFormat.new(
        js.Array.new(),
        style="unit",
        unit=unit,
        unitDisplay="long" if unit == "byte" else "short",
        maximumFractionDigits=1 if unit in ("megabyte", "gigabyte") else 0,
    )


_formats = [_format(unit) for unit in _UNITS]


def size(count: int) -> str:
    """Return a number of bytes in words."""
    value, place = float(count), 0
    # 999.6 kB would read 1,000 kB.
    while value >= _STEP - 0.5 and place < len(_UNITS) - 1:
        value /= _STEP
        place += 1
    return str(_formats[place].format(value))
