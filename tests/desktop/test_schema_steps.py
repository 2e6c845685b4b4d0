"""Bringing a database to the newest tables: a copy is kept, and what is newer stays untouched."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from roomkeep.desktop.main_process import MainProcess
from roomkeep.errors import SchemaTooNew, StorageUnavailable, TransactionAborted
from roomkeep.storage.engines.sqlite.database import SqliteDatabase
from roomkeep.storage.engines.sqlite.migrate import REVISION, SCRIPTS, prepare
from roomkeep.storage.engines.sqlite.tables import metadata
from support.made_json import message_json
from support.session_window import Window

STEP = """
from alembic import op
from sqlalchemy import Column, Text

revision = "9999"
down_revision = "{before}"


def upgrade():
    op.execute("CREATE TABLE notes (id TEXT PRIMARY KEY)")
    with op.batch_alter_table("rooms", recreate="always") as rooms:
        rooms.add_column(Column("colour", Text))
    {then}
"""


@pytest.fixture
def newer(tmp_path: Path) -> Callable[..., Path]:
    """The scripts of a later version of the program, with one step more."""

    def make(then: str = "pass") -> Path:
        scripts = tmp_path / "migrations"
        shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        step = STEP.format(before=REVISION, then=then)
        (scripts / "versions" / "9999_next.py").write_text(step)
        return scripts

    return make


@pytest.fixture
def path(folder: Path) -> Path:
    """A database of this version with a room and a message in it."""
    main = MainProcess(folder)
    window = Window(main)
    account = window.open("ann")
    window.command("save-message", account, message=message_json())
    room = {
        "id": "r1",
        "name": "R",
        "hostId": "ann",
        "createdAt": 1,
        "channels": [{"id": "c", "name": "c", "type": "text", "position": 0}],
    }
    window.command("save-room", account, room=room)
    path = main.data_folder.folder_of("ann") / "roomkeep.sqlite"
    main.close()
    return path


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_the_steps_make_the_tables_that_the_program_knows(tmp_path: Path) -> None:
    prepare(tmp_path / "steps.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path / 'tables.sqlite'}")
    metadata.create_all(engine)
    engine.dispose()

    def layout(name: str) -> dict[str, str]:
        query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        return {
            str(table): "".join(str(sql).split()).replace(";", "")
            for table, sql in ask(tmp_path / name, query)
            if table != "alembic_version"
        }

    assert layout("steps.sqlite") == layout("tables.sqlite")
    assert ask(tmp_path / "steps.sqlite", "SELECT * FROM alembic_version") == [(REVISION,)]


def test_an_older_database_is_upgraded_and_a_copy_is_kept(
    path: Path, newer: Callable[..., Path]
) -> None:
    before = ask(path, "SELECT * FROM messages")
    prepare(path, scripts=newer(), newest="9999")
    assert ask(path, "SELECT version_num FROM alembic_version") == [("9999",)]
    assert ask(path, "SELECT * FROM messages") == before
    # The table was made anew, and what refers to it has stayed.
    assert ask(path, "SELECT room_id FROM room_channels") == [("r1",)]
    copy = path.with_name(f"roomkeep-before-{REVISION}.sqlite")
    assert ask(copy, "SELECT version_num FROM alembic_version") == [(REVISION,)]
    assert ask(copy, "SELECT * FROM messages") == before
    assert ask(copy, "PRAGMA integrity_check") == [("ok",)]
    prepare(path, scripts=path, newest="9999")


def test_a_step_that_fails_changes_nothing(path: Path, newer: Callable[..., Path]) -> None:
    before = ask(path, "SELECT sql FROM sqlite_master")
    scripts = newer("op.execute('SELECT * FROM nowhere')")
    with pytest.raises(TransactionAborted):
        prepare(path, scripts=scripts, newest="9999")
    assert ask(path, "SELECT sql FROM sqlite_master") == before
    SqliteDatabase(path).close()


@pytest.mark.parametrize("was_killed", [False, True])
def test_a_newer_database_is_refused_and_not_touched(
    path: Path, newer: Callable[..., Path], tmp_path: Path, *, was_killed: bool
) -> None:
    prepare(path, scripts=newer(), newest="9999")
    place = tmp_path / "copied"
    with contextlib.closing(sqlite3.connect(path)) as newer_program:
        if was_killed:
            # As a program leaves its files that was killed: with a journal to be played back.
            newer_program.execute("INSERT INTO notes VALUES ('n1')")
            newer_program.commit()
        shutil.copytree(path.parent, place)
    before = contents(place)
    assert ("roomkeep.sqlite-wal" in before) is was_killed
    with pytest.raises(SchemaTooNew):
        prepare(place / path.name)
    after = contents(place)
    after.pop("roomkeep.sqlite-shm", None)
    before.pop("roomkeep.sqlite-shm", None)
    assert after == before


def test_a_newer_database_is_told_to_the_window_and_others_open(
    path: Path, folder: Path, newer: Callable[..., Path]
) -> None:
    main = MainProcess(folder)
    Window(main).command("save-current-user-id", userId="ann")
    main.close()
    prepare(path, scripts=newer(), newest="9999")
    main = MainProcess(folder)
    window = Window(main)
    assert window.ask("command", "open-account", userId="ann")["error"]["name"] == "SchemaTooNew"
    assert window.open("bob") == 1
    main.close()


def test_a_database_of_something_else_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "roomkeep.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE messages (id)")
    before = contents(tmp_path)
    with pytest.raises(StorageUnavailable):
        prepare(path)
    assert contents(tmp_path) == before
