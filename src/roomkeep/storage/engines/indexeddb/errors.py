"""The border between the errors of the IndexedDB library and Roomkeep's."""

from types import TracebackType
from typing import Final

import indexeddb
from roomkeep.errors import (
    InvalidRecord,
    RoomkeepError,
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


class _StorageErrors:
    """Raises Roomkeep's errors in place of the library's: the one border between the two."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, indexeddb.IndexedDBError):
            raise _translate(error) from error


storage_errors: Final = _StorageErrors()
"""To be used in a `with` statement: it keeps nothing, so one serves all calls of the storage."""


def _translate(error: indexeddb.IndexedDBError) -> RoomkeepError:
    if isinstance(error, indexeddb.InvalidKey):
        return InvalidRecord(str(error), field="key")
    if isinstance(error, indexeddb.InvalidValue):
        return InvalidRecord(str(error), field="value")
    # A mistake in how the library is used is no sign of what the browser has.
    kind = next((_ERRORS[base] for base in type(error).mro() if base in _ERRORS), StorageError)
    return kind(str(error), name=error.name)
