"""Every error that Roomkeep raises, as one tree.

```
RoomkeepError
├── InvalidRecord           bad input: names the field, and nothing was written
├── RecordNotFound          an update of a record that is not there
├── ScopeChanged            the account was switched under the call
├── NotReady                a call before `initialize` or after `close`
└── StorageError            the storage below failed
    ├── StorageUnavailable  there is none, it was refused, or it does not answer
    ├── StorageBlocked      another tab or program keeps the database from being used
    ├── StorageFull         no room is left; nothing of the transaction was written
    ├── StorageLost         the connection or the stored bytes are gone
    ├── SchemaTooNew        the database was made by a newer version of the program
    └── TransactionAborted  the transaction was undone
```
"""

__all__ = [
    "InvalidRecord",
    "NotReady",
    "RecordNotFound",
    "RoomkeepError",
    "SchemaTooNew",
    "ScopeChanged",
    "StorageBlocked",
    "StorageError",
    "StorageFull",
    "StorageLost",
    "StorageUnavailable",
    "TransactionAborted",
]


class RoomkeepError(Exception):
    """The root of all errors that Roomkeep raises."""


class InvalidRecord(RoomkeepError, ValueError):
    """Input that cannot be kept. Nothing was written.

    Attributes:
        field: the field or argument at fault, such as `"room_id"` or `"reactions[0].emoji"`;
            None where the input as a whole is at fault.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message if field is None else f"{field}: {message}")
        self.field = field


class RecordNotFound(RoomkeepError, LookupError):
    """The record to change is not there. Nothing was written.

    Attributes:
        store: the store that was looked in, such as `"messages"`.
        key: the key that was looked for.
    """

    def __init__(self, store: str, key: str) -> None:
        super().__init__(f"there is no record {key!r} in {store}")
        self.store = store
        self.key = key


class ScopeChanged(RoomkeepError):
    """The account was switched while the call was under way; its answer is withheld."""


class NotReady(RoomkeepError):
    """The service is not initialized, or it is closed."""


class StorageError(RoomkeepError):
    """The storage below failed.

    Attributes:
        name: the name of the DOMException that the browser gave, such as `"UnknownError"`;
            None where the failure did not come as one.
    """

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class StorageUnavailable(StorageError):
    """There is no storage, the browser refuses it, or it does not answer in time."""


class StorageBlocked(StorageError):
    """Another tab holds an older version of the database open, or another program uses it."""


class StorageFull(StorageError):
    """The disk or the browser's quota is full. Nothing of the transaction was written."""


class StorageLost(StorageError):
    """The connection to the database, or bytes that it kept, are gone."""


class SchemaTooNew(StorageError):
    """A newer version of the program made this database. It is left untouched."""


class TransactionAborted(StorageError):
    """The transaction was undone, whole."""
