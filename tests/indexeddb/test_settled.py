"""What waits for a transaction goes on at once when that is over, as any task should."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from indexeddb._settled import Settled

NAME: ContextVar[str] = ContextVar("NAME", default="nobody")


async def started(settled: Settled[int], heard: list[object]) -> asyncio.Task[None]:
    """Return a task that waits, under a name of its own."""

    async def wait() -> None:
        NAME.set("waiter")
        try:
            heard.append(await settled)
        except (asyncio.CancelledError, ValueError) as error:
            heard.append(error)
        heard.append(NAME.get())

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    return task


async def in_an_event(call: Callable[..., object], *arguments: object) -> None:
    """Call something as the browser would: while no task runs."""
    done = asyncio.Event()

    def event() -> None:
        call(*arguments)
        done.set()

    asyncio.get_running_loop().call_soon(event)
    await done.wait()


async def test_a_task_goes_on_in_the_event_that_it_waits_for() -> None:
    settled, heard = Settled[int](), list[object]()
    task = await started(settled, heard)

    def event() -> None:
        settled.set_result(7)
        heard.append("event")

    await in_an_event(event)
    await task
    assert heard == [7, "waiter", "event"]


async def test_an_error_comes_out_where_it_is_waited_for() -> None:
    settled, heard = Settled[int](), list[object]()
    task = await started(settled, heard)
    error = ValueError("no")
    await in_an_event(settled.set_exception, error)
    await task
    assert heard == [error, "waiter"]


async def test_no_task_goes_on_while_another_one_runs() -> None:
    settled, heard = Settled[int](), list[object]()
    task = await started(settled, heard)
    settled.set_result(7)
    assert heard == []
    await task
    assert heard == [7, "waiter"]


async def test_a_cancelled_task_cancels_what_it_waits_for_and_so_the_others() -> None:
    settled, heard, other = Settled[int](), list[object](), list[object]()
    task, _ = await started(settled, heard), await started(settled, other)
    task.cancel()
    await asyncio.wait([task])
    # As with any future of asyncio.
    assert settled.cancelled()
    assert [type(one) for one in heard[:1] + other[:1]] == [asyncio.CancelledError] * 2


async def test_several_wait_at_once_and_one_gives_up() -> None:
    settled = Settled[int]()
    shielded = [asyncio.shield(settled) for _ in range(2)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shielded[0], timeout=0)
    await in_an_event(settled.set_result, 7)
    assert await shielded[1] == 7
    assert await settled == 7
