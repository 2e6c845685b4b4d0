"""How long something takes in a page."""

import statistics
from collections.abc import Awaitable, Callable
from typing import Any

import js


async def timed(work: Callable[[int], Awaitable[Any]], rounds: int) -> float:
    """Return the median time of some rounds, in ms; each gets its number."""
    times: list[float] = []
    for number in range(rounds):
        start = js.performance.now()
        await work(number)
        times.append(js.performance.now() - start)
    return statistics.median(times)
