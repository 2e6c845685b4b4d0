"""Tasks whose first step runs at once."""

import asyncio

import pytest

from roomkeep.app.eager import start_eagerly


async def test_the_first_step_runs_at_once_and_the_rest_as_a_task() -> None:
    steps: list[object] = []
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def work() -> str:
        steps.append("began")
        await asyncio.sleep(0)
        steps.append(await future)
        return "result"

    task = start_eagerly(work())
    assert steps == ["began"]
    asyncio.get_running_loop().call_soon(future.set_result, "resumed")
    assert await task == "result"
    assert steps == ["began", "resumed"]


async def test_what_never_waits_is_done_at_once() -> None:
    async def work() -> int:
        return 7

    assert await start_eagerly(work()) == 7


async def test_errors_of_every_step_come_out_of_the_task() -> None:
    async def fail(*, late: bool) -> None:
        if late:
            await asyncio.sleep(0)
        raise ValueError

    for late in (False, True):
        task = start_eagerly(fail(late=late))
        with pytest.raises(ValueError):  # noqa: PT011 it is the one raised above
            await task


async def test_it_can_be_cancelled_and_sees_it() -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    task = start_eagerly(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]
