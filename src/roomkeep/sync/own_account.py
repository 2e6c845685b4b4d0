"""The account that is synchronized, and no other."""

from roomkeep.errors import ScopeChanged
from roomkeep.persistence import DatabaseService

__all__ = ["OwnAccount"]


class OwnAccount:
    """The database while one account is signed in on it.

    A call of `DatabaseService` belongs to the account of the moment. What comes from a homeserver
    takes a while, and belongs to the account that asked.
    """

    def __init__(self, database: DatabaseService, user_id: str) -> None:
        self.user_id = user_id
        self._database = database

    @property
    def database(self) -> DatabaseService:
        """The database, for one call that is made at once.

        Raises:
            ScopeChanged: someone else is signed in.
        """
        if self._database.current_user_id != self.user_id:
            raise ScopeChanged("the account was switched")
        return self._database
