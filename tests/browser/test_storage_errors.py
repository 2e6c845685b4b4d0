"""The errors of the IndexedDB library become Roomkeep's at one border."""

import inspect

import pytest

import indexeddb
from indexeddb import errors
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

EXPECTED: dict[type[indexeddb.IndexedDBError], type[Exception]] = {
    errors.IndexedDBError: StorageError,
    errors.UsageError: StorageError,
    errors.NotFound: StorageError,
    errors.InvalidKey: InvalidRecord,
    errors.InvalidValue: InvalidRecord,
    errors.ConstraintViolated: StorageError,
    errors.ReadOnly: StorageError,
    errors.Unavailable: StorageUnavailable,
    errors.Blocked: StorageBlocked,
    errors.QuotaExceeded: StorageFull,
    errors.ConnectionLost: StorageLost,
    errors.VersionTooNew: SchemaTooNew,
    errors.TransactionAborted: TransactionAborted,
}


def test_every_error_of_the_library_is_expected_here() -> None:
    theirs = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.IndexedDBError)
    }
    assert theirs == set(EXPECTED)


@pytest.mark.parametrize("kind", EXPECTED, ids=lambda kind: kind.__name__)
def test_an_error_keeps_its_meaning_its_words_and_its_name(
    kind: type[indexeddb.IndexedDBError],
) -> None:
    from roomkeep.storage.engines.indexeddb.errors import storage_errors

    error = kind("what happened")
    error.name = "SomeError"
    with pytest.raises(EXPECTED[kind], match="what happened") as caught, storage_errors:
        raise error
    assert type(caught.value) is EXPECTED[kind]
    if isinstance(caught.value, StorageError):
        assert caught.value.name == "SomeError"
