"""One error for every DOMException that IndexedDB can give."""

from typing import Any

from roomkeep.errors import (
    InvalidRecord,
    RoomkeepError,
    SchemaTooNew,
    StorageError,
    StorageFull,
    StorageLost,
    StorageUnavailable,
    TransactionAborted,
)

__all__ = ["BAD_INPUT", "STORAGE_ERRORS", "error_from"]

# The names come from the tables of the IndexedDB specification (section "Exceptions") and, for the
# storage faults that browsers add, from what they were seen to give.
STORAGE_ERRORS: dict[str, tuple[type[StorageError], str]] = {
    "AbortError": (TransactionAborted, "the transaction was undone"),
    "TransactionInactiveError": (TransactionAborted, "the transaction has already ended"),
    "ReadOnlyError": (TransactionAborted, "a transaction for reading cannot write"),
    "TimeoutError": (TransactionAborted, "the transaction took too long"),
    "QuotaExceededError": (StorageFull, "no room is left for this page's data"),
    "InvalidStateError": (StorageLost, "the connection to the database is closed"),
    "UnknownError": (StorageLost, "the browser's database failed"),
    "NotReadableError": (StorageLost, "the stored bytes cannot be read"),
    "EncodingError": (StorageLost, "the stored bytes cannot be read"),
    "DataCorruptError": (StorageLost, "the stored bytes are corrupt"),
    "OperationError": (StorageLost, "the browser's database failed"),
    "VersionError": (SchemaTooNew, "the database was made by a newer version"),
    "NotFoundError": (StorageUnavailable, "the database has no such store or index"),
    "InvalidAccessError": (StorageUnavailable, "no store was named, or the index cannot be made"),
    "SecurityError": (StorageUnavailable, "the browser refuses storage to this page"),
    "NotAllowedError": (StorageUnavailable, "the browser refuses storage to this page"),
    "NotSupportedError": (StorageUnavailable, "this browser cannot do that"),
}
BAD_INPUT: dict[str, tuple[str, str]] = {
    "DataError": ("key", "is not a key that IndexedDB can use"),
    "DataCloneError": ("value", "holds what IndexedDB cannot keep"),
    "ConstraintError": ("key", "is already there, or the store or index is"),
    "SyntaxError": ("key_path", "is not a key path"),
    "TypeError": ("value", "is not what IndexedDB takes here"),
    "RangeError": ("value", "is out of range"),
}


def error_from(exception: Any) -> RoomkeepError:
    """Make the error that stands for a DOMException, or for a `JsException` that carries one."""
    name, detail = exception.name, exception.message
    if name in BAD_INPUT:
        field, meaning = BAD_INPUT[name]
        return InvalidRecord(f"{meaning} ({name}: {detail})", field=field)
    kind, meaning = STORAGE_ERRORS.get(name, (StorageError, "the storage failed"))
    return kind(f"{meaning} ({name}: {detail})", name=name)
