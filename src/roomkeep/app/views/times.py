"""Times, in the reader's own format."""

import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

import js

from roomkeep.app.calendar import Days, Nearness
from roomkeep.localization import localize

__all__ = [
    "calendar_day",
    "date",
    "day",
    "exact",
    "full_day",
    "machine",
    "moment",
    "month",
    "shortest",
    "start_of_day",
    "time_of_day",
]

_MINUTE = 60_000
# Every zone's midnight falls on one of these.
_QUARTER = 15 * _MINUTE
_NEAR: Mapping[Nearness, str] = {"today": "time.today", "yesterday": "time.yesterday"}
# No locale is the reader's own.
_LOCALES: Any = js.Array.new()

_time: Any = js.Intl.DateTimeFormat.new(_LOCALES, hour="numeric", minute="2-digit")
_day: Any = js.Intl.DateTimeFormat.new(
    _LOCALES, weekday="long", year="numeric", month="long", day="numeric"
)
_weekday: Any = js.Intl.DateTimeFormat.new(_LOCALES, weekday="short")
_day_of_year: Any = js.Intl.DateTimeFormat.new(_LOCALES, month="short", day="numeric")
_short_date: Any = js.Intl.DateTimeFormat.new(_LOCALES, dateStyle="short")
_month: Any = js.Intl.DateTimeFormat.new(_LOCALES, year="numeric", month="short")
_date: Any = js.Intl.DateTimeFormat.new(_LOCALES, dateStyle="long")
_moment: Any = js.Intl.DateTimeFormat.new(_LOCALES, dateStyle="medium", timeStyle="short")
_exact: Any = js.Intl.DateTimeFormat.new(_LOCALES, dateStyle="full", timeStyle="medium")


def time_of_day(timestamp: int) -> str:
    """Return the hour and minute."""
    return _minute(timestamp // _MINUTE)


def day(timestamp: int, days: Days) -> str:
    """Return the full name of the day, or that it is today or was yesterday."""
    nearness = days.nearness(timestamp)
    near = _NEAR.get(nearness)
    return full_day(timestamp) if near is None else localize(near)


def full_day(timestamp: int) -> str:
    """Return the full name of the day."""
    return _quarter(timestamp // _QUARTER)


def shortest(timestamp: int, days: Days) -> str:
    """Return the time of today, or the day of an earlier time, in short."""
    nearness = days.nearness(timestamp)
    if nearness == "today":
        return time_of_day(timestamp)
    if nearness == "yesterday":
        return localize(_NEAR[nearness])
    return _short_day(nearness, timestamp // _QUARTER)


def date(timestamp: int) -> str:
    """Return the day, without the weekday."""
    return str(_date.format(timestamp))


def month(timestamp: int) -> str:
    """Return the month and the year, in short."""
    return str(_month.format(timestamp))


def moment(timestamp: int) -> str:
    """Return the day and the time, in short."""
    return str(_moment.format(timestamp))


def exact(timestamp: int) -> str:
    """Return the full date and time."""
    return str(_exact.format(timestamp))


def calendar_day(timestamp: int) -> dt.date:
    """Return the date of a time, where the reader is."""
    at = js.Date.new(timestamp)
    return dt.date(int(at.getFullYear()), int(at.getMonth()) + 1, int(at.getDate()))


def start_of_day(day: dt.date) -> int:
    """Return the time in ms at which a day begins, where the reader is."""
    at = js.Date.new(0)
    # As arguments of `Date`, years before 100 mean others.
    at.setFullYear(day.year, day.month - 1, day.day)
    at.setHours(0, 0, 0, 0)
    return int(at.getTime())


def machine(timestamp: int) -> str:
    """Return a time in ISO format; empty if it is out of range."""
    try:
        return dt.datetime.fromtimestamp(timestamp / 1_000, dt.UTC).isoformat(
            timespec="milliseconds"
        )
    except (OverflowError, ValueError, OSError):
        return ""


# Most messages share their minute or their day with others, and asking the browser costs more.
@functools.lru_cache(maxsize=2_048)
def _minute(number: int) -> str:
    return str(_time.format(number * _MINUTE))


@functools.lru_cache(maxsize=2_048)
def _short_day(nearness: Nearness, number: int) -> str:
    form = {"week": _weekday, "year": _day_of_year}.get(nearness, _short_date)
    return str(form.format(number * _QUARTER))


@functools.lru_cache(maxsize=2_048)
def _quarter(number: int) -> str:
    return str(_day.format(number * _QUARTER))
