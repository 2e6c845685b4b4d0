"""Several writers at once: nothing that one of them wrote is lost."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from roomkeep.desktop.main_process import MainProcess
from roomkeep.errors import StorageLost
from roomkeep.storage.engines.sqlite.database import SqliteDatabase
from roomkeep.storage.schema import MetaRecord
from roomkeep.storage.transaction import Transaction
from support.made_json import message_json
from support.session_window import Window

WRITERS = 4
TIMES = 25


async def count(tx: Transaction) -> int:
    record = await tx.get("meta", "count", MetaRecord)
    return int(str(record.value)) if record is not None else 0


async def increment(tx: Transaction) -> None:
    tx.put("meta", [MetaRecord(key="count", value=await count(tx) + 1)])


def together(work: Callable[[int], None]) -> None:
    """Have all writers begin at once, and raise what one of them raised."""
    ready = threading.Barrier(WRITERS)

    def begin(number: int) -> None:
        ready.wait()
        work(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(begin, range(WRITERS)))


def test_every_increment_survives_also_of_two_programs(main: MainProcess) -> None:
    # The second has no lock in common with the first but the file's own.
    shared = main.acquire(None).database
    other = SqliteDatabase(main.data_folder.prepare(None))

    def work(number: int) -> None:
        for _ in range(TIMES):
            (shared, other)[number % 2].write(increment)

    together(work)
    value, _ = shared.read(count)
    other.close()
    assert value == WRITERS * TIMES


def test_windows_that_write_to_one_message_lose_nothing(main: MainProcess) -> None:
    windows = [Window(main) for _ in range(WRITERS)]
    handles = [window.open("ann") for window in windows]
    windows[0].command("save-message", handles[0], message=message_json())
    fields = ["content", "senderName", "channelId", "replyToId"]

    def work(number: int) -> None:
        window, account = windows[number], handles[number]
        for time in range(TIMES):
            changes = {fields[number]: f"{number} {time}"}
            window.command("update-message", account, messageId="m1", changes=changes)
            reaction = {
                "messageId": "m1",
                "oderId": f"{number} {time}",
                "emoji": "👍",
                "timestamp": time,
            }
            window.command("save-reaction", account, reaction=reaction)

    together(work)
    found = windows[0].query("get-message-by-id", handles[0], messageId="m1")
    assert [found[field] for field in fields] == [f"{n} {TIMES - 1}" for n in range(WRITERS)]
    assert len(found["reactions"]) == WRITERS * TIMES


def test_who_reads_sees_all_of_a_change_or_nothing(main: MainProcess) -> None:
    writer, reader = Window(main), Window(main)
    to_write, to_read = writer.open("ann"), reader.open("ann")
    done = threading.Event()

    def write() -> None:
        for time in range(TIMES):
            both = [message_json(id_, content=f"{time}") for id_ in ("m1", "m2")]
            writer.command("save-messages", to_write, messages=both)
        done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        while not done.is_set():
            found = reader.query("get-messages", to_read, roomId="r1")
            assert len({message["content"] for message in found}) <= 1
            assert len(found) in (0, 2)
        writing.result()


def test_a_file_that_another_program_holds_is_waited_for_then_refused(
    main: MainProcess, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomkeep.storage.engines.sqlite.connection._BUSY_TIMEOUT", 50)
    account = window.open("ann")
    other = sqlite3.connect(
        main.data_folder.folder_of("ann") / "roomkeep.sqlite", isolation_level=None
    )
    other.execute("BEGIN IMMEDIATE")
    answer = window.ask("command", "save-message", account, message=message_json())
    assert answer["error"]["name"] == "StorageBlocked"
    # Those who only read need not wait.
    assert window.query("get-messages", account, roomId="r1") == []
    other.execute("ROLLBACK")
    other.close()
    window.command("save-message", account, message=message_json())


def test_closing_waits_for_what_is_under_way(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "roomkeep.sqlite")
    begun, free = threading.Event(), threading.Event()

    async def slow(tx: Transaction) -> None:
        begun.set()
        assert free.wait(10)
        await increment(tx)

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(database.write, slow)
        begun.wait()
        closing = pool.submit(database.close)
        assert not closing.done()
        free.set()
        writing.result()
        closing.result()
    with pytest.raises(StorageLost):
        database.write(increment)
    again = SqliteDatabase(tmp_path / "roomkeep.sqlite")
    assert again.read(count)[0] == 1
    again.close()


def test_an_account_is_deleted_under_those_who_write_to_it(main: MainProcess) -> None:
    windows = [Window(main) for _ in range(WRITERS)]
    handles = [window.open("ann") for window in windows]
    begun = threading.Barrier(WRITERS)

    def work(number: int) -> None:
        window, account = windows[number], handles[number]
        window.command("save-message", account, message=message_json(f"m{number}"))
        begun.wait()
        if number == 0:
            window.command("delete-account", userId="ann")
            assert window.query("get-account-ids") == []
        answer: dict[str, Any] = {}
        while "error" not in answer:
            answer = window.ask("command", "save-message", account, message=message_json())
        assert answer["error"]["name"] == "StorageLost"
        window.command("close-account", account)

    together(work)
    gone = [{"store": "accounts", "action": "delete", "keys": ["ann"]}]
    for window in windows:
        assert gone in [message["changes"] for message in window.notified]
    account = windows[0].open("ann")
    assert windows[0].query("get-messages", account, roomId="r1") == []
