"""A program killed in the middle of writing: what it acknowledged is there, and nothing is half."""

import base64
import contextlib
import random
import signal
import sqlite3
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from roomkeep.desktop.main_process import MainProcess
from roomkeep.storage.engines.sqlite.files import hash_of
from support import long_run
from support.killed_process import killable, receive_rest
from support.made_json import attachment_json, message_json
from support.session_window import Window

ROUNDS = long_run.examples(20)
BATCH = 100


def data_of(name: str) -> bytes:
    return random.Random(name).randbytes(20_000)  # noqa: S311 the same bytes for the same name


def keep_writing(folder: Path, prefix: str, acknowledged: Connection) -> None:
    """Write until killed; tell of each write that was acknowledged."""
    window = Window(MainProcess(folder))
    account = window.open("ann")
    acknowledged.send("begun")
    for number in range(1_000_000):
        name = f"{prefix}-{number}"
        messages = [
            message_json(
                f"{name}-{part}",
                reactions=[
                    {"messageId": f"{name}-{part}", "oderId": "bob", "emoji": "👍", "timestamp": 1}
                ],
            )
            for part in range(BATCH)
        ]
        window.command("save-messages", account, messages=messages)
        acknowledged.send(("messages", name))
        data = data_of(name)
        window.command(
            "save-attachment",
            account,
            attachment=attachment_json(name, messageId=f"{name}-0", size=len(data)),
            data=base64.b64encode(data).decode(),
        )
        acknowledged.send(("attachment", name))
        if number % 3 == 2:
            window.command("delete-message", account, messageId=f"{name}-0")
            acknowledged.send(("deleted", name))


def kill_while_writing(folder: Path, prefix: str, chance: random.Random) -> list[tuple[str, str]]:
    """Kill a writer at a moment of chance; return what it had acknowledged."""
    told = []
    with killable(keep_writing, folder, prefix) as (acknowledged, kill):
        # Some are killed while they open the database, or make it.
        if chance.random() < 0.8:
            told = [acknowledged.recv() for _ in range(chance.randrange(1, 9))]
        # Anywhere in what it does next, not always right after a write.
        time.sleep(chance.random() / 100)
        kill()
        told += receive_rest(acknowledged)
    return [each for each in told if each != "begun"]


def assert_all_is_there(main: MainProcess, told: list[tuple[str, str]]) -> None:
    window = Window(main)
    account = window.open("ann")
    found = {
        message["id"]: message
        for message in window.query("get-messages", account, roomId="r1", limit=1_000_000)
    }
    names = {id_.rpartition("-")[0] for id_ in found}
    files = {
        attachment["id"]: window.query(
            "read-attachment-data", account, attachmentId=attachment["id"]
        )
        for attachment in window.query("get-all-attachments", account)
    }
    # Nothing half: whole batches, each message with its reaction, each file whole.
    for name in names:
        batch = [found.get(f"{name}-{part}") for part in range(BATCH)]
        assert all(batch), name
        assert all(bool(one["reactions"]) != one["isDeleted"] for one in batch if one), name
    for name, data in files.items():
        assert base64.b64decode(data) == data_of(name)
        assert not found[f"{name}-0"]["isDeleted"]
    kept = main.data_folder.folder_of("ann") / "attachments"
    present = {path.name for path in kept.iterdir()} if kept.exists() else set()
    assert present == {hash_of(data_of(name)) for name in files}
    # Everything acknowledged.
    for what, name in told:
        assert name in names
        is_deleted = found[f"{name}-0"]["isDeleted"]
        if what == "attachment":
            assert is_deleted or name in files
        elif what == "deleted":
            assert is_deleted


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows ends programs in another way")
def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    chance = random.Random(long_run.SEED)  # noqa: S311
    told: list[tuple[str, str]] = []
    for number in range(ROUNDS):
        if number % 10 == 0:
            place, told = tmp_path / f"data{number}", []
        told += kill_while_writing(place, f"{number}", chance)
        main = MainProcess(place)
        assert_all_is_there(main, told)
        path = main.data_folder.folder_of("ann") / "roomkeep.sqlite"
        main.close()
        with contextlib.closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert {file.name for file in path.parent.iterdir()} <= {
            "attachments",
            "owner.json",
            "roomkeep.sqlite",
        }
    assert told
