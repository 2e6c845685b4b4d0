"""Measures the service inside the page: on SQLite over the bridge, or on IndexedDB.

Each line that it prints is JSON: what was measured, and the median in ms. In the window it measures
the bridge alone, too: from JavaScript, with texts that are ready, and answers that nobody reads.
"""

import json
from collections import Counter
from functools import partial
from typing import Any

import js
from pyodide.code import run_js
from pyodide.http import pyfetch

from benchmarks.timing import timed
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService

BATCH = 1_000
IMPORT_BATCH = 250
"""What the app imports at a time."""
PAGE = 50
ROUNDS = 20
CALLS = 200

BRIDGE = """(async (rounds, kind, text) => {
    const times = [];
    for (let n = 0; n < rounds; n += 1) {
        const start = performance.now();
        const answer = await roomkeepDesktop[kind](text.replaceAll('ROUND', n));
        times.push(performance.now() - start);
        if (answer.startsWith('{"error"')) throw new Error(answer);
    }
    return times.sort((a, b) => a - b)[rounds >> 1];
})"""


def message(n: int) -> Message:
    """Make a message."""
    return Message(
        id=f"made-up {n:07}",
        room_id="made up",
        sender_id=f"user {n % 600}",
        sender_name=f"User {n % 600}",
        content=f"message {n} " * 5,
        timestamp=n,
    )


def tell(what: str, ms: float) -> None:
    """Print one line."""
    js.console.info(json.dumps([what, ms]))


async def measure_service(db: DatabaseService) -> None:
    """Measure what an app calls."""

    async def save(number: int) -> None:
        await db.save_messages([message(n) for n in range(number * BATCH, (number + 1) * BATCH)])

    tell(f"save {BATCH:,} messages", await timed(save, ROUNDS))
    tell("save one message", await timed(lambda n: db.save_message(message(n)), CALLS))
    newest = partial(db.get_latest_messages, "made up", PAGE)
    tell(f"newest {PAGE} of a room", await timed(lambda _: newest(), CALLS))
    tell("read a setting", await timed(lambda _: db.get_setting("x"), CALLS))


async def measure_bridge() -> None:
    """Measure the same on the bridge alone."""
    bridge = run_js(BRIDGE)
    opening = await js.roomkeepDesktop.command('{"type":"open-account","payload":{"userId":"raw"}}')
    account = json.loads(opening)["result"]

    def request(name: str, payload: dict[str, Any]) -> str:
        return json.dumps({"type": name, "account": account, "payload": payload})

    def stored(n: int) -> dict[str, Any]:
        return {
            "id": f"made-up ROUND {n:07}",
            "roomId": "made up",
            "senderId": f"user {n % 600}",
            "senderName": f"User {n % 600}",
            "content": f"message {n} " * 5,
            "timestamp": n,
        }

    many = request("save-messages", {"messages": [stored(n) for n in range(BATCH)]})
    tell(f"bridge: save {BATCH:,} messages", await bridge(ROUNDS, "command", many))
    one = request("save-message", {"message": stored(1)})
    tell("bridge: save one message", await bridge(CALLS, "command", one))
    page = request("get-latest-messages", {"roomId": "made up", "limit": PAGE})
    tell(f"bridge: newest {PAGE} of a room", await bridge(CALLS, "query", page))
    tiny = request("get-setting", {"key": "x"})
    tell("bridge: read a setting", await bridge(CALLS, "query", tiny))


async def measure_archive(db: DatabaseService) -> None:
    """Import the archive, and read its largest room."""
    text = await (await pyfetch("/bench/archive.jsonl")).string()
    lines = text.splitlines()
    start = js.performance.now()
    rooms: Counter[str] = Counter()
    for first in range(0, len(lines), IMPORT_BATCH):
        many = [
            Message(
                id=line["id"],
                room_id=line["roomId"],
                channel_id=line["channelId"],
                sender_id=line["senderId"],
                sender_name=line["senderName"],
                content=line["content"],
                timestamp=line["timestamp"],
                reply_to_id=line["replyToId"],
            )
            for line in map(json.loads, lines[first : first + IMPORT_BATCH])
        ]
        rooms.update(each.room_id for each in many)
        await db.save_messages(many)
    tell(f"import {len(lines):,} messages, in {IMPORT_BATCH}s", js.performance.now() - start)
    ((largest, count),) = rooms.most_common(1)
    newest = partial(db.get_latest_messages, largest, PAGE)
    what = f"newest {PAGE} of its largest room, of {count:,}"
    tell(what, await timed(lambda _: newest(), CALLS))


async def main() -> None:
    """Measure everything."""
    db = DatabaseService()
    await db.initialize()
    await db.set_current_user_id("bench")
    await measure_service(db)
    if db.backend_name == "desktop":
        await measure_bridge()
    await measure_archive(db)
    await db.close()
    js.console.info("done")


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
