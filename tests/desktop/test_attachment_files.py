"""The files of attachments: there before their row, whole, and gone after it."""

import base64
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from roomkeep.desktop.files import hash_of
from roomkeep.desktop.main_process import MainProcess
from support.made_json import attachment_json, message_json
from support.session_window import Window


def files(main: MainProcess, user_id: str | None = None) -> list[str]:
    folder = main.accounts.folder_of(user_id) / "attachments"
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
    window.command("clear-all-data", account)
    assert files(main) == []


def test_a_refused_attachment_leaves_no_file(main: MainProcess, window: Window) -> None:
    account = window.open()
    window.command("save-message", account, message=message_json(isDeleted=True))
    assert save(window, account, b"cat")["error"]["field"] == "message_id"
    assert files(main) == []


def test_orphans_are_swept_when_the_account_is_opened(start: Callable[[], MainProcess]) -> None:
    main = start()
    window = Window(main)
    save(window, window.open(), b"cat")
    folder = main.accounts.folder_of(None) / "attachments"
    main.close()
    (folder / hash_of(b"orphan")).write_bytes(b"orphan")
    (folder / ("0" * 32 + ".part")).write_bytes(b"half")
    (folder / "a note of one's own.txt").write_bytes(b"stays")
    main = start()
    assert files(main) == sorted([hash_of(b"cat"), "a note of one's own.txt"])


@pytest.mark.parametrize("harm", ["gone", "changed", "named strangely"])
def test_bytes_that_are_no_longer_what_was_written_are_lost(
    main: MainProcess, window: Window, harm: str
) -> None:
    account = window.open()
    save(window, account, b"cat")
    folder = main.accounts.folder_of(None)
    file = folder / "attachments" / hash_of(b"cat")
    if harm == "gone":
        file.unlink()
    elif harm == "changed":
        file.write_bytes(b"dog")
    else:
        rename = text("UPDATE attachments SET data_hash = '../owner.json'")
        database = main.acquire(None)
        database.write(lambda tx: tx.execute(rename).rowcount)
        main.release(database)
    answer = window.ask("query", "find-attachment-data", account, attachmentId="a1")
    assert answer["error"]["name"] == "StorageLost"
    assert str(folder) not in str(answer)
    # Sent again, the bytes are there again.
    save(window, account, b"cat")
    answer = window.query("find-attachment-data", account, attachmentId="a1")
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
    answer = window.query("find-attachment-data", account, attachmentId="a1")
    assert answer == base64.b64encode(b"cat").decode()


def test_a_database_that_may_not_grow_keeps_what_it_has(main: MainProcess, window: Window) -> None:
    account = window.open()
    window.command("save-message", account, message=message_json())
    database = main.acquire(None)
    database.write(lambda tx: tx.execute(text("PRAGMA max_page_count = 40")).all())
    many = [message_json(f"m{n}", content="x" * 5_000) for n in range(100)]
    answer = window.ask("command", "save-messages", account, messages=many)
    assert answer["error"]["name"] == "StorageFull"
    found = window.query("get-messages", account, roomId="r1")
    assert [message["id"] for message in found] == ["m1"]
    database.write(lambda tx: tx.execute(text("PRAGMA max_page_count = 4000000")).all())
    main.release(database)
    window.command("save-messages", account, messages=many)
    assert len(window.query("get-messages", account, roomId="r1")) == 100


def test_a_damaged_database_is_told_of_and_left_as_it_is(
    start: Callable[[], MainProcess], folder: Path
) -> None:
    main = start()
    path = main.accounts.make("ann") / "roomkeep.sqlite"
    path.write_bytes(b"this is no database " * 500)
    answer = Window(main).ask("command", "open-account", userId="ann")
    assert answer["error"] == {"name": "StorageLost", "sentence": "the database file is damaged"}
    assert path.read_bytes() == b"this is no database " * 500
