"""Sizes in bytes, as the language writes them."""

from roomkeep.localization.current import format_number, localize

__all__ = ["format_size"]


def format_size(size: float) -> str:
    """Return a size with a suitable unit; a kB is 1,000 bytes, as for disks."""
    unit = ""
    for larger in ("unit.kilobytes", "unit.megabytes", "unit.gigabytes", "unit.terabytes"):
        # The next unit is a thousand times as large; 999.96 kB would read 1,000.0 kB.
        if size < 999.95:  # noqa: PLR2004
            break
        size, unit = size / 1_000, larger
    if not unit:
        return localize("unit.bytes", count=round(size))
    return localize(unit, number=format_number(size, 1))
