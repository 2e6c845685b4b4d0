"""The service in the desktop's window."""

from roomkeep.persistence.database_service import DatabaseService
from roomkeep.persistence.desktop_backend import Bridge, DesktopBackend

__all__ = ["Bridge", "DesktopDatabaseService"]


class DesktopDatabaseService(DatabaseService):
    """`DatabaseService` in the desktop's window."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(DesktopBackend(bridge))
