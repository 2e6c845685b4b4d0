"""Several things at once."""

import asyncio
import inspect

import pytest

from roomkeep.sync.parallel import all_of


async def echo(value: int, steps: int) -> int:
    for _ in range(steps):
        await asyncio.sleep(0)
    return value


async def fail() -> int:
    await asyncio.sleep(0)
    raise KeyError


async def test_results_come_in_order() -> None:
    assert await all_of([echo(1, 5), echo(2, 0), echo(3, 2)], at_once=2) == [1, 2, 3]
    assert await all_of([], at_once=2) == []


async def test_a_failure_ends_the_others() -> None:
    ended = asyncio.Event()

    async def endless() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 0

    with pytest.raises(KeyError):
        await all_of([endless(), fail(), fail()], at_once=3)
    assert ended.is_set()


async def test_those_whose_turn_never_comes_are_closed() -> None:
    late = echo(2, 0)
    with pytest.raises(KeyError):
        await all_of([fail(), echo(1, 9), late], at_once=1)
    assert inspect.getcoroutinestate(late) == inspect.CORO_CLOSED


async def test_whoever_waited_for_a_failure_is_not_cancelled() -> None:
    task = asyncio.current_task()
    with pytest.raises(KeyError):
        await all_of([fail(), echo(1, 3)], at_once=2)
    assert task is not None
    assert task.cancelling() == 0
