"""Creates the tables of a database file, and upgrades those of older versions."""

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from roomkeep.errors import SchemaTooNew, StorageUnavailable
from roomkeep.storage.engines.sqlite.connection import (
    file_errors,
    make_engine,
    sqlite_errors,
    writing,
)
from roomkeep.storage.engines.sqlite.files import sync_file, sync_folder

if TYPE_CHECKING:
    from alembic.config import Config

REVISION = "0001"
"""The newest migration; it leaves the tables of `tables.py`."""

_BEFORE = "-before-"

SCRIPTS = Path(__file__).with_name("migrations")


def prepare(path: Path, *, scripts: Path = SCRIPTS, newest: str = REVISION) -> None:
    """Create a database file that does not exist, or upgrade one of an older version.

    A copy of an older one is kept beside it, named after its migration. A failure halfway changes
    nothing.

    Raises:
        SchemaTooNew: a newer version of the program made it. It is left untouched.
        StorageUnavailable: it is the database of another program.
        StorageError: it cannot be read, or the disk is full.
    """
    with sqlite_errors():
        present = _revision_of(path)
        if present == newest:
            return
        # Imported only here: loading Alembic takes longer than opening a database.
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config(attributes={})
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        steps = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
        if present is not None and present not in steps:
            raise SchemaTooNew("a newer version of Roomkeep made this database")
        if present is not None:
            _keep_copy(path, present)
        # Migrations may recreate a table, and the rows that refer to it must stay.
        engine = make_engine(path, foreign_keys=False)
        try:
            _upgrade(engine, config)
        finally:
            engine.dispose()
        sync_folder(path.parent)


def delete_copies(path: Path) -> None:
    """Delete the copies of a database that upgrades kept."""
    with file_errors():
        for copy in path.parent.glob(f"{path.stem}{_BEFORE}*"):
            copy.unlink(missing_ok=True)


def _revision_of(path: Path) -> str | None:
    """Return the migration that a database is at; None where there is no database yet."""
    if not path.exists() or not path.stat().st_size:
        return None
    # Opened read-only: what a newer version left in its journal stays there, and no journal is
    # made where there is none.
    journal = path.with_name(path.name + "-wal")
    mode = "mode=ro" if journal.exists() else "immutable=1"
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise StorageUnavailable("the database file belongs to another program")
        row: tuple[str] | None = database.execute(
            "SELECT version_num FROM alembic_version"
        ).fetchone()
        return None if row is None else row[0]


def _keep_copy(path: Path, revision: str) -> None:
    copy = path.with_name(f"{path.stem}{_BEFORE}{revision}{path.suffix}")
    unfinished = copy.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(unfinished)) as target,
    ):
        source.backup(target)
    sync_file(unfinished)
    unfinished.replace(copy)
    sync_folder(path.parent)


def _upgrade(engine: Engine, config: "Config") -> None:
    from alembic import command

    with writing(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
