"""The file itself: pages found by an index, and what was deleted gone from it."""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from roomkeep.desktop.main_process import MainProcess
from roomkeep.storage.engines.sqlite.connection import make_engine
from roomkeep.storage.engines.sqlite.reading import Reader
from support.made_json import attachment_json, message_json
from support.session_window import Window

QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("get-latest-messages", {"roomId": "r1"}),
    ("get-latest-messages", {"roomId": "r1", "before": "m50"}),
    ("get-latest-messages", {"roomId": "r1", "channelId": "general"}),
    ("get-latest-messages", {"roomId": "r1", "channelId": "general", "before": "m50"}),
    ("get-messages-after", {"roomId": "r1", "after": "m50"}),
    ("get-messages-after", {"roomId": "r1", "after": 1_050, "channelId": "general"}),
    ("get-messages", {"roomId": "r1", "offset": 70, "limit": 5}),
    ("count-messages", {"roomId": "r1"}),
    ("count-messages", {"roomId": "r1", "after": 1_050}),
    ("count-messages", {"roomId": "r1", "after": 1_050, "channelId": "general"}),
    ("get-message-by-id", {"messageId": "m1"}),
    ("get-reactions-for-message", {"messageId": "m1"}),
    ("get-attachments-for-message", {"messageId": "m1"}),
    ("get-bans-for-room", {"roomId": "r1", "now": 1}),
    ("get-room", {"roomId": "r1"}),
    ("get-settings", {"prefix": "draft/"}),
    ("find-problems", {"position": {"part": "reactions", "after": ["ann", "w", "m99"]}}),
]


@pytest.mark.parametrize(("name", "payload"), QUERIES)
def test_what_a_person_waits_for_is_found_by_an_index(
    main: MainProcess,
    window: Window,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    payload: dict[str, Any],
) -> None:
    account = window.open()
    many = [message_json(f"m{n}", timestamp=1_000 + n) for n in range(100)]
    window.command("save-messages", account, messages=many)
    reaction = {"messageId": "m99", "oderId": "ann", "emoji": "x", "timestamp": 1}
    window.command("save-reaction", account, reaction=reaction)
    statements: list[tuple[str, Sequence[object]]] = []
    fetch = Reader.fetch

    def note_and_fetch(self: Reader, sql: str, values: Sequence[object] = ()) -> Any:
        statements.append((sql, values))
        return fetch(self, sql, values)

    monkeypatch.setattr(Reader, "fetch", note_and_fetch)
    window.query(name, account, **payload)
    path = main.data_folder.folder_of(None) / "roomkeep.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database:
        for sql, values in statements:
            found = database.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plan = [str(step) for *_, step in found if "CONSTANT ROW" not in step]
            assert plan
            # Begun where the range begins, and in the order of the index: what a page costs does
            # not grow with the room.
            assert not any("SCAN" in step for step in plan), (sql, plan)
            if "messages" in name or name == "find-problems":
                assert not any("TEMP B-TREE" in step for step in plan), (sql, plan)


DAMAGED = [
    ("messages", "content", "messages", "m1"),
    ("messages", "extra", "messages", "m1"),
    ("reactions", "emoji", "reactions", "bob"),
    ("users", "username", "users", "ann"),
    ("rooms", "name", "rooms", "r1"),
    ("room_members", "username", "rooms", "r1"),
    ("room_channels", "extra", "rooms", "r1"),
    ("bans", "reason", "bans", "r1/bob"),
    ("attachments", "filename", "attachments", "a1"),
    ("meta", "value", "meta", "setting/k1"),
]


