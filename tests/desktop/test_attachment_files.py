"""The files of attachments: there before their row, whole, and gone after it."""

import base64
import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from roomkeep.desktop.main_process import MainProcess
from roomkeep.errors import StorageFull
from roomkeep.storage.engines.sqlite.files import Files, hash_of
from roomkeep.storage.engines.sqlite.transaction import SqliteTransaction
from roomkeep.storage.engines.sqlite.writing import Writer
from support.made_json import attachment_json, message_json
from support.session_window import Window


def files(main: MainProcess, user_id: str | None = None) -> list[str]:
    folder = main.data_folder.folder_of(user_id) / "attachments"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def save(
    window: Window, account: int, data: bytes, id_: str = "a1", **fields: Any
) -> dict[str, Any]:
    return window.ask(
        "command",
        "save-attachment",
        account,
        attachment=attachment_json(id_, size=len(data), **fields),
        data=base64.b64encode(data).decode(),
    )


def test_a_file_is_there_as_long_as_a_row_has_it(main: MainProcess, window: Window) -> None:
    account = window.open()
    cat, dog = hash_of(b"cat"), hash_of(b"dog")
    save(window, account, b"cat")
    save(window, account, b"cat", "a2", messageId="m2")
    assert files(main) == [cat]
    save(window, account, b"dog")
    assert files(main) == sorted([cat, dog])
    window.command("delete-attachments-for-message", account, messageId="m2")
    assert files(main) == [dog]
    save(window, account, b"cat", "a2", messageId="m2")
    window.command("save-message", account, message=message_json("m2"))
    window.command("delete-message", account, messageId="m2")
    assert files(main) == [dog]
    save(window, account, b"cow")
    assert files(main) == [hash_of(b"cow")]
    window.command("clear-all-data", account)
    assert files(main) == []


def test_a_refused_attachment_leaves_no_file(main: MainProcess, window: Window) -> None:
    account = window.open()
    window.command("save-message", account, message=message_json(isDeleted=True))
    assert save(window, account, b"cat")["error"]["field"] == "message_id"
    assert files(main) == []


def test_an_attachment_that_fails_at_the_last_leaves_no_file(
    main: MainProcess, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = window.open()

    def fail(*_: object) -> None:
        raise StorageFull("the disk is full")

    monkeypatch.setattr(Writer, "put", fail)
    assert save(window, account, b"cat")["error"]["name"] == "StorageFull"
    assert files(main) == []


@pytest.fixture
def second(window: Window) -> threading.Thread:
    """A second save of the same bytes, which waits for its turn."""
    account = window.open()
    return threading.Thread(target=save, args=(window, account, b"cat", "a2"))


MEANWHILE = 0.2
"""How long, in seconds, to give others the chance to do what they must not."""


def test_no_file_is_swept_that_another_adds_meanwhile(
    window: Window, second: threading.Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = Files.sweep

    def sweep_late(self: Files, candidates: Any, kept: Any) -> None:
        if second.ident is None:
            second.start()
            second.join(MEANWHILE)
        sweep(self, candidates, kept)

    account = window.open()
    save(window, account, b"cat", messageId="gone")
    monkeypatch.setattr(Files, "sweep", sweep_late)
    window.command("delete-attachments-for-message", account, messageId="gone")
    second.join()
    assert window.query("read-attachment-data", account, attachmentId="a2") == "Y2F0"


def test_no_file_is_swept_that_another_reads_meanwhile(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = window.open()
    save(window, account, b"cat")
    replacing = threading.Thread(target=save, args=(window, account, b"dog"))
    read = Files.read

    def read_late(self: Files, name: str) -> bytes:
        replacing.start()
        replacing.join(MEANWHILE)
        return read(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Files, "read", read_late)
        assert window.query("read-attachment-data", account, attachmentId="a1") == "Y2F0"
    replacing.join()
    assert window.query("read-attachment-data", account, attachmentId="a1") == "ZG9n"


def test_orphans_are_swept_when_the_account_is_opened(start: Callable[[], MainProcess]) -> None:
    main = start()
    window = Window(main)
    save(window, window.open(), b"cat")
    folder = main.data_folder.folder_of(None) / "attachments"
    main.close()
    (folder / hash_of(b"orphan")).write_bytes(b"orphan")
    (folder / ("0" * 32 + ".part")).write_bytes(b"half")
    (folder / "a note of one's own.txt").write_bytes(b"stays")
    main = start()
    assert files(main) == sorted([hash_of(b"cat"), "a note of one's own.txt"])


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("gone", "a file of the data folder is gone"),
        ("changed", "the file with these bytes is damaged"),
        ("named strangely", "the file with these bytes has no name"),
    ],
)
def test_bytes_that_are_no_longer_what_was_written_are_lost(
    main: MainProcess, window: Window, harm: str, said: str
) -> None:
    account = window.open()
    save(window, account, b"cat")
    folder = main.data_folder.folder_of(None)
    file = folder / "attachments" / hash_of(b"cat")
    if harm == "gone":
        file.unlink()
    elif harm == "changed":
        file.write_bytes(b"dog")
    else:
        with contextlib.closing(sqlite3.connect(folder / "roomkeep.sqlite")) as database, database:
            database.execute("UPDATE attachments SET data_hash = '../owner.json'")
    answer = window.ask("query", "read-attachment-data", account, attachmentId="a1")
    assert answer["error"] == {"name": "StorageLost", "sentence": said}
    # Sent again, the bytes are there again.
    save(window, account, b"cat")
    answer = window.query("read-attachment-data", account, attachmentId="a1")
    assert answer == base64.b64encode(b"cat").decode()


def test_a_full_disk_leaves_what_was_there(
    main: MainProcess, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = window.open()
    save(window, account, b"cat")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/a/secret/path")

    monkeypatch.setattr(os, "fsync", full)
    answer = save(window, account, b"dog")
    monkeypatch.undo()
    assert answer["error"] == {"name": "StorageFull", "sentence": "the disk is full"}
    assert files(main) == [hash_of(b"cat")]
    answer = window.query("read-attachment-data", account, attachmentId="a1")
    assert answer == base64.b64encode(b"cat").decode()


def allow_pages(count: int) -> Callable[[Any], Coroutine[Any, Any, None]]:
    async def body(tx: SqliteTransaction) -> None:
        tx._reader.fetch(f"PRAGMA max_page_count = {count}")

    return body


def test_a_database_that_may_not_grow_keeps_what_it_has(main: MainProcess, window: Window) -> None:
    account = window.open()
    window.command("save-message", account, message=message_json())
    account_ = main.acquire(None)
    account_.database.write(allow_pages(40))
    many = [message_json(f"m{n}", content="x" * 5_000) for n in range(100)]
    answer = window.ask("command", "save-messages", account, messages=many)
    assert answer["error"]["name"] == "StorageFull"
    found = window.query("get-messages", account, roomId="r1")
    assert [message["id"] for message in found] == ["m1"]
    account_.database.write(allow_pages(4_000_000))
    main.release(account_)
    window.command("save-messages", account, messages=many)
    assert len(window.query("get-messages", account, roomId="r1")) == 100


def test_a_damaged_database_is_told_of_and_left_as_it_is(
    start: Callable[[], MainProcess], folder: Path
) -> None:
    main = start()
    path = main.data_folder.prepare("ann")
    path.write_bytes(b"this is no database " * 500)
    answer = Window(main).ask("command", "open-account", userId="ann")
    assert answer["error"] == {"name": "StorageLost", "sentence": "the database file is damaged"}
    assert path.read_bytes() == b"this is no database " * 500
