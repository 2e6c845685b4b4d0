"""Several things at once, of which none outlives another's failure."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

__all__ = ["all_of"]

T = TypeVar("T")


async def all_of(work: Iterable[Coroutine[Any, Any, T]], *, at_once: int) -> list[T]:
    """Do some work at the same time and return the results in order.

    When one part fails, the others are cancelled, and its error is raised.
    """
    work = tuple(work)
    turn = asyncio.Semaphore(at_once)

    async def do(one: Coroutine[Any, Any, T]) -> T:
        async with turn:
            return await one

    tasks = [asyncio.create_task(do(one)) for one in work]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        # No TaskGroup: before Python 3.13 the task that waits counts as cancelled ever after.
        for task in tasks:
            # Where this was cancelled, they are already; once more would end how they clean up.
            if not task.cancelling():
                task.cancel()
        await asyncio.wait(tasks)
        for one in work:
            # Python warns of those whose turn never came.
            one.close()
        raise
