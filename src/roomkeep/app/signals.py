"""Signals that tell of a change only when the value differs."""

import operator
from typing import TypeVar

from reaktiv import Signal

__all__ = ["signal"]

T = TypeVar("T")


def signal(value: T) -> Signal[T]:
    """Make a signal; setting it to an equal value changes nothing, so nothing is drawn again."""
    return Signal(value, equal=operator.eq)
