"""Measures the main process without its window: text of a request in, text of the answer out.

The peer does the same work by hand on a file with the same tables: sqlite3's own driver, the same
pragmas, one prepared statement, rows that are there as tuples; it checks nothing and makes no JSON.
"""

import gzip
import itertools
import json
import sqlite3
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from roomkeep.desktop.main_process import MainProcess
from roomkeep.storage.engines.sqlite.migrate import prepare
from roomkeep.storage.engines.sqlite.row_mapping import LAYOUTS

BATCH = 1_000
IMPORT_BATCH = 250
PAGE = 50
ROUNDS = 30
CALLS = 300
MADE_UP = 100_000

FIELDS = ("id", "roomId", "channelId", "senderId", "senderName", "content", "timestamp")
MESSAGES = LAYOUTS["messages"]
COLUMNS = ", ".join(str(column) for column in (*MESSAGES.columns.values(), MESSAGES.extra))
NEWEST = (
    f"SELECT {COLUMNS} FROM messages WHERE room_id = ? "  # noqa: S608 names of columns
    "ORDER BY timestamp DESC, sort_id DESC LIMIT ?"
)
UNREAD = "SELECT count(*) FROM messages WHERE room_id = ? AND timestamp > ?"


class Ours:
    """The main process, asked as the window asks it."""

    def __init__(self, folder: Path) -> None:
        self._main = MainProcess(folder)
        self._session = self._main.open_session(lambda _: None)
        self.command("open-account", {"userId": "bench"}, account=None)

    def command(self, name: str, payload: object, account: int | None = 1) -> str:
        """Send a command."""
        return self._answer(self._session.handle("command", request(name, payload, account)))

    def send(self, text: str) -> None:
        """Send the text of a command."""
        self._answer(self._session.handle("command", text))

    def ask(self, text: str) -> None:
        """Send the text of a query."""
        self._answer(self._session.handle("query", text))

    def close(self) -> None:
        """End the main process."""
        self._main.close()

    def _answer(self, text: str) -> str:
        if text.startswith('{"error"'):
            raise RuntimeError(text)
        return text


class Peer:
    """The same by hand."""

    def __init__(self, path: Path) -> None:
        prepare(path)
        self._file = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._file.execute(f"PRAGMA {pragma}")

    def save(self, rows: list[tuple[object, ...]]) -> None:
        """Save messages, given as rows."""
        self._file.execute("BEGIN IMMEDIATE")
        self._file.executemany(MESSAGES.upsert, rows)
        self._file.execute("COMMIT")

    def newest(self, room_id: str) -> None:
        """Read the newest page of a room."""
        self._file.execute(NEWEST, (room_id, PAGE)).fetchall()

    def unread(self, room_id: str) -> None:
        """Count the newest messages of a room."""
        self._file.execute(UNREAD, (room_id, ROUNDS * BATCH - PAGE)).fetchall()

    def setting(self) -> None:
        """Read a setting."""
        self._file.execute("SELECT value FROM meta WHERE key = ?", ("setting/x",)).fetchall()


def request(name: str, payload: object, account: int | None = 1) -> str:
    """Return the text of a request."""
    envelope = {"type": name, "payload": payload}
    return json.dumps(envelope if account is None else envelope | {"account": account})


def made_up(first: int, count: int) -> list[dict[str, Any]]:
    """Make messages, a third of them in one room."""
    return [
        {
            "id": f"m{number:07}",
            "roomId": "others" if number % 3 else "big",
            "channelId": "general",
            "senderId": f"user {number % 600}",
            "senderName": f"User {number % 600}",
            "content": f"message {number} " * 5,
            "timestamp": number,
        }
        for number in range(first, first + count)
    ]


def as_rows(messages: Iterable[dict[str, Any]]) -> list[tuple[object, ...]]:
    """Lay messages into the columns of their table."""
    return [
        (
            *(message[name] for name in FIELDS),
            None,
            message.get("replyToId"),
            0,
            None,
            message["id"],
        )
        for message in messages
    ]


def read_archive(path: Path | None) -> list[dict[str, Any]]:
    """Read all messages of an archive."""
    if path is None:
        return made_up(10_000_000, MADE_UP)
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def timed(work: Callable[[], object]) -> float:
    """Return how long something takes, in ms."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def compare(name: str, pairs: Iterable[tuple[Callable[[], object], Callable[[], object]]]) -> None:
    """Time both of each pair, in turn, so that what else the machine does weighs on both."""
    times = [(timed(ours), timed(peer)) for ours, peer in pairs]
    ours, peer = (statistics.median(each) for each in zip(*times, strict=True))
    show(name, ours, peer)


def show(name: str, ours: float, peer: float) -> None:
    """Print a line of the table."""
    print(f"{name:<44}{ours:>10.2f}{peer:>10.2f}{ours / peer:>8.1f}", flush=True)


def parts(messages: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Part messages into batches."""
    return (messages[start : start + size] for start in range(0, len(messages), size))


def main(folder: Path, archive: Path | None) -> None:
    """Measure everything."""
    ours, peer = Ours(folder / "ours"), Peer(folder / "peer.sqlite")
    print(f"{'ms, median':<44}{'Roomkeep':>10}{'sqlite3':>10}{'ratio':>8}")

    batches = [made_up(number * BATCH, BATCH) for number in range(ROUNDS)]
    texts = [request("save-messages", {"messages": batch}) for batch in batches]
    rows = [as_rows(batch) for batch in batches]
    compare(
        f"save {BATCH:,} messages",
        [
            (partial(ours.send, text), partial(peer.save, batch))
            for text, batch in zip(texts, rows, strict=True)
        ],
    )
    compare(
        "save one message",
        [
            (
                partial(ours.send, request("save-message", {"message": message})),
                partial(peer.save, as_rows([message])),
            )
            for message in made_up(ROUNDS * BATCH, CALLS)
        ],
    )
    page = request("get-latest-messages", {"roomId": "big", "limit": PAGE})
    compare(
        f"newest {PAGE} of a room",
        itertools.repeat((partial(ours.ask, page), partial(peer.newest, "big")), CALLS),
    )
    unread = request("count-messages", {"roomId": "big", "after": ROUNDS * BATCH - PAGE})
    compare(
        "count of unread",
        itertools.repeat((partial(ours.ask, unread), partial(peer.unread, "big")), CALLS),
    )
    tiny = request("get-setting", {"key": "x"})
    compare("read a setting", itertools.repeat((partial(ours.ask, tiny), peer.setting), CALLS))

    imported = read_archive(archive)
    texts = [request("save-messages", {"messages": part}) for part in parts(imported, IMPORT_BATCH)]
    rows = [as_rows(part) for part in parts(imported, IMPORT_BATCH)]
    times = [
        (timed(partial(ours.send, text)), timed(partial(peer.save, batch)))
        for text, batch in zip(texts, rows, strict=True)
    ]
    mine, theirs = (sum(each) for each in zip(*times, strict=True))
    show(f"import {len(imported):,} messages, in {IMPORT_BATCH}s", mine, theirs)
    ((room_id, count),) = Counter(message["roomId"] for message in imported).most_common(1)
    page = request("get-latest-messages", {"roomId": room_id, "limit": PAGE})
    compare(
        f"newest {PAGE} of its largest room ({count:,})",
        itertools.repeat((partial(ours.ask, page), partial(peer.newest, room_id)), CALLS),
    )
    ours.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)  # noqa: PLR2004
