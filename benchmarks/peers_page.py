"""Measures IndexedDB's users beside each other, in one page, and prints the times as JSON.

Each round, every contender does the job, each time in another order, and is timed in its own
language. Before that, their answers are compared.
"""

import itertools
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import js
import msgspec
from pyodide.code import run_js
from pyodide.http import pyfetch

import indexeddb
from benchmarks.messages_page import read_archive, repeated
from benchmarks.peers_plan import EMOJI, Plan, as_record
from benchmarks.peers_python import Library, Service
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService

BATCH = 1_000
SMALL = 100_000
"""So many messages those hold that keep all in memory; and a page is measured there, too."""
MOST_IN_MEMORY = SMALL
IN_MEMORY = frozenset(("sqlite", "storage"))
READS = ("newest", "before", "get", "reopen", "first", "later")
JOBS = ("newest", "before", "get", "save", "update", "react", "reopen", "first", "later", "bulk")
ROUNDS = {"bulk": 7}
TOGETHER = {"bulk": 1, "reopen": 1, "later": 1}
"""How many are timed as one: the browser's clock has steps of 0.1 ms."""
PATIENCE = 4_000
"""How many ms of a job are enough of a contender that is slow."""
FEWEST = 3
"""So many rounds are measured of the slowest."""


class FromJs:
    """A contender that is JavaScript."""

    def __init__(self, module: Any, contender: Any) -> None:
        self.name = str(contender.name)
        self._module = module
        self._contender = contender

    def can(self, job: str) -> bool:
        """Tell whether it does a job."""
        return hasattr(self._contender, job)

    async def answer(self, job: str, number: int) -> Any:
        """Do a job once."""
        return json.loads(await self._module.answer(self._contender, job, number))

    async def find(self, key: str) -> Any:
        """Return a message."""
        return json.loads(await self._module.find(self._contender, key))

    async def time(self, job: str, first: int, count: int) -> float:
        """Return the ms that a job takes: the mean of some rounds."""
        return float(await self._module.time(self._contender, job, first, count))


class FromPython:
    """A contender that is Python."""

    def __init__(self, contender: Any) -> None:
        self.name = contender.name
        self._contender = contender

    def can(self, job: str) -> bool:
        """Tell whether it does a job."""
        return hasattr(self._contender, job)

    async def answer(self, job: str, number: int) -> Any:
        """Do a job once."""
        return plain(await getattr(self._contender, job)(number)())

    async def find(self, key: str) -> Any:
        """Return a message."""
        return plain(await self._contender.find(key))

    async def time(self, job: str, first: int, count: int) -> float:
        """Return the ms that a job takes: the mean of some rounds."""
        work = [getattr(self._contender, job)(number) for number in range(first, first + count)]
        began = js.performance.now()
        for one in work:
            await one()
        return float((js.performance.now() - began) / count)


Contender = FromJs | FromPython


def plain(answer: Any) -> Any:
    """Return an answer as what JSON has."""
    return json.loads(msgspec.json.encode(answer))


def tell(text: str) -> None:
    """Print a line."""
    js.console.info(text)


def check(is_so: object, what: str) -> None:
    """End the benchmark where contenders do not agree."""
    if not is_so:
        raise AssertionError(what)


def essence(answer: Any) -> Any:
    """Return what all contenders must agree on."""
    if isinstance(answer, list):
        return [essence(one) for one in answer]
    if isinstance(answer, dict):
        return [answer["id"], answer["roomId"], answer["senderName"], answer["timestamp"]]
    return answer


async def compare(contenders: list[Contender], plan: Plan, raw: Any) -> None:
    """Compare the answers of all, and what they have written."""
    for job in READS:
        able = [one for one in contenders if one.can(job)]
        for number in range(FEWEST):
            answers = {one.name: essence(await one.answer(job, number)) for one in able}
            expected = next(iter(answers.values()))
            check(
                expected and all(one == expected for one in answers.values()), f"{job}: {answers}"
            )
    for one in contenders:
        await one.answer("save", 0)
        saved, expected = await one.find(f"saved-{one.name}-0"), plan.spare(one.name, 0)
        check(saved == as_record(expected), f"{one.name}: save: {saved}")
        await one.answer("update", 0)
        edited = await one.find(plan.message_id(0))
        check(edited["content"] == f"edited by {one.name}", f"{one.name}: update: {edited}")
        if one.can("react"):
            await one.answer("react", 0)
            found = await one.find(plan.message_id(0))
            mine = [each for each in found["reactions"] if each["oderId"] == one.name]
            check(len(mine) == 1 and mine[0]["emoji"] == EMOJI, f"{one.name}: react: {found}")
            if one.name != "sqlite":
                check(await raw.hasReaction(0, one.name), f"{one.name}: react: no row")
        if one.can("bulk"):
            await one.answer("bulk", 0)
            last = plan.batch(one.name, 0)[-1]
            written = await one.find(last.id)
            check(written == as_record(last), f"{one.name}: bulk: {written}")
    await raw.clear()


