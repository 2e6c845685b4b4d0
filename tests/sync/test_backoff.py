"""The waits while a homeserver does not answer."""

import asyncio
from collections.abc import Callable

import pytest

from roomkeep.sync.backoff import LONGEST_S, Backoff
from roomkeep.sync.errors import NotReachable, RateLimited

LATE = NotReachable("no answer")


@pytest.fixture
async def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note how long is waited, and wait no time."""
    noted: list[float] = []
    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def at_once(seconds: float, call: Callable[[], object]) -> asyncio.TimerHandle:
        noted.append(seconds)
        return call_later(0, call)

    monkeypatch.setattr(loop, "call_later", at_once)
    return noted


async def test_each_wait_is_twice_as_long_up_to_the_longest(waits: list[float]) -> None:
    backoff = Backoff(4)
    for _ in range(5):
        await backoff.wait(LATE)
    assert waits == [4, 8, 16, LONGEST_S, LONGEST_S]
    backoff.reset()
    await backoff.wait(LATE)
    assert waits[-1] == 4


async def test_it_waits_as_long_as_the_server_asks(waits: list[float]) -> None:
    await Backoff(1).wait(RateLimited(429, retry_after_ms=7_000))
    assert waits == [7]


async def test_a_wait_ends_when_there_is_a_reason() -> None:
    backoff = Backoff(1_000)
    waiting = asyncio.create_task(backoff.wait(LATE))
    await asyncio.sleep(0)
    backoff.wake()
    async with asyncio.timeout(5):
        await waiting


@pytest.mark.parametrize("steps", [0, 1, 2])
async def test_a_wait_that_is_cancelled_as_it_ends_is_cancelled(steps: int) -> None:
    backoff = Backoff(1_000)
    waiting = asyncio.create_task(backoff.wait(LATE))
    await asyncio.sleep(0)
    backoff.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    if waiting.cancel():
        with pytest.raises(asyncio.CancelledError):
            await waiting
