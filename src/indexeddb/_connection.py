"""A connection to a database, and the events that close it."""

from typing import Any

from indexeddb._engines import Engine
from indexeddb._opening import Opening
from indexeddb._request import issue
from indexeddb._store import Schema
from indexeddb._transaction import Upgrade
from indexeddb._watch import Watch


class Connection:
    """One `IDBDatabase`.

    Attributes:
        js: the `IDBDatabase` itself.
        kernel: the functions of its engine's kernel.
        is_open: false once it is closed, by us or by the browser.
        schema: the stores that were looked at.
        watch: looks after the transactions under way.
    """

    def __init__(self, engine: Engine, js_database: Any) -> None:
        self.js = js_database
        self.kernel = engine.kernel
        self.is_open = True
        self.schema: Schema = {}
        self.watch = Watch()
        self._handler = engine.create_handler(self._handle)
        js_database.onversionchange = js_database.onclose = self._handler

    @classmethod
    async def open(
        cls,
        engine: Engine,
        name: str,
        version: int | None,
        upgrade: Upgrade | None,
        timeout: float,
    ) -> "Connection":
        """Open a database; the browser may say nothing for `timeout` ms."""
        arguments = (name,) if version is None else (name, version)
        request = issue(engine.factory().open, *arguments)
        return cls(engine, await Opening(engine, request, upgrade).settle(name, timeout))

    def close(self) -> None:
        """Close it; transactions under way are finished first."""
        if self.is_open:
            self.is_open = False
            self.js.onversionchange = self.js.onclose = None
            self.js.close()
            self._handler.destroy()

    def _handle(self, _event: Any) -> None:
        # Another tab wants to upgrade or delete the database, and waits for this connection; or the
        # browser has closed it, because its data were deleted.
        self.close()
