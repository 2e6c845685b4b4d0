"""Helpers for sequences. Pure."""

import bisect
from collections.abc import Iterable, Sequence
from typing import TypeVar

__all__ = ["longest_in_order"]

T = TypeVar("T")


def longest_in_order(items: Iterable[T], before: Sequence[T]) -> list[T]:
    """Return the largest set of items that kept their order; all others have moved.

    Args:
        items: the items in their order now, each of them once.
        before: the same items, in their order before.
    """
    places = {item: place for place, item in enumerate(before)}
    # The best chain of each length so far: where it ends, and all of it as linked pairs.
    ends: list[int] = []
    chains: list[tuple[T, object]] = []
    for item in items:
        length = bisect.bisect_left(ends, places[item])
        chain = (item, chains[length - 1] if length else None)
        ends[length : length + 1] = [places[item]]
        chains[length : length + 1] = [chain]
    found: list[T] = []
    link: object = chains[-1] if chains else None
    while isinstance(link, tuple):
        found.append(link[0])
        link = link[1]
    return found[::-1]
