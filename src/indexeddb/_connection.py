"""A connection to a database, and the events that close it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from indexeddb._engines import Engine
from indexeddb._opening import OnBlocked, Opening
from indexeddb._platform import jsnull
from indexeddb._request import issue
from indexeddb._store import Schema
from indexeddb._transaction import Upgrade
from indexeddb._watch import Watch


@dataclass(frozen=True, slots=True)
class Listeners:
    """What to call when something happens to a connection.

    Attributes:
        on_blocked: another tab keeps an older version open.
        on_blocking: another tab wants to upgrade the database to this version, or to delete it
            (None), and the connection was closed for it.
        on_closed: the connection was lost.
    """

    on_blocked: OnBlocked | None = None
    on_blocking: Callable[[int | None], object] | None = None
    on_closed: Callable[[], object] | None = None


class Connection:
    """One `IDBDatabase`.

    Attributes:
        js: the `IDBDatabase` itself.
        kernel: the functions of its engine's kernel.
        is_open: false once it is closed, by us or by the browser.
        schema: the stores that were looked at.
        watch: looks after the transactions under way.
    """

    def __init__(self, engine: Engine, js_database: Any, listeners: Listeners) -> None:
        self.js = js_database
        self.kernel = engine.kernel
        self._listeners = listeners
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
        listeners: Listeners,
    ) -> "Connection":
        """Open a database; the browser may say nothing for `timeout` ms."""
        arguments = (name,) if version is None else (name, version)
        request = issue(engine.factory().open, *arguments)
        opening = Opening(engine, request, upgrade, listeners.on_blocked)
        return cls(engine, await opening.settle(name, timeout), listeners)

    def close(self) -> None:
        """Close it; transactions under way are finished first."""
        if self.is_open:
            self.is_open = False
            self.js.onversionchange = self.js.onclose = None
            self.js.close()
            self._handler.destroy()

    def lose(self) -> None:
        """Close it, because it is of no use any more."""
        if self.is_open:
            self.close()
            if self._listeners.on_closed is not None:
                self._listeners.on_closed()

    def _handle(self, event: Any) -> None:
        if event.type == "close":  # the browser has closed it, because its data were deleted
            self.lose()
            return
        # Another tab wants to upgrade or delete the database, and waits for this connection.
        version = None if event.newVersion is jsnull else int(event.newVersion)
        self.close()
        if self._listeners.on_blocking is not None:
            self._listeners.on_blocking(version)
