"""The border between the errors of the IndexedDB library and Roomkeep's."""

import contextlib
from collections.abc import Iterator

import indexeddb
from roomkeep.errors import (
    InvalidRecord,
    SchemaTooNew,
    StorageBlocked,
    StorageError,
    StorageFull,
    StorageLost,
    StorageUnavailable,
    TransactionAborted,
)

_ERRORS: dict[type[indexeddb.IndexedDBError], type[StorageError]] = {
    indexeddb.Unavailable: StorageUnavailable,
    indexeddb.Blocked: StorageBlocked,
    indexeddb.QuotaExceeded: StorageFull,
    indexeddb.ConnectionLost: StorageLost,
    indexeddb.VersionTooNew: SchemaTooNew,
    indexeddb.TransactionAborted: TransactionAborted,
}


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    """Raise Roomkeep's errors in place of the library's: the one border between the two."""
    try:
        yield
    except indexeddb.InvalidKey as error:
        raise InvalidRecord(str(error), field="key") from error
    except indexeddb.InvalidValue as error:
        raise InvalidRecord(str(error), field="value") from error
    except indexeddb.IndexedDBError as error:
        # A mistake in how the library is used is no sign of what the browser has.
        kind = next((_ERRORS[base] for base in type(error).mro() if base in _ERRORS), StorageError)
        raise kind(str(error), name=error.name) from error
