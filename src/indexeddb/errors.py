"""Every error that IndexedDB can give, as one tree.

```
IndexedDBError
├── UsageError              a programmer's mistake; never means that there is no storage
│   ├── NotFound            there is no such store or index
│   ├── InvalidKey          not a key, not a range, or not a count
│   ├── InvalidValue        a value that cannot be stored, or not be converted
│   ├── ConstraintViolated  the key is taken, or the name of a store or index is
│   └── ReadOnly            a write in a transaction that only reads
├── Unavailable             there is no IndexedDB, it was refused, or it does not answer
├── Blocked                 another tab keeps an older version of the database open
├── QuotaExceeded           no room is left; nothing of the transaction was written
├── ConnectionLost          the connection to the database, or stored bytes, are gone
├── VersionTooNew           the database has a higher version than was asked for
└── TransactionAborted      the transaction was undone
```
"""

from typing import Any

__all__ = [
    "Blocked",
    "ConnectionLost",
    "ConstraintViolated",
    "IndexedDBError",
    "InvalidKey",
    "InvalidValue",
    "NotFound",
    "QuotaExceeded",
    "ReadOnly",
    "TransactionAborted",
    "Unavailable",
    "UsageError",
    "VersionTooNew",
    "error_from",
    "error_named",
]


class IndexedDBError(Exception):
    """The root of all errors that this package raises.

    Attributes:
        name: the name of the DOMException that the browser gave, such as `"UnknownError"`; None
            where the failure did not come as one.
    """

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class UsageError(IndexedDBError):
    """A mistake in the program that uses the database. It never means that there is no storage."""


class NotFound(UsageError, LookupError):
    """The database or the transaction has no such store or index."""


class InvalidKey(UsageError, ValueError):
    """What was given is not a key, not a range of keys, or not a count."""


class InvalidValue(UsageError, ValueError):
    """The value cannot be stored, or what is stored cannot be converted as was asked."""


class ConstraintViolated(UsageError):
    """The key is taken: by another record, in a unique index, or by a store or index so named."""


class ReadOnly(UsageError):
    """A transaction that only reads was asked to write."""


class Unavailable(IndexedDBError):
    """There is no IndexedDB, the browser refuses it to this page, or it does not answer."""


class Blocked(IndexedDBError):
    """Another tab holds an older version of the database open."""


class QuotaExceeded(IndexedDBError):
    """The disk or the browser's quota is full. Nothing of the transaction was written."""


class ConnectionLost(IndexedDBError):
    """The connection to the database, or bytes that were stored in it, are gone."""


class VersionTooNew(IndexedDBError):
    """The database has a higher version than was asked for. It is left untouched."""


class TransactionAborted(IndexedDBError):
    """The transaction was undone, whole."""


ERRORS: dict[str, tuple[type[IndexedDBError], str]] = {
    # The tables of https://www.w3.org/TR/IndexedDB-3/#exceptions.
    "AbortError": (TransactionAborted, "the transaction was undone"),
    "ConstraintError": (ConstraintViolated, "the key is taken, or the store or index is there"),
    "DataCloneError": (InvalidValue, "the value holds what IndexedDB cannot store"),
    "DataError": (InvalidKey, "this is not a key that IndexedDB can use"),
    "InvalidAccessError": (UsageError, "no store was named, or the index cannot be made"),
    "InvalidStateError": (ConnectionLost, "the connection to the database is closed"),
    "NotFoundError": (NotFound, "the database has no such store or index"),
    "NotReadableError": (ConnectionLost, "the stored bytes cannot be read"),
    "QuotaExceededError": (QuotaExceeded, "no room is left for this page's data"),
    "ReadOnlyError": (ReadOnly, "a transaction that only reads cannot write"),
    "SyntaxError": (UsageError, "this is not a key path, or not JSON"),
    "TransactionInactiveError": (TransactionAborted, "the transaction has already ended"),
    "UnknownError": (ConnectionLost, "the browser's database failed"),
    "VersionError": (VersionTooNew, "the database has a higher version"),
    # Faults of the storage below, which browsers were seen to give.
    "DataCorruptError": (ConnectionLost, "the stored bytes are corrupt"),
    "EncodingError": (ConnectionLost, "the stored bytes cannot be read"),
    "OperationError": (ConnectionLost, "the browser's database failed"),
    "TimeoutError": (TransactionAborted, "the transaction took too long"),
    "NotAllowedError": (Unavailable, "the browser refuses storage to this page"),
    "NotSupportedError": (Unavailable, "this browser cannot do that"),
    "SecurityError": (Unavailable, "the browser refuses storage to this page"),
    # JavaScript's own errors.
    "RangeError": (InvalidValue, "the value is out of range, or too deep to convert"),
    "TypeError": (InvalidValue, "the value is not what IndexedDB or JSON takes"),
}


def error_from(exception: Any) -> IndexedDBError:
    """Make the error that stands for a DOMException, or for a `JsException` that carries one."""
    return error_named(exception.name, exception.message)


def error_named(name: str, detail: str) -> IndexedDBError:
    """Make the error that stands for a DOMException with this name and this message."""
    kind, meaning = ERRORS.get(name, (IndexedDBError, "the storage failed"))
    return kind(f"{meaning} ({name}: {detail})", name=name)
