"""The desktop killed while it indexes: the search index is right, or says that it is behind.

The process is one of its own, with a window in it that writes and has the index brought up to
date; so a kill meets a request of either kind.
"""

import asyncio
import itertools
import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from roomkeep.desktop.main_process import MainProcess
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.desktop_backend import DesktopBackend
from roomkeep.storage.search import plan
from support import long_run
from support.desktop_world import SessionBridge
from support.killed_process import killable, receive_rest
from support.make import channel, message, room
from support.search_pages import all_hits

ROUNDS = long_run.examples(6)
SIZE = 40
SMALL = {"SEGMENT": 256, "TAIL": 16, "SLICE": 64}
"""So small that a kill meets every step of the building."""


def batch(number: int) -> list[Message]:
    """Return the messages of one transaction: some late, some new."""
    return [
        message(
            f"{number} {place}",
            content=f"tea batch{number} {'gone' if place == 0 else 'kept'}{number}",
            timestamp=number * 1_000 - place * 700,
        )
        for place in range(SIZE)
    ]


async def open_account(main: MainProcess) -> DatabaseService:
    db = DatabaseService(DesktopBackend(SessionBridge(main)))
    await db.initialize()
    await db.set_current_user_id("ann")
    return db


async def write_and_index(folder: Path, first: int, told: Connection) -> None:
    db = await open_account(MainProcess(folder))
    await db.save_room(room(channels=(channel(),)))

    async def write() -> None:
        for number in itertools.count(first):
            await db.save_messages(batch(number))
            await db.delete_message(f"{number} 0")
            await db.update_message(f"{number} 1", content=f"cake batch{number}")
            told.send(number)

    async def index() -> None:
        while True:
            await db.update_search_index()

    await asyncio.gather(write(), index())


def run(folder: Path, first: int, told: Connection) -> None:
    """Write and index until killed; tell of each batch that was acknowledged."""
    vars(plan).update(SMALL)
    asyncio.run(write_and_index(folder, first, told))


def kill_while_indexing(folder: Path, first: int, chance: random.Random) -> list[int]:
    """Kill the process at a moment of chance; return which batches it had acknowledged."""
    with killable(run, folder, first) as (told, kill):
        numbers = [told.recv() for _ in range(chance.randrange(1, 12))]
        # Anywhere in what it does next, not always right after a write.
        time.sleep(chance.random() / 50)
        kill()
        return numbers + receive_rest(told)


async def check(main: MainProcess, acknowledged: list[int]) -> tuple[int, bool]:
    """Compare the search with what there is, before and after the index is brought up to date.

    Returns:
        the highest number of a batch, and whether the index said that it was behind.
    """
    db = await open_account(main)
    messages = await db.get_messages("r1", limit=1_000_000)
    here = [one for one in messages if not one.is_deleted]
    numbers = sorted({int(one.id.split()[0]) for one in messages})
    assert set(acknowledged) <= set(numbers)
    words = ["tea", "cake", "batch1", *(f"batch{number}" for number in numbers[-4:])]
    words += [f"gone{number}" for number in numbers[-4:]]

    async def compare() -> bool:
        whole = []
        for word in words:
            hits, is_indexed = await all_hits(db, word)
            found = {hit.message.id for hit in hits}
            assert len(found) == len(hits)
            assert found == {one.id for one in here if word in one.content.split()}, word
            whole.append(is_indexed)
        return all(whole)

    was_whole = await compare()
    await db.update_search_index()
    assert await compare(), "the index was brought up to date"
    await db.close()
    return numbers[-1], not was_whole


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows ends programs in another way")
def test_search_is_right_after_the_main_process_was_killed_while_it_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in SMALL.items():
        monkeypatch.setattr(plan, name, size)
    chance = random.Random(long_run.SEED)  # noqa: S311
    acknowledged: list[int] = []
    last, was_behind = 0, []
    for _ in range(ROUNDS):
        acknowledged += kill_while_indexing(tmp_path / "data", last + 1, chance)
        main = MainProcess(tmp_path / "data")
        last, is_behind = asyncio.run(check(main, acknowledged))
        main.close()
        was_behind.append(is_behind)
    # Else the kills came when there was nothing to do.
    assert any(was_behind)
