"""An account that is open in the browser, and its other tabs."""

from roomkeep.persistence.account import EngineAccount
from roomkeep.storage.changes import account_lost, everything_changed
from roomkeep.storage.engines.indexeddb.engine import IndexedDBEngine, open_index
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
        engine.follow_others(self.notify)

    async def get_owner(self) -> str | None:
        """Return whose the database was when it was opened; None where that is not known."""
        return self._owner

    def report_loss(self) -> None:
        """Notify the listeners that the browser has deleted everything."""
        self.data_lost = True
        self.notify([*everything_changed(), account_lost()])

    async def _open_search_index(self) -> IndexedDBEngine:
        return await open_index(search_database_name(self.database_name))