async def measure(
    contenders: list[Contender], jobs: tuple[str, ...], rounds: int, raw: Any
) -> dict[str, dict[str, list[float]]]:
    """Return the times of each contender in each job, in ms."""
    chance = random.Random(1)  # noqa: S311 the same order each time
    times: dict[str, dict[str, list[float]]] = {}
    for job in jobs:
        able = [one for one in contenders if one.can(job)]
        together = TOGETHER.get(job, 5)
        times[job] = {one.name: [] for one in able}
        spent: Counter[str] = Counter()
        # Those that hold everything come last: their garbage would be collected in the time of
        # others.
        order = [
            (number, one)
            for held in (False, True)
            for number in range(ROUNDS.get(job, rounds))
            for one in chance.sample(able, len(able))
            if (one.name in IN_MEMORY) is held
        ]
        for number, one in order:
            if spent[one.name] > PATIENCE and number >= FEWEST:
                continue
            took = await one.time(job, 1 + number * together, together)
            spent[one.name] += int(took * together)
            times[job][one.name].append(took)
            if job == "bulk":
                await raw.clear()
        tell(f"measured: {job}")
    return times


async def fill(db: DatabaseService, messages: Iterator[Message], count: int) -> None:
    """Save so many messages."""
    began = js.performance.now()
    left = count
    while left and (batch := list(itertools.islice(messages, min(BATCH, left)))):
        await db.save_messages(batch)
        left -= len(batch)
    tell(f"saved {count:,} messages in {(js.performance.now() - began) / 1_000:.0f} s")


def make_plan(database: str, archive: list[Message], count: int, settings: dict[str, Any]) -> Plan:
    """Make a plan for the largest room, of so many messages of the archive, again and again."""
    room, _ = Counter(one.room_id for one in repeated(archive, count)).most_common(1)[0]
    inside = sorted(
        (one.timestamp, one.id) for one in repeated(archive, count) if one.room_id == room
    )
    # Of those with one time the first: so a page before its time is a page before it.
    middles = [
        (key, time) for (earlier, _), (time, key) in itertools.pairwise(inside) if earlier != time
    ]
    inner = middles[len(middles) * 2 // 5 : len(middles) * 3 // 5]
    texts = itertools.cycle(one.content for one in archive)
    return Plan(
        database=database,
        room=room,
        size=len(inside),
        ids=[key for _, key in inside][:: max(1, len(inside) // 1_000)],
        middles=inner[:: max(1, len(inner) // 100)],
        message=msgspec.structs.replace(archive[0], reply_to_id=None, reactions=()),
        bulk=list(itertools.islice(texts, settings["bulk"])),
        offset=min(settings["offset"], len(inside) - 100),
    )


async def in_memory(plan: Plan, messages: list[Message]) -> list[Contender]:
    """Return the contenders that hold everything in memory."""
    # All of the standard library: the page's own lacks sqlite3.
    library = await (await pyfetch("python_stdlib.zip")).bytes()
    with open("/stdlib.zip", "wb") as file:  # noqa: ASYNC230, PTH123 the page's files are in memory
        file.write(library)
    sys.path.append("/stdlib.zip")
    from benchmarks.peers_in_memory import PyScriptStorage, SQLite

    # With no more than the room, since it is so slow.
    room = [one for one in messages if one.room_id == plan.room]
    return [
        FromPython(SQLite(plan, messages)),
        FromPython(await PyScriptStorage.fill(plan, room)),
    ]


async def main() -> None:
    """Measure, and print the times."""
    settings = json.loads(await (await pyfetch("settings.json")).string())
    count = settings["messages"]
    archive = await read_archive()
    messages = repeated(archive, count)
    db = DatabaseService()
    await db.initialize()
    await db.set_current_user_id("bench")
    await db.clear_all_data()

    results: dict[str, Any] = {"messages": count}
    if count > SMALL:
        await fill(db, messages, SMALL)
        early = Service(make_plan(db.database_name, archive, SMALL, settings), db)
        results["small"] = await measure(
            [FromPython(early)], ("newest", "before"), settings["rounds"], None
        )
    await fill(db, messages, count - SMALL if count > SMALL else count)
    plan = make_plan(db.database_name, archive, count, settings)
    results["room"] = plan.size

    module = await run_js(f"import('{js.location.origin}/bench/peers.mjs')")
    given = {
        **plain(plan),
        "middles": [time for _, time in plan.middles],
    }
    peers = list(await module.start(json.dumps(given)))
    contenders: list[Contender] = [
        *(FromJs(module, one) for one in peers),
        FromPython(Library(plan, await indexeddb.open(plan.database))),
        FromPython(Service(plan, db)),
    ]
    if count <= MOST_IN_MEMORY:
        contenders += await in_memory(plan, list(repeated(archive, count)))
    del archive
    raw = peers[0]
    await compare(contenders, plan, raw)
    tell("The answers are equal.")
    results["times"] = await measure(contenders, JOBS, settings["rounds"], raw)
    tell(json.dumps(results))
    tell("done")


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
