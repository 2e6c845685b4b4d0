"""Every DOMException that IndexedDB can give has an error of its own."""

import re
from types import SimpleNamespace

import pytest

from indexeddb import errors
from indexeddb.errors import IndexedDBError, Unavailable, UsageError, error_from

# https://www.w3.org/TR/IndexedDB-3/#exceptions, and what the operations below it throw besides.
NAMES = [
    "AbortError",
    "ConstraintError",
    "DataCloneError",
    "DataError",
    "EncodingError",
    "InvalidAccessError",
    "InvalidStateError",
    "NotAllowedError",
    "NotFoundError",
    "NotReadableError",
    "NotSupportedError",
    "OperationError",
    "QuotaExceededError",
    "ReadOnlyError",
    "SecurityError",
    "SyntaxError",
    "TimeoutError",
    "TransactionInactiveError",
    "UnknownError",
    "VersionError",
]


@pytest.mark.parametrize("name", NAMES)
def test_each_has_one_error_that_carries_its_name(name: str) -> None:
    error = error_from(SimpleNamespace(name=name, message="the browser's words"))
    assert type(error) is not IndexedDBError
    assert error.name == name
    assert "the browser's words" in str(error)


def test_an_exception_that_nobody_foresaw_is_an_error_all_the_same() -> None:
    error = error_from(SimpleNamespace(name="FutureError", message=""))
    assert type(error) is IndexedDBError


def test_a_mistake_never_means_that_there_is_no_storage() -> None:
    for kind, _ in errors.ERRORS.values():
        assert not (issubclass(kind, UsageError) and issubclass(kind, Unavailable))
    for name in ("NotFoundError", "InvalidAccessError", "DataError", "SyntaxError"):
        assert isinstance(error_from(SimpleNamespace(name=name, message="")), UsageError)


def test_the_tree_that_is_drawn_is_the_tree_there_is() -> None:
    drawn = re.findall(r"^[│ ]*[├└]── (\w+)", errors.__doc__ or "", re.MULTILINE)
    kinds = [
        kind.__name__
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, IndexedDBError)
    ]
    assert kinds == ["IndexedDBError", *drawn]
