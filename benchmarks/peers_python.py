"""The contenders of `npm run bench:peers` that are Python, on the database of `DatabaseService`."""

import json
from typing import Any

import indexeddb
from benchmarks.peers_plan import EMOJI, PAGE, Plan, Work, as_record, made_reaction
from indexeddb import KeyRange, Transaction
from roomkeep.models import Message, Reaction
from roomkeep.persistence import DatabaseService

STORE = "messages"
TIME = "roomId_timestamp"


class Service:
    """`DatabaseService`."""

    name = "service"

    def __init__(self, plan: Plan, db: DatabaseService) -> None:
        self.plan = plan
        self.db = db

    def newest(self, _number: int) -> Work:
        return lambda: self.db.get_latest_messages(self.plan.room, PAGE)

    def before(self, number: int) -> Work:
        before, _ = self.plan.middle(number)
        return lambda: self.db.get_latest_messages(self.plan.room, PAGE, before)

    def get(self, number: int) -> Work:
        return lambda: self.find(self.plan.message_id(number))

    async def find(self, key: str) -> Message | None:
        return await self.db.get_message_by_id(key)

    def save(self, number: int) -> Work:
        message = self.plan.spare(self.name, number)
        return lambda: self.db.save_message(message)

    def update(self, number: int) -> Work:
        return lambda: self.db.update_message(
            self.plan.message_id(number), content=f"edited by {self.name}"
        )

    def react(self, number: int) -> Work:
        reaction = Reaction(
            message_id=self.plan.message_id(number),
            oder_id=self.name,
            emoji=EMOJI,
            timestamp=number,
        )
        return lambda: self.db.save_reaction(reaction)

    def reopen(self, _number: int) -> Work:
        async def work() -> list[Message]:
            await self.db.close()
            await self.db.initialize()
            return await self.db.get_latest_messages(self.plan.room, PAGE)

        return work

    def bulk(self, number: int) -> Work:
        messages = self.plan.batch(self.name, number)
        return lambda: self.db.save_messages(messages)

    def first(self, _number: int) -> Work:
        return lambda: self.db.get_messages(self.plan.room, 100)

    def later(self, _number: int) -> Work:
        return lambda: self.db.get_messages(self.plan.room, 100, self.plan.offset)


class Library:
    """`indexeddb`, on the database of `DatabaseService`."""

    name = "indexeddb"

    def __init__(self, plan: Plan, db: indexeddb.Database) -> None:
        self.plan = plan
        self.db = db

    async def _page(self, query: KeyRange) -> list[Any]:
        async def body(tx: Transaction) -> list[Any]:
            index = tx.store(STORE).index(TIME)
            found: list[Any] = await index.get_all(query, count=PAGE, direction="prev")
            return found[::-1]

        return await self.db.read([STORE], body)

    def newest(self, _number: int) -> Work:
        return lambda: self._page(KeyRange.starting_with(self.plan.room))

    def before(self, number: int) -> Work:
        room, (_, time) = self.plan.room, self.plan.middle(number)
        return lambda: self._page(KeyRange((room,), (room, time), upper_open=True))

    def get(self, number: int) -> Work:
        return lambda: self.find(self.plan.message_id(number))

    async def find(self, key: str) -> Any:
        return await self.db.get(STORE, key)

    def save(self, number: int) -> Work:
        message = as_record(self.plan.spare(self.name, number))
        return lambda: self.db.put(STORE, message)

    def update(self, number: int) -> Work:
        async def body(tx: Transaction) -> None:
            messages = tx.store(STORE)
            found = await messages.get(self.plan.message_id(number))
            await messages.put({**found, "content": f"edited by {self.name}"})

        return lambda: self.db.write([STORE], body)

    def react(self, number: int) -> Work:
        async def body(tx: Transaction) -> None:
            key = self.plan.message_id(number)
            reaction = made_reaction(self.name, key, number)
            messages = tx.store(STORE)
            tx.store("reactions").put(reaction)
            found = await messages.get(key)
            messages.put({**found, "reactions": [*found["reactions"], reaction]})

        return lambda: self.db.write([STORE, "reactions"], body)

    def reopen(self, number: int) -> Work:
        async def work() -> Any:
            self.db.close()
            self.db = await indexeddb.open(self.plan.database)
            return await self.newest(number)()

        return work

    def bulk(self, number: int) -> Work:
        records = [as_record(one) for one in self.plan.batch(self.name, number)]

        async def body(tx: Transaction) -> None:
            tx.store(STORE).put_many_json(json.dumps(one) for one in records)

        return lambda: self.db.write([STORE], body)
