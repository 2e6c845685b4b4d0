"""The service in memory."""

from roomkeep.persistence.database_service import DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend

__all__ = ["MemoryDatabaseService"]


class MemoryDatabaseService(DatabaseService):
    """`DatabaseService` on the memory backend, wherever it runs. Nothing outlives the object."""

    def __init__(self) -> None:
        super().__init__(MemoryBackend())
