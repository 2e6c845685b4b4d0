"""The contenders of `npm run bench:peers` that hold everything in memory."""

import json
import sqlite3
from abc import ABC, abstractmethod
from typing import Any

from pyscript import storage

from benchmarks.peers_plan import EMOJI, PAGE, Plan, Work, as_record, made_reaction
from roomkeep.models import Message


class _InMemory(ABC):
    """What holds everything in memory, and reads by the key and the time of a message."""

    plan: Plan

    def newest(self, _number: int) -> Work:
        return lambda: self._page((float("inf"), ""))

    def before(self, number: int) -> Work:
        key, time = self.plan.middle(number)
        return lambda: self._page((time, key))

    def get(self, number: int) -> Work:
        return lambda: self.find(self.plan.message_id(number))

    @abstractmethod
    async def find(self, key: str) -> Any:
        """Return the message with this key."""

    @abstractmethod
    async def _page(self, before: tuple[float, str]) -> list[Any]:
        """Return the messages of the room before a time and a key."""


class PyScriptStorage(_InMemory):
    """PyScript's `storage`: a dict that is loaded whole, and written behind."""

    name = "storage"

    def __init__(self, plan: Plan, records: Any) -> None:
        self.plan = plan
        self.records = records

    @classmethod
    async def fill(cls, plan: Plan, messages: list[Message]) -> "PyScriptStorage":
        """Make one with these messages."""
        made = cls(plan, await storage("peers"))
        for one in messages:
            made.records[one.id] = as_record(one)
        await made.records.sync()
        return made

    async def _page(self, before: tuple[float, str]) -> list[Any]:
        room = [one for one in self.records.values() if one["roomId"] == self.plan.room]
        room.sort(key=_order)
        return [one for one in room if _order(one) < before][-PAGE:]

    async def find(self, key: str) -> Any:
        return self.records.get(key)

    async def _put(self, record: dict[str, Any]) -> None:
        self.records[record["id"]] = record
        await self.records.sync()

    def save(self, number: int) -> Work:
        message = as_record(self.plan.spare(self.name, number))
        return lambda: self._put(message)

    def update(self, number: int) -> Work:
        key = self.plan.message_id(number)
        return lambda: self._put({**self.records[key], "content": f"edited by {self.name}"})

    def reopen(self, number: int) -> Work:
        async def work() -> Any:
            self.records = await storage("peers")
            return await self.newest(number)()

        return work


class SQLite(_InMemory):
    """Python's `sqlite3` in Pyodide, in memory: nothing is kept when the page is closed."""

    name = "sqlite"

    def __init__(self, plan: Plan, messages: list[Message]) -> None:
        self.plan = plan
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(
            "CREATE TABLE messages (id TEXT PRIMARY KEY, room TEXT, time INTEGER, record TEXT);"
            "CREATE INDEX by_time ON messages (room, time, id);"
            "CREATE TABLE reactions (who TEXT, emoji TEXT, message TEXT, record TEXT,"
            " PRIMARY KEY (who, emoji, message))"
        )
        self._write([as_record(one) for one in messages])

    def _write(self, records: list[Any]) -> None:
        rows = [(one["id"], one["roomId"], one["timestamp"], json.dumps(one)) for one in records]
        with self.db:
            self.db.executemany("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?)", rows)

    async def _page(self, before: tuple[float, str]) -> list[Any]:
        rows = self.db.execute(
            "SELECT record FROM messages WHERE room = ? AND (time, id) < (?, ?)"
            " ORDER BY time DESC, id DESC LIMIT ?",
            (self.plan.room, *before, PAGE),
        )
        return [json.loads(text) for (text,) in rows][::-1]

    def _find(self, key: str) -> Any:
        row = self.db.execute("SELECT record FROM messages WHERE id = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    async def find(self, key: str) -> Any:
        return self._find(key)

    def save(self, number: int) -> Work:
        message = as_record(self.plan.spare(self.name, number))

        async def work() -> None:
            self._write([message])

        return work

    def update(self, number: int) -> Work:
        async def work() -> None:
            found = self._find(self.plan.message_id(number))
            self._write([{**found, "content": f"edited by {self.name}"}])

        return work

    def react(self, number: int) -> Work:
        async def work() -> None:
            key = self.plan.message_id(number)
            reaction = made_reaction(self.name, key, number)
            found = self._find(key)
            row = (self.name, EMOJI, key, json.dumps(reaction))
            self.db.execute("INSERT OR REPLACE INTO reactions VALUES (?, ?, ?, ?)", row)
            self._write([{**found, "reactions": [*found["reactions"], reaction]}])

        return work

    def bulk(self, number: int) -> Work:
        records = [as_record(one) for one in self.plan.batch(self.name, number)]

        async def work() -> None:
            self._write(records)

        return work


def _order(record: dict[str, Any]) -> tuple[float, str]:
    return record["timestamp"], record["id"]
