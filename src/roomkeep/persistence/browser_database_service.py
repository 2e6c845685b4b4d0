"""The service in the browser."""

from typing import Literal

from roomkeep.persistence.browser_backend import BrowserBackend
from roomkeep.persistence.database_service import DatabaseService

__all__ = ["BrowserDatabaseService"]


class BrowserDatabaseService(DatabaseService):
    """`DatabaseService` on IndexedDB; it does not fall back to memory."""

    def __init__(self, *, durability: Literal["relaxed", "strict"] = "relaxed") -> None:
        super().__init__(BrowserBackend(durability))
