"""An account that is open in the browser, and its other tabs."""

from typing import Any

import js
from pyodide.ffi import create_proxy

from roomkeep.persistence.account import EngineAccount
from roomkeep.storage.changes import (
    Change,
    account_lost,
    decode_changes,
    encode_changes,
    everything_changed,
)
from roomkeep.storage.engines.indexeddb.engine import IndexedDBEngine, open_index
from roomkeep.storage.operation import Operation
from roomkeep.storage.schema import search_database_name


class BrowserAccount(EngineAccount):
    """An account's database that publishes its changes to the account's other tabs, too.

    Args:
        engine: the account's own database.
        owner: whose it was when it was opened; None where that is not known.
    """

    def __init__(self, engine: IndexedDBEngine, owner: str | None) -> None:
        super().__init__(engine, self._open_search_index)
        self._owner = owner
        self._engines = [engine]
        # None while the page lies in the back-forward cache.
        self._channel: Any = None
        self._under_way: list[Operation[..., Any]] = []
        self._on_message = create_proxy(self._receive)
        self._on_page = create_proxy(self._follow_page)
        for event in ("pagehide", "pageshow"):
            js.addEventListener(event, self._on_page)
        self._listen()

    def publish(self, changes: list[Change]) -> None:
        """Publish changes to the listeners here, and to the other tabs."""
        self._post(changes)
        super().publish(changes)

    async def get_owner(self) -> str | None:
        """Return whose the database was when it was opened; None where that is not known."""
        return self._owner

    def dispose(self) -> None:
        """Release the database and the channel to the other tabs."""
        for event in ("pagehide", "pageshow"):
            js.removeEventListener(event, self._on_page)
        self._silence()
        self._on_message.destroy()
        self._on_page.destroy()
        super().dispose()

    def report_loss(self) -> None:
        """Notify the listeners that the browser has deleted everything."""
        self.data_lost = True
        self.notify([*everything_changed(), account_lost()])

    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        self._under_way.append(operation)
        try:
            return await super()._carry_out(operation, arguments)
        finally:
            self._under_way.remove(operation)
            if self._channel is None:
                # It was asked of a page that is going into the cache, and has opened it again.
                self._suspend()

    async def _open_search_index(self) -> IndexedDBEngine:
        engine = await open_index(search_database_name(self.database_name))
        self._engines.append(engine)
        return engine

    def _suspend(self) -> None:
        for engine in self._engines:
            engine.suspend()

    def _listen(self) -> None:
        self._channel = js.BroadcastChannel.new(self.database_name)
        self._channel.onmessage = self._on_message

    def _silence(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _follow_page(self, event: Any) -> None:
        """Hold nothing while the page lies in the back-forward cache; look again when it is back.

        A page that closes for good tells the other tabs what it may not live to publish.

        https://web.dev/articles/bfcache#close-open-connections-before-the-user-navigates-away
        """
        if not event.persisted:
            if event.type == "pagehide":
                self._announce_unfinished()
            return
        if event.type == "pagehide":
            self._silence()
            self._suspend()
        else:
            self._listen()
            self.notify(everything_changed())

    def _announce_unfinished(self) -> None:
        """Tell the other tabs what may change yet: this page may not live to publish it."""
        writes = [one for one in self._under_way if one.mode == "write" and not one.is_of_index]
        stores = dict.fromkeys(store for operation in writes for store in operation.stores)
        if stores:
            self._post([Change(store=store, action="clear") for store in stores])

    def _post(self, changes: list[Change]) -> None:
        """Send changes to the other tabs."""
        # What was under way when the page went away is committed, and the others are to hear of it.
        channel = self._channel or js.BroadcastChannel.new(self.database_name)
        channel.postMessage(encode_changes(changes))
        if channel is not self._channel:
            channel.close()

    def _receive(self, event: Any) -> None:
        self.notify(decode_changes(event.data, "other_tab"))
