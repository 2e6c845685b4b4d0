"""The tabs of a browser, in the browser. Several of one page hear each other, too."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.sync.browser_tabs import BrowserTabs
from support.js import run_js


class Opened:
    """A tab, and what it hears."""

    def __init__(self, name: str) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.seen = asyncio.Event()
        self.tabs = BrowserTabs(name)
        self.tabs.open(self.heard.put_nowait, self.seen.set)


@pytest.fixture
async def three() -> AsyncIterator[list[Opened]]:
    """Two tabs of one account, and one of another."""
    made = [Opened("one"), Opened("one"), Opened("other")]
    yield made
    for each in made:
        each.tabs.close()


async def test_they_hear_each_other(three: list[Opened]) -> None:
    first, second, other = three
    other.tabs.post("not for you")
    first.tabs.post("hello")
    first.tabs.post("again")
    async with asyncio.timeout(10):
        assert [await second.heard.get(), await second.heard.get()] == ["hello", "again"]
    assert first.heard.empty()
    assert other.heard.empty()


async def test_a_closed_tab_neither_speaks_nor_hears(three: list[Opened]) -> None:
    first, second, _ = three
    first.tabs.close()
    first.tabs.post("nobody hears this")
    third = Opened("one")
    third.tabs.post("hello")
    async with asyncio.timeout(10):
        assert await second.heard.get() == "hello"
    third.tabs.close()
    assert first.heard.empty()
    run_js("document.dispatchEvent(new Event('visibilitychange'))")
    assert second.seen.is_set()
    assert not first.seen.is_set()


async def test_they_know_whether_they_are_visible(three: list[Opened]) -> None:
    assert three[0].tabs.is_visible
    hidden = "{value: 'hidden', configurable: true}"
    run_js(f"Object.defineProperty(document, 'visibilityState', {hidden})")
    try:
        assert not three[0].tabs.is_visible
    finally:
        run_js("delete document.visibilityState")


async def test_one_holds_the_lock(three: list[Opened]) -> None:
    first, second, other = three
    order: list[str] = []

    async def wait() -> None:
        async with second.tabs.lock():
            order.append("second")

    async with first.tabs.lock(), other.tabs.lock():
        waiting = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        order.append("first")
    await waiting
    assert order == ["first", "second"]
