"""The file itself: pages found by an index, and what was deleted gone from it."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from roomkeep.desktop.handlers.message_pages import Edge, _counting, _page
from roomkeep.desktop.main_process import MainProcess
from support.made_json import message_json
from support.session_window import Window

PAGES = list(itertools.product([False, True], [None, "message", "time"], [False, True]))


@pytest.mark.parametrize(("newest_first", "edge", "of_channel"), PAGES)
def test_a_page_is_found_by_an_index(
    main: MainProcess, *, newest_first: bool, edge: Edge | None, of_channel: bool
) -> None:
    statements = [_page(newest_first=newest_first, edge=edge, of_channel=of_channel)]
    statements.append(_counting(later=edge == "time", of_channel=of_channel))
    database = main.acquire(None)
    for statement in statements:
        compiled = statement.compile(dialect=sqlite.dialect())
        query = f"EXPLAIN QUERY PLAN {compiled}"
        empty = (None,) * len(compiled.positiontup or ())
        plan, _ = database.read(
            lambda tx, query=query, empty=empty: [  # type: ignore[misc]
                str(row[3]) for row in tx._connection.exec_driver_sql(query, empty)
            ]
        )
        # Sorted as the index is, and begun at the edge: what a page costs does not grow.
        assert "messages_by_" in plan[0]
        assert "SEARCH messages" in plan[0]
        assert not any("TEMP B-TREE" in step or "SCAN" in step for step in plan)
        if edge is not None and statement is statements[0]:
            assert "timestamp" in plan[0]
    main.release(database)


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
    place = main.accounts.folder_of(None)
    for number in range(len(secrets)):
        window.command("delete-message", account, messageId=f"m{number}")
    window.command("save-setting", account, key="draft", value=None)
    main.close()
    assert b"secret" not in (place / "roomkeep.sqlite").read_bytes()
    assert [path.name for path in place.iterdir()] == ["roomkeep.sqlite"]


def test_clearing_takes_older_copies_of_the_database_along(
    main: MainProcess, window: Window
) -> None:
    account = window.open("ann")
    copy = main.accounts.folder_of("ann") / "roomkeep-before-0000.sqlite"
    copy.write_bytes(b"what there was")
    window.command("save-message", account, message=message_json())
    assert copy.exists()
    window.command("clear-all-data", account)
    assert not copy.exists()
    assert window.query("get-messages", account, roomId="r1") == []
