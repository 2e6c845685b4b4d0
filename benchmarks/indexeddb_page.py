"""Measures `indexeddb` inside the page, next to plain JavaScript that does the same.

It also counts the calls between Python and JavaScript: each costs some microseconds.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import js
from pyodide.code import run_js

import indexeddb
from benchmarks.timing import timed
from indexeddb import KeyRange, Transaction, UpgradeTransaction, _driver, _engines

RECORDS = 20_000
ROUNDS = 100
TURNS = 5
PEER = """({
    async open() {
        const request = indexedDB.open('bench-indexeddb');
        await new Promise((resolve) => { request.onsuccess = resolve });
        this.db = request.result;
    },
    store() { return this.db.transaction('messages').objectStore('messages') },
    async text(request) {
        await new Promise((resolve) => { request.onsuccess = resolve });
        return JSON.stringify(request.result);
    },
    get(id) { return this.text(this.store().get(id)) },
    page(before) {
        const query = IDBKeyRange.bound(['big'], ['big', before]);
        const options = { query, count: 50, direction: 'prev' };
        return this.text(this.store().index('time').getAll(options));
    },
    async many(ids) {
        const store = this.store();
        const requests = JSON.parse(ids).map((id) => store.get(id));
        await new Promise((resolve) => { requests.at(-1).onsuccess = resolve });
        return JSON.stringify(requests.map(({ result }) => result));
    },
    async put(text) {
        const tx = this.db.transaction('messages', 'readwrite', { durability: 'relaxed' });
        tx.objectStore('messages').put(JSON.parse(text));
        await new Promise((resolve) => { tx.oncomplete = resolve });
    },
    async update(id, content) {
        const tx = this.db.transaction('messages', 'readwrite', { durability: 'relaxed' });
        const store = tx.objectStore('messages');
        const request = store.get(id);
        request.onsuccess = () => store.put({ ...request.result, content });
        await new Promise((resolve) => { tx.oncomplete = resolve });
    },
})"""

Work = Callable[[int], Awaitable[Any]]
calls: Counter[str] = Counter()


def message(n: int) -> dict[str, Any]:
    """Make a record of the size of a chat message."""
    return {
        "id": f"m{n:07}",
        "roomId": "big",
        "channelId": "general",
        "senderId": f"user {n % 600}",
        "senderName": f"User {n % 600}",
        "content": f"message {n} " * 5,
        "timestamp": n,
        "editedAt": None,
        "replyToId": None,
        "isDeleted": False,
        "reactions": [],
    }


def any_id(n: int) -> str:
    """Return the key of some record; each round another one."""
    return f"m{n * 37 % RECORDS:07}"


def count_calls() -> None:
    """Have each call between Python and JavaScript be counted from now on."""

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            calls["all"] += 1
            return function(*given)

        return call

    kernel = _engines.DEFAULT.kernel
    for name, function in vars(kernel).items():
        if callable(function):
            setattr(kernel, name, counted(function))
    for kind in (_driver.Driver, _driver.Once):
        setattr(kind, "handle", counted(kind.handle))  # noqa: B010 it is a method


async def upgrade(tx: UpgradeTransaction, _old_version: int) -> None:
    """Make the store, and fill it."""
    messages = tx.create_store("messages", key_path="id")
    messages.create_index("time", ["roomId", "timestamp"])
    messages.put_many_json(json.dumps(message(n)) for n in range(RECORDS))


async def page(db: indexeddb.Database, n: int) -> str:
    """Read the newest 50 records before some time."""

    async def body(tx: Transaction) -> str:
        query = KeyRange(("big",), ("big", 5_000 + n))
        index = tx.store("messages").index("time")
        return await index.get_all_json(query, count=50, direction="prev")

    return await db.read(["messages"], body)


async def many(db: indexeddb.Database, n: int) -> str:
    """Read 50 records by their keys."""

    async def body(tx: Transaction) -> str:
        return await tx.store("messages").get_many_json(any_id(n + k) for k in range(50))

    return await db.read(["messages"], body)


async def update(db: indexeddb.Database, n: int) -> None:
    """Change a record in Python."""

    async def body(tx: Transaction) -> None:
        messages = tx.store("messages")
        found = await messages.get(any_id(n))
        await messages.put({**found, "content": f"edit {n}"})

    await db.write(["messages"], body)


async def patch(db: indexeddb.Database, n: int) -> None:
    """Change a record by laying fields over it."""

    async def body(tx: Transaction) -> None:
        fields = json.dumps({"content": f"edit {n}"})
        await tx.store("messages").patch_many_json([any_id(n)], fields)

    await db.write(["messages"], body)


def cases(db: indexeddb.Database, peer: Any) -> dict[str, tuple[Work, Work]]:
    """Return what is measured: what it is, how it is done by us, and by the peer."""

    def ids(n: int) -> str:
        return json.dumps([any_id(n + k) for k in range(50)])

    def edit(n: int) -> Any:
        return peer.update(any_id(n), f"edit {n}")

    return {
        "get one record": (lambda n: db.get("messages", any_id(n)), lambda n: peer.get(any_id(n))),
        "the newest 50 of an index": (partial(page, db), lambda n: peer.page(5_000 + n)),
        "50 by their keys": (partial(many, db), lambda n: peer.many(ids(n))),
        "put one record": (
            lambda n: db.put("messages", message(n)),
            lambda n: peer.put(json.dumps(message(n))),
        ),
        "get, merge in Python, put": (partial(update, db), edit),
        "get, merge by patch_many_json, put": (partial(patch, db), edit),
    }


async def main() -> None:
    """Measure, and print a table."""
    await indexeddb.delete("bench-indexeddb")
    db = await indexeddb.open("bench-indexeddb", 1, upgrade)
    peer = run_js(PEER)
    await peer.open()
    results = []
    for name, (ours, theirs) in cases(db, peer).items():
        # In turns, and the best of several: what else the machine does only adds to it.
        times = [
            [await timed(work, ROUNDS, together=10) for work in (ours, theirs)]
            for _ in range(TURNS)
        ]
        results.append((name, ours, min(mine for mine, _ in times), min(peer for _, peer in times)))
    count_calls()
    titles = f"{'indexeddb':>9} {'JavaScript':>11} {'ratio':>6} {'calls':>6}"
    js.console.info(f"{'ms':<36} {titles}")
    for name, ours, mine, peers in results:
        calls.clear()
        await ours(0)
        figures = f"{mine:9.2f} {peers:11.2f} {mine / peers:6.2f} {calls['all']:6}"
        js.console.info(f"{name:<36} {figures}")
    peer.db.close()
    db.close()
    await indexeddb.delete("bench-indexeddb")
    js.console.info("done")


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
