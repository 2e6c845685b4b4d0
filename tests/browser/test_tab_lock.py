"""The lock among tabs, in the browser. Requests of one tab wait for each other, too."""

import asyncio

import pytest

from roomkeep.persistence.tab_lock import tab_lock
from support.js import run_js


async def held(name: str) -> tuple[int, int]:
    """Return how many hold a lock, and how many wait for it."""
    found = await run_js("navigator.locks.query()")
    state = found.to_py()
    return tuple(  # type: ignore[return-value] # two.
        len([lock for lock in state[part] if lock["name"] == name]) for part in ("held", "pending")
    )


async def test_one_holds_it_and_the_next_one_waits() -> None:
    order: list[str] = []

    async def second() -> None:
        async with tab_lock("one"):
            order.append("second")

    async with tab_lock("one"), tab_lock("other"):
        waiting = asyncio.ensure_future(second())
        await asyncio.sleep(0)
        assert await held("one") == (1, 1)
        order.append("first")
    await waiting
    assert order == ["first", "second"]
    assert await held("one") == (0, 0)


async def test_who_is_cancelled_waits_no_longer() -> None:
    async def wait() -> None:
        async with tab_lock("one"):
            pytest.fail("it was not free")

    async with tab_lock("one"):
        waiting = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        assert await held("one") == (1, 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await held("one") == (1, 0)


async def test_it_is_free_after_an_error() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with tab_lock("one"):
            raise ValueError("mine")
    assert await held("one") == (0, 0)
