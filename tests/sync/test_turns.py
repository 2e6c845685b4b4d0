"""Whose turn it is among the tabs of an account, and what they tell each other."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.sync.turns import News, SessionChanged, Status, Turns
from support.tabs import Browser, Tab


class Follower:
    """Who runs in a tab."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.heard: list[News | SessionChanged] = []
        self.turns = Turns(tab, self.heard.append)
        self.turns.open()
        self.status: Status = "online"
        self.runs = 0
        self.task = asyncio.create_task(self.turns.take(self.work))

    @property
    def statuses(self) -> list[Status]:
        return [message.status for message in self.heard if isinstance(message, News)]

    async def work(self) -> None:
        self.runs += 1
        self.turns.tell(News(status=self.status))
        await asyncio.Event().wait()

    async def end(self) -> None:
        """Close the tab."""
        self.turns.close()
        self.task.cancel()
        await asyncio.wait([self.task])


@pytest.fixture
async def opened() -> AsyncIterator[list[Follower]]:
    made: list[Follower] = []
    yield made
    for one in made:
        await one.end()


async def settle() -> None:
    """Let all run that can: nothing here waits for a time."""
    for _ in range(100):
        await asyncio.sleep(0)


async def follow(opened: list[Follower], browser: Browser, *, is_visible: bool = True) -> Follower:
    made = Follower(browser.open(is_visible=is_visible))
    opened.append(made)
    await settle()
    return made


def leaders(opened: list[Follower]) -> list[Follower]:
    return [one for one in opened if one.turns.is_leading]


async def test_a_later_tab_learns_what_the_first_one_knows(opened: list[Follower]) -> None:
    browser = Browser()
    first = await follow(opened, browser)
    second = await follow(opened, browser)
    assert leaders(opened) == [first]
    assert second.statuses == ["online"]
    first.turns.tell(News(status="offline", typing={"!c": ("@ben:h",)}))
    await settle()
    assert second.heard[-1] == News(status="offline", typing={"!c": ("@ben:h",)})
    assert first.heard == []


async def test_the_next_tab_takes_over_when_one_closes(opened: list[Follower]) -> None:
    browser = Browser()
    first = await follow(opened, browser)
    second = await follow(opened, browser)
    third = await follow(opened, browser)
    await first.end()
    await settle()
    assert leaders(opened) == [second]
    await second.end()
    await settle()
    assert leaders(opened) == [third]


@pytest.mark.parametrize("others", [0, 1, 3])
async def test_a_hidden_tab_yields_to_a_visible_one(opened: list[Follower], others: int) -> None:
    browser = Browser()
    first = await follow(opened, browser)
    for _ in range(others):
        await follow(opened, browser, is_visible=False)
    last = await follow(opened, browser, is_visible=False)
    assert leaders(opened) == [first]
    last.tab.turn_to()
    await settle()
    assert leaders(opened) == [last]
    first.tab.turn_to()
    await settle()
    assert leaders(opened) == [first]


async def test_a_tab_that_opens_visible_takes_over_from_a_hidden_one(
    opened: list[Follower],
) -> None:
    browser = Browser()
    first = await follow(opened, browser, is_visible=False)
    assert leaders(opened) == [first]
    second = await follow(opened, browser)
    assert leaders(opened) == [second]
    assert (first.runs, second.runs) == (1, 1)


async def test_a_visible_tab_keeps_its_turn(opened: list[Follower]) -> None:
    browser = Browser()
    first = await follow(opened, browser)
    second = await follow(opened, browser)
    second.tab.show(is_visible=False)
    second.tab.show(is_visible=True)
    await settle()
    assert leaders(opened) == [first]
    assert first.runs == 1


async def test_of_two_windows_the_one_that_stays_visible_takes_over(
    opened: list[Follower],
) -> None:
    browser = Browser()
    first = await follow(opened, browser)
    second = await follow(opened, browser)
    first.tab.show(is_visible=False)
    await settle()
    assert leaders(opened) == [second]


async def test_a_hidden_tab_keeps_its_turn_where_no_other_is_visible(
    opened: list[Follower],
) -> None:
    browser = Browser()
    first = await follow(opened, browser)
    second = await follow(opened, browser, is_visible=False)
    first.tab.show(is_visible=False)
    await settle()
    assert leaders(opened) == [first]
    second.tab.show(is_visible=True)
    await settle()
    assert leaders(opened) == [second]


async def test_an_error_ends_the_turn_and_comes_out(opened: list[Follower]) -> None:
    browser = Browser()

    async def fail() -> None:
        await asyncio.sleep(0)
        raise KeyError("mine")

    turns = Turns(browser.open(), lambda _: None)
    turns.open()
    with pytest.raises(KeyError, match="mine"):
        await turns.take(fail)
    assert not turns.is_leading
    assert leaders([await follow(opened, browser)]) == opened


async def test_a_new_session_is_told(opened: list[Follower]) -> None:
    browser = Browser()
    first = await follow(opened, browser)
    second = await follow(opened, browser)
    second.turns.tell_session_changed()
    await settle()
    assert first.heard == [SessionChanged()]


async def test_what_another_version_tells_is_passed_over(opened: list[Follower]) -> None:
    browser = Browser()
    first = await follow(opened, browser)
    for text in ('{"type": "News", "status": "gone"}', '{"type": "Hello"}', "[]", "{"):
        first.tab.receive(text)
    assert first.heard == []
    assert leaders(opened) == [first]
