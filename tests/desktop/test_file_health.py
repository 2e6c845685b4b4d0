"""What only a database file and files beside it can have wrong: named, and left alone."""

import base64
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from roomkeep.desktop.main_process import MainProcess
from roomkeep.storage.engines.sqlite.files import hash_of
from roomkeep.storage.operations import backup, health
from support.made_json import attachment_json, message_json
from support.session_window import Window


def save(window: Window, account: int, data: bytes, id_: str = "a1") -> None:
    attachment = attachment_json(id_, size=len(data))
    text = base64.b64encode(data).decode()
    window.command("save-attachment", account, attachment=attachment, data=text)


def find(window: Window, account: int) -> list[dict[str, Any]]:
    problems: list[dict[str, Any]] = []
    position = None
    while True:
        findings = window.query("find-problems", account, position=position)
        problems += findings["problems"]
        if (position := findings["next"]) is None:
            return [one for one in problems if one["kind"] != "waiting"]


def folder(main: MainProcess) -> Path:
    return main.data_folder.folder_of(None)


def test_files_that_are_gone_or_of_another_length_are_named(
    main: MainProcess, window: Window
) -> None:
    account = window.open()
    for data, id_ in [(b"cat", "a1"), (b"horse", "a2"), (b"dog", "a3")]:
        save(window, account, data, id_)
    window.command("save-attachment", account, attachment=attachment_json("bare"))
    assert find(window, account) == []
    with closing(sqlite3.connect(folder(main) / "roomkeep.sqlite")) as file, file:
        # What is no name of a file of ours is not looked for.
        file.execute("UPDATE attachments SET data_hash = '../roomkeep.sqlite' WHERE id = 'a3'")
    (folder(main) / "attachments" / hash_of(b"cat")).unlink()
    (folder(main) / "attachments" / hash_of(b"horse")).write_bytes(b"ho")
    assert [(one["key"], one["kind"], one["sentence"]) for one in find(window, account)] == [
        ("a1", "file", "The file is gone."),
        ("a2", "file", "The file holds 2 bytes, and should hold 5."),
        ("a3", "file", "The file is gone."),
    ]
    before = window.query("get-all-attachments", account)
    assert window.command("repair", account)["problems"] == []
    assert window.query("get-all-attachments", account) == before


def test_pages_reach_every_record_though_their_keys_are_in_the_order_of_sqlite(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = window.open()
    ids = ["a", "\uffff", "😀"]  # IndexedDB has the last two the other way round
    for id_ in ids:
        window.command("save-message", account, message=message_json(id_))
        reaction = {"messageId": "later", "oderId": id_, "emoji": "x", "timestamp": 1}
        window.command("save-reaction", account, reaction=reaction)
    monkeypatch.setattr(health, "PAGE", 1)
    monkeypatch.setattr(backup, "PAGE", 1)
    assert find(window, account) == []
    for store, key in [("messages", "id"), ("reactions", "oderId")]:
        found, after = [], None
        while True:
            page = window.query("get-records", account, store=store, after=after)
            found += [record[key] for record in page.get(store, [])]
            if (after := page.get("next")) is None:
                break
        assert found == ids


def test_rows_that_belong_to_no_room_are_named(main: MainProcess, window: Window) -> None:
    account = window.open()
    with closing(sqlite3.connect(folder(main) / "roomkeep.sqlite")) as file, file:
        file.execute(
            "INSERT INTO room_members (oder_id, username, display_name, role, room_id, place)"
            " VALUES ('ann', 'ann', 'Ann', 'member', 'nowhere', 0)"
        )
    (problem,) = find(window, account)
    assert (problem["store"], problem["kind"]) == ("database", "database")
    assert "room_members" in problem["sentence"]


def test_an_index_that_does_not_agree_with_its_table_is_named(
    start: Callable[[], MainProcess],
) -> None:
    main = start()
    window = Window(main)
    save(window, window.open(), b"cat")
    path = folder(main) / "roomkeep.sqlite"
    main.close()
    with closing(sqlite3.connect(path)) as file, file:
        # The index is said to be on another column than the one that it was made of.
        file.execute("PRAGMA writable_schema = ON")
        file.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(message_id)', '(filename)')"
            " WHERE name = 'attachments_by_message'"
        )
    window = Window(start())
    problems = find(window, window.open())
    assert {(one["store"], one["kind"]) for one in problems} == {("database", "database")}
    assert any("attachments_by_message" in one["sentence"] for one in problems)
