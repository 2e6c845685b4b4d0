"""Moments: a datetime in Python, a Date in JavaScript."""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def to_milliseconds(moment: datetime) -> int:
    """Return the milliseconds since 1970 that a Date holds; what is finer is cut off.

    Raises:
        ValueError: the datetime is naive (it has no time zone), or in UTC it lies outside the years
            1 to 9999.
    """
    if moment.utcoffset() is None:
        msg = "a datetime without a time zone is no moment: make it aware, as datetime.now(UTC) is"
        raise ValueError(msg)
    milliseconds = (moment - _EPOCH) // _MILLISECOND
    from_milliseconds(milliseconds)  # what is stored can be read
    return milliseconds


def from_milliseconds(milliseconds: float | None) -> datetime:
    """Return the datetime of a Date, in UTC.

    Raises:
        ValueError: it is an invalid Date (NaN, or None), or lies outside the years 1 to 9999.
    """
    try:
        return _EPOCH + timedelta(milliseconds=math.nan if milliseconds is None else milliseconds)
    except (OverflowError, ValueError) as error:
        msg = "the Date is invalid, or outside the years 1 to 9999"
        raise ValueError(msg) from error
