"""Measures search inside the page: building the index, saving with it, and searching with it.

The settings say how many messages there are to be. Where the archive has fewer, its messages come
again, later.
"""

import gc
import itertools
import json
import random
import statistics
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import js
from msgspec import structs
from pyodide.code import run_js
from pyodide.http import pyfetch

import indexeddb
from benchmarks.messages_page import read_archive, repeated
from benchmarks.timing import timed
from indexeddb.keys import KeyRange
from roomkeep.models import Channel, Message, Room
from roomkeep.persistence import DatabaseService
from roomkeep.storage.schema import search_database_name
from roomkeep.storage.search.tokens import words

BATCH = 1_000
ROUNDS = 200
QUERIES = 40
GOAL = 50
FEWEST = 3
"""So many words a text has to have for a query, and so many letters a word."""
RARE = 3
"""A word of at most so many messages is rare."""
COMMON = 200
"""So many words are common."""

WATCH = """(() => {
    const seen = [];
    new PerformanceObserver((list) => seen.push(...list.getEntries().map((one) => one.duration)))
        .observe({ type: 'longtask' });
    return { longest: () => Math.max(0, ...seen.splice(0)) };
})()"""


def tell(what: str, value: str) -> None:
    """Print one row."""
    js.console.info(f"{what:<64} {value:>14}")


async def import_all(db: DatabaseService, messages: Iterator[Message]) -> float:
    """Import messages; return how long that took, in seconds."""
    start = js.performance.now()
    before = await js.taskTime()
    while batch := list(itertools.islice(messages, BATCH)):
        await db.import_messages(batch)
    work = await js.taskTime() - before
    tell("the work of the page's thread to import, s", f"{work / 1_000:.1f}")
    return float(js.performance.now() - start) / 1_000


async def build(db: DatabaseService) -> float:
    """Bring the index up to date; return how long that took, in seconds."""
    start = js.performance.now()
    before = await js.taskTime()
    await db.update_search_index()
    work = await js.taskTime() - before
    tell("the work of the page's thread to build the index, s", f"{work / 1_000:.1f}")
    return float(js.performance.now() - start) / 1_000


async def save_one(db: DatabaseService, last: Message, prefix: str) -> float:
    """Return the median time of saving a new message, in ms."""

    async def save(number: int) -> None:
        one = structs.replace(
            last, id=f"{prefix}{number}", timestamp=last.timestamp + 1 + number, reply_to_id=None
        )
        await db.save_message(one)

    return await timed(save, ROUNDS)


