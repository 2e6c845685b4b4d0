"""A transaction on an account's database, as the handlers see it."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Row
from sqlalchemy.exc import OperationalError

from roomkeep.desktop.files import Files
from roomkeep.desktop.rows import Layout
from roomkeep.models import Record
from roomkeep.reports import Change
from roomkeep.unreadable import Unreadable

__all__ = ["AT_ONCE", "LIMIT", "Transaction", "chunks"]

R = TypeVar("R", bound=Record)

AT_ONCE = 500
"""So many values are looked for in one statement."""
LIMIT = "limit"
"""The parameter for how many rows are wanted."""

Parameters = Mapping[str, Any]

_NONE: Parameters = MappingProxyType({})


class Transaction:
    """One transaction.

    Attributes:
        user_id: whose database it is; None for nobody.
        changes: what it has changed; told to the other windows once it is committed.
        unreadable: the records that were passed over because they cannot be decoded.
        files: the account's files.
        freed: the names of files that may have lost their row.
        part: the written part of the file that this transaction may add.
        is_clearing: whether older copies of the database are to go too.
    """

    def __init__(
        self, connection: Connection, user_id: str | None, files: Files, part: Path | None = None
    ) -> None:
        self.user_id = user_id
        self.changes: list[Change] = []
        self.unreadable: list[Unreadable] = []
        self.files = files
        self.freed: set[str] = set()
        self.part = part
        self.is_clearing = False
        self._connection = connection

    def execute(
        self, statement: Executable, parameters: Parameters | Sequence[Parameters] = ()
    ) -> CursorResult[Any]:
        """Run a statement: once, or once for each of many parameters."""
        return self._connection.execute(statement, parameters or None)

    def all(self, statement: Executable, parameters: Parameters = _NONE) -> Sequence[Row[Any]]:
        """Return all rows of a query."""
        try:
            return self._connection.execute(statement, parameters).all()
        except OperationalError as error:
            if "decode to UTF-8" not in str(error.orig):
                raise
            return self._all_leniently(statement, parameters)

    def write(self, layout: Layout[Any], rows: Sequence[tuple[object, ...]]) -> None:
        """Write rows, as `layout.values` gives them, in place of those with their keys."""
        if rows:
            self._connection.exec_driver_sql(layout.statement, list(rows))

    def add_file(self, name: str) -> None:
        """Have the written part be the file of this name."""
        assert self.part is not None, "bytes are written before the transaction"  # noqa: S101
        self.files.add(self.part, name)
        # Where the transaction fails after all, the file is an orphan.
        self.freed.add(name)

    def read(
        self, layout: Layout[R], statement: Executable, parameters: Parameters = _NONE
    ) -> list[R]:
        """Return the readable records of a query's rows."""
        return self.decode(layout, self.all(statement, parameters))

    def read_one(
        self, layout: Layout[R], statement: Executable, parameters: Parameters
    ) -> R | None:
        """Return the record of a query's row; None where there is none that is readable."""
        return next(iter(self.read(layout, statement, parameters)), None)

    def decode(self, layout: Layout[R], rows: Iterable[Row[Any]]) -> list[R]:
        """Return the readable records of rows."""
        fields, unreadable = layout.fields(rows)
        self.unreadable += unreadable
        found, unreadable = layout.decode(fields)
        self.unreadable += unreadable
        return found

    def _all_leniently(self, statement: Executable, parameters: Parameters) -> Sequence[Row[Any]]:
        """Return all rows; text that is damaged comes as bytes, which no record takes as text."""
        driver: Any = self._connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101
        driver.text_factory = _text_or_bytes
        try:
            return self._connection.execute(statement, parameters).all()
        finally:
            driver.text_factory = str


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    """Part values into lists that one statement takes."""
    everything = list(values)
    return (everything[start : start + AT_ONCE] for start in range(0, len(everything), AT_ONCE))


def _text_or_bytes(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
