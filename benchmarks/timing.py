"""How long something takes in a page."""

import statistics
from collections.abc import Awaitable, Callable
from typing import Any

import js


async def timed(work: Callable[[int], Awaitable[Any]], rounds: int, *, together: int = 1) -> float:
    """Return the median time of some rounds, in ms; each gets its number.

    Args:
        work: what to do in a round.
        rounds: how many.
        together: how many rounds to measure as one: the browser's clock has steps of 0.1 ms.
    """
    times: list[float] = []
    for first in range(0, rounds, together):
        start = js.performance.now()
        for number in range(first, first + together):
            await work(number)
        times.append((js.performance.now() - start) / together)
    return statistics.median(times)