@pytest.mark.parametrize(("table", "column", "store", "key"), DAMAGED)
def test_damaged_text_hides_nothing_else(
    main: MainProcess, window: Window, table: str, column: str, store: str, key: str
) -> None:
    account = window.open()
    reactions = [
        {"messageId": "m1", "oderId": who, "emoji": "x", "timestamp": 1} for who in ("ann", "bob")
    ]
    several = [message_json("m1", reactions=reactions), message_json("m2"), message_json("m3")]
    window.command("save-messages", account, messages=several)
    window.command("save-attachment", account, attachment=attachment_json("a1"))
    window.command("save-attachment", account, attachment=attachment_json("a2"))
    for who in ("ann", "bob"):
        person = {"oderId": who, "username": who, "displayName": who}
        window.command("save-user", account, user=person)
        ban = {"roomId": "r1", "userId": who, "bannedBy": "cat", "timestamp": 1}
        window.command("save-ban", account, ban=ban)
        channel = {"id": "c", "name": "c", "type": "text", "position": 0}
        room = {"id": "r1" if who == "ann" else "r2", "name": who, "hostId": "ann", "createdAt": 1}
        lists = {"members": [person], "channels": [channel]}
        window.command("save-room", account, room=room | lists)
        window.command("save-setting", account, key=f"k{1 if who == 'ann' else 2}", value=1)

    harm = f"UPDATE {table} SET {column} = CAST(x'ff41' AS TEXT) WHERE {WHOSE[table]}"  # noqa: S608
    path = main.data_folder.folder_of(None) / "roomkeep.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        assert database.execute(harm).rowcount == 1

    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "messages": ("get-messages", {"roomId": "r1"}),
        "reactions": ("get-reactions-for-message", {"messageId": "m1"}),
        "users": ("get-user", {"oderId": "ann"}),
        "rooms": ("get-all-rooms", {}),
        "bans": ("get-bans-for-room", {"roomId": "r1", "now": 1}),
        "attachments": ("get-all-attachments", {}),
        "meta": ("get-settings", {"prefix": ""}),
    }
    left = {"messages": 2, "users": None}.get(store, 1)
    name, payload = asked[store]
    answer = window.ask("query", name, account, **payload)
    found = answer["result"]
    assert (found if left is None else len(found)) == left
    (unreadable,) = answer["unreadable"]
    assert unreadable["store"] == store
    assert key in unreadable["key"]


WHOSE = {
    "messages": "id = 'm1'",
    "reactions": "oder_id = 'bob'",
    "users": "oder_id = 'ann'",
    "rooms": "id = 'r1'",
    "room_members": "room_id = 'r1'",
    "room_channels": "room_id = 'r1'",
    "bans": "user_id = 'bob'",
    "attachments": "id = 'a1'",
    "meta": "key = 'setting/k1'",
}


def test_what_was_deleted_is_gone_from_the_file(
    start: Callable[[], MainProcess], folder: Path
) -> None:
    main = start()
    window = Window(main)
    account = window.open()
    secrets = [f"secret{number} " * 20 for number in range(30)]
    for number, secret in enumerate(secrets):
        window.command("save-message", account, message=message_json(f"m{number}", content=secret))
    window.command("save-setting", account, key="draft", value="secret draft")
    member = {"oderId": "ann", "username": "ann", "displayName": "secret name"}
    channel = {"id": "c1", "name": "secret plan", "type": "text", "position": 0}
    room = {"id": "r1", "name": "Tea", "hostId": "ann", "createdAt": 1}
    lists = {"members": [member], "channels": [channel]}
    window.command("save-room", account, room=room | lists)
    place = main.data_folder.folder_of(None)
    for number in range(len(secrets)):
        window.command("delete-message", account, messageId=f"m{number}")
    window.command("save-setting", account, key="draft", value=None)
    window.command("delete-room", account, roomId="r1")
    main.close()
    assert b"secret" not in (place / "roomkeep.sqlite").read_bytes()
    assert [path.name for path in place.iterdir()] == ["roomkeep.sqlite"]


def test_every_connection_keeps_to_what_is_promised(folder: Path) -> None:
    folder.mkdir()
    engine = make_engine(folder / "some.sqlite")
    promised = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL: it waits for the disk
        "secure_delete": 1,
        "foreign_keys": 1,
        "trusted_schema": 0,
    }
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in promised}
        assert found == promised
        with pytest.raises(OperationalError) as caught:
            connection.execute(text("INSERT INTO nowhere VALUES (:content)"), {"content": "hush"})
    # It may get into a log, and what people write must not.
    assert "hush" not in str(caught.value)
    engine.dispose()


def test_clearing_takes_older_copies_of_the_database_along(
    main: MainProcess, window: Window
) -> None:
    account = window.open("ann")
    copy = main.data_folder.folder_of("ann") / "roomkeep-before-0000.sqlite"
    copy.write_bytes(b"what there was")
    window.command("save-message", account, message=message_json())
    assert copy.exists()
    window.command("clear-all-data", account)
    assert not copy.exists()
    assert window.query("get-messages", account, roomId="r1") == []
