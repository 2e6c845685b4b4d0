"""Work that comes piece by piece is done together, one round after the other."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.state import AccountState
from support.chat import Chat

Work = list[str]


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with Chat.opened() as made:
        yield made


class Rounds:
    """What a batcher does: it notes each round, and ends it when it may."""

    def __init__(self, chat: Chat) -> None:
        self.done: list[Work] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.fails = False
        self.batcher: Batcher[Work] = Batcher(
            chat.effects.context, "failed.refresh", list, self.do, rest=0.0
        )

    async def do(self, _account: AccountState, work: Work) -> None:
        taken, work[:] = list(work), []
        self.done.append(taken)
        await self.may_end.wait()
        if self.fails:
            raise KeyError(taken[0])

    def add(self, chat: Chat, *names: str) -> None:
        self.batcher.add(chat.account, lambda work: work.extend(names))


async def test_work_that_comes_during_a_round_is_done_together_in_the_next(chat: Chat) -> None:
    rounds = Rounds(chat)
    rounds.may_end.clear()
    for name in ("a", "b", "c"):
        rounds.add(chat, name)
    assert rounds.done == [["a"]]
    assert rounds.batcher.work(chat.account) == ["b", "c"]
    rounds.may_end.set()
    await chat.idle()
    assert rounds.done == [["a"], ["b", "c"]]
    assert rounds.batcher.work(chat.account) == []


async def test_a_round_that_fails_is_told_of_and_work_can_be_added_again(chat: Chat) -> None:
    rounds = Rounds(chat)
    rounds.fails = True
    rounds.add(chat, "a")
    await chat.idle()
    assert len(chat.told) == 1
    rounds.fails = False
    rounds.add(chat, "b")
    await chat.idle()
    assert rounds.done == [["a"], ["b"]]


async def test_work_is_gathered_before_the_first_round(chat: Chat) -> None:
    rounds = Rounds(chat)
    rounds.batcher = Batcher(
        chat.effects.context, "failed.refresh", list, rounds.do, gather=0.01, rest=0.0
    )
    rounds.add(chat, "a")
    rounds.add(chat, "b")
    assert rounds.done == []
    await chat.idle()
    assert rounds.done == [["a", "b"]]
