"""Measures the store inside the page, on made-up messages, next to plain JavaScript.

The JavaScript peer does the same work on a database of its own with the same store and indexes, as
one would write it by hand: one transaction, one request or one per record.
"""

from functools import partial
from typing import Any

import js
from pyodide.code import run_js

from benchmarks.timing import timed
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService

MESSAGES = 100_000
BATCH = 1_000
PAGE = 50
ROUNDS = 30

PEER = """({
    async open() {
        const deleted = indexedDB.deleteDatabase('bench-peer');
        await new Promise((resolve) => { deleted.onsuccess = resolve });
        const request = indexedDB.open('bench-peer', 1);
        request.onupgradeneeded = () => {
            const store = request.result.createObjectStore('messages', { keyPath: 'id' });
            store.createIndex('roomId', 'roomId');
            store.createIndex('time', ['roomId', 'timestamp']);
            store.createIndex('channel', ['roomId', 'channelId', 'timestamp']);
        };
        await new Promise((resolve) => { request.onsuccess = resolve });
        this.db = request.result;
    },
    message(n) {
        return {
            id: `m${String(n).padStart(7, '0')}`, roomId: n % 3 ? 'others' : 'big',
            channelId: 'general', senderId: `user ${n % 600}`, senderName: `User ${n % 600}`,
            content: `message ${n} `.repeat(5), timestamp: n, editedAt: null, replyToId: null,
            isDeleted: false, reactions: [],
        };
    },
    async save(from, to) {
        const tx = this.db.transaction('messages', 'readwrite', { durability: 'relaxed' });
        const store = tx.objectStore('messages');
        for (let n = from; n < to; n += 1) store.put(this.message(n));
        await new Promise((resolve) => { tx.oncomplete = resolve });
    },
    async latest(before) {
        const query = IDBKeyRange.bound(['big'], ['big', before], false, true);
        const request = this.db.transaction('messages').objectStore('messages').index('time')
            .getAll({ query, count: 50, direction: 'prev' });
        await new Promise((resolve) => { request.onsuccess = resolve });
        return request.result.reverse().length;
    },
    async update(id, content) {
        const tx = this.db.transaction('messages', 'readwrite', { durability: 'relaxed' });
        const store = tx.objectStore('messages');
        const request = store.get(id);
        request.onsuccess = () => store.put({ ...request.result, content });
        await new Promise((resolve) => { tx.oncomplete = resolve });
    },
    async wholeRoom() {
        const request = this.db.transaction('messages').objectStore('messages').index('roomId')
            .getAll('big');
        await new Promise((resolve) => { request.onsuccess = resolve });
        return request.result.sort((a, b) => a.timestamp - b.timestamp).slice(-50).length;
    },
})"""


def message(n: int) -> Message:
    """Make the same message as the peer does."""
    return Message(
        id=f"m{n:07}",
        room_id="others" if n % 3 else "big",
        sender_id=f"user {n % 600}",
        sender_name=f"User {n % 600}",
        content=f"message {n} " * 5,
        timestamp=n,
    )


async def _page(db: DatabaseService, before: str | None, _round: int) -> None:
    await db.get_latest_messages("big", PAGE, before)


async def _peer_page(peer: Any, before: int, _round: int) -> None:
    await peer.latest(before)


def tell(what: str, ours: float, peer: float) -> None:
    """Print one row."""
    js.console.info(f"{what:<52} {ours:9.1f} {peer:12.1f} {ours / peer:8.2f}")


async def main() -> None:
    """Measure, and print a table."""
    db = DatabaseService()
    await db.initialize()
    await db.set_current_user_id("bench")
    await db.clear_all_data()
    peer = run_js(PEER)
    await peer.open()

    async def save(number: int) -> None:
        many = [message(n) for n in range(number * BATCH, (number + 1) * BATCH)]
        await db.save_messages(many)

    js.console.info(f"{'median, ms':<52} {'Roomkeep':>9} {'JavaScript':>12} {'ratio':>8}")
    batches = MESSAGES // BATCH
    ours = await timed(save, batches)
    theirs = await timed(lambda n: peer.save(n * BATCH, (n + 1) * BATCH), batches)
    tell(f"save {BATCH:,} messages ({MESSAGES:,} in all)", ours, theirs)

    for place, at in {"newest": MESSAGES, "in the middle": 48_000, "oldest": 3_000}.items():
        before = f"m{at // 3 * 3:07}" if at < MESSAGES else None
        ours = await timed(partial(_page, db, before), ROUNDS)
        theirs = await timed(partial(_peer_page, peer, at), ROUNDS)
        tell(f"a page of {PAGE}, {place}, of a room of {MESSAGES // 3:,}", ours, theirs)

    ours = await timed(lambda n: db.update_message("m0000300", content=f"edit {n}"), ROUNDS)
    theirs = await timed(lambda n: peer.update("m0000300", f"edit {n}"), ROUNDS)
    tell("update one message (get, merge, put)", ours, theirs)

    theirs = await timed(lambda _n: peer.wholeRoom(), 5)
    ours = await timed(lambda _n: db.get_latest_messages("big", PAGE), ROUNDS)
    tell("the newest 50, peer reads the whole room and sorts", ours, theirs)

    await db.clear_all_data()
    await db.close()
    js.console.info("done")


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