def made_queries(archive: list[Message]) -> dict[str, list[str]]:
    """Return queries of each kind, made from what the archive says."""
    chance = random.Random(1)  # noqa: S311 the same queries each time
    texts = [found for one in archive if len(found := words(one.content)) >= FEWEST]
    counts = Counter(word for found in texts for word in set(found) if len(word) >= FEWEST)
    by_count = [word for word, _ in counts.most_common()]
    rare = [word for word in by_count if counts[word] <= RARE]
    medium = [word for word in by_count[COMMON:] if counts[word] > RARE]

    def pair() -> str:
        return " ".join(chance.sample(chance.choice(texts), 2))

    def phrase() -> str:
        found = chance.choice(texts)
        start = chance.randrange(len(found) - 2)
        return '"' + " ".join(found[start : start + chance.randint(2, 3)]) + '"'

    def prefix() -> str:
        word = chance.choice(medium)
        return word[: chance.randint(2, max(2, len(word) - 1))] + "*"

    return {
        "a common word": [chance.choice(by_count[:COMMON]) for _ in range(QUERIES // 2)],
        "a word": [chance.choice(medium) for _ in range(QUERIES // 2)],
        "a rare word": [chance.choice(rare) for _ in range(QUERIES // 2)],
        "no hit": [chance.choice(medium)[:3] + "qzx" for _ in range(QUERIES // 2)],
        "two words of one message": [pair() for _ in range(QUERIES)],
        "a prefix": [prefix() for _ in range(QUERIES)],
        "a phrase": [phrase() for _ in range(QUERIES)],
    }


async def search_all(db: DatabaseService, archive: list[Message]) -> None:
    """Measure the queries, and print a table."""
    times: list[float] = []
    work: list[float] = []
    heap = run_js("() => pyodide._module.HEAP8.length") if hasattr(js, "pyodide") else None
    before = heap() if heap else 0
    js_before = js.performance.memory.usedJSHeapSize
    for kind, queries in made_queries(archive).items():
        taken = []
        hits = 0
        for query in queries:
            before_work = await js.taskTime()
            start = js.performance.now()
            page = await db.search_messages(query)
            taken.append(js.performance.now() - start)
            work.append(await js.taskTime() - before_work)
            hits += len(page.hits)
        times += taken
        taken.sort()
        tell(
            f"search, {kind}: median, p95, longest, ms; hits a query",
            f"{statistics.median(taken):.0f} {taken[int(len(taken) * 0.95)]:.0f} {taken[-1]:.0f}"
            f" {hits / len(queries):.0f}",
        )
    times.sort()
    tell(f"search, all {len(times)}: p95, ms (goal {GOAL})", f"{times[int(len(times) * 0.95)]:.0f}")
    work.sort()
    tell(
        "the work of the page's thread for a search: median, p95, ms",
        f"{statistics.median(work):.0f} {work[int(len(work) * 0.95)]:.0f}",
    )
    grown = (heap() - before if heap else 0) + js.performance.memory.usedJSHeapSize - js_before
    tell("the page's memory has grown by, MB", f"{grown / 2**20:.1f}")


async def block_size(db: DatabaseService) -> float:
    """Return how many bytes the index's records take as JSON."""
    database = await indexeddb.open(search_database_name(db.database_name))
    total = 0
    for key in await database.read(["segments"], _keys):
        text = await database.read(["blocks"], partial(_json, key))
        total += len(text.encode())
    database.close()
    return total


async def _keys(tx: Any) -> Any:
    return await tx.store("segments").get_all_keys()


async def _json(segment: str, tx: Any) -> Any:
    return await tx.store("blocks").index("segment").get_all_json(KeyRange.only(segment))


async def main() -> None:
    """Measure, and print a table."""
    settings = json.loads(await (await pyfetch("settings.json")).string())
    watch = run_js(WATCH)
    archive = await read_archive()
    text = sum(len(one.content.encode()) for one in archive)
    db = DatabaseService()
    await db.initialize()
    await db.set_current_user_id("bench")
    await db.clear_all_data()
    for room_id in dict.fromkeys(one.room_id for one in archive):
        channels = (Channel(id="general", name="General", type="text", position=0),)
        await db.save_room(
            Room(id=room_id, name=room_id, host_id="bench", created_at=0, channels=channels)
        )
    count = len(archive)
    messages = repeated(archive, max(settings["messages"], count))
    first = list(itertools.islice(messages, count))
    # No page of the app has these: the garbage collector is not to look through them.
    gc.freeze()
    tell(f"import {count:,} messages, s", f"{await import_all(db, iter(first)):.1f}")
    last = max(first, key=lambda one: one.timestamp)
    plain = await save_one(db, last, "plain")
    watch.longest()
    tell("build the index over them, s", f"{await build(db):.1f}")
    tell("longest task meanwhile, ms (0: none over 50)", f"{watch.longest():.0f}")
    size = await block_size(db)
    tell("size of the index to that of the text", f"{size / text:.2f}")
    newer = structs.replace(last, timestamp=last.timestamp + 10_000)
    tell("save a message, ms", f"{plain:.2f}")
    tell("with the index on, to that", f"{await save_one(db, newer, 'new') / plain:.2f}")
    older = first[count // 2]
    tell("the same, between older ones", f"{await save_one(db, older, 'late') / plain:.2f}")
    # As the app does, soon after messages were written.
    await db.update_search_index()
    await search_all(db, archive)
    if settings["messages"] > count:
        tell("import the others, s", f"{await import_all(db, messages):.1f}")
        watch.longest()
        tell(f"index of {settings['messages']:,} messages, s", f"{await build(db):.1f}")
        tell("longest task meanwhile, ms", f"{watch.longest():.0f}")
        await search_all(db, archive)
    await db.clear_all_data()
    await db.close()
    js.console.info("done")


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
