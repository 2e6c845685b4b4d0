"""Every failure that IndexedDB can name is one of our errors."""

from types import SimpleNamespace

import pytest

from roomkeep import errors, idb
from roomkeep.errors import InvalidRecord, RoomkeepError, StorageError

# Web IDL, "DOMException names" (https://webidl.spec.whatwg.org/#idl-DOMException-error-names), less
# those of the DOM tree, of networking and of cryptography, which no storage interface uses.
DOM_EXCEPTION_NAMES = [
    "NotFoundError",
    "NotSupportedError",
    "InvalidStateError",
    "SyntaxError",
    "InvalidAccessError",
    "SecurityError",
    "AbortError",
    "QuotaExceededError",
    "TimeoutError",
    "DataCloneError",
    "EncodingError",
    "NotReadableError",
    "UnknownError",
    "ConstraintError",
    "DataError",
    "TransactionInactiveError",
    "ReadOnlyError",
    "VersionError",
    "OperationError",
    "NotAllowedError",
]


@pytest.mark.parametrize("name", DOM_EXCEPTION_NAMES)
def test_every_dom_exception_has_an_error_of_its_own(name: str) -> None:
    error = idb.error_from(SimpleNamespace(name=name, message="what the browser said"))
    assert type(error) not in (RoomkeepError, StorageError), "not mapped"
    assert "what the browser said" in str(error)
    assert name in str(error)
    if isinstance(error, StorageError):
        assert error.name == name
    else:
        assert isinstance(error, InvalidRecord)
        assert error.field


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("QuotaExceededError", errors.StorageFull),
        ("VersionError", errors.SchemaTooNew),
        ("InvalidStateError", errors.StorageLost),
        ("UnknownError", errors.StorageLost),
        ("SecurityError", errors.StorageUnavailable),
    ],
)
def test_what_is_met_in_a_way_of_its_own_is_told_apart(name: str, kind: type[StorageError]) -> None:
    assert type(idb.error_from(SimpleNamespace(name=name, message="?"))) is kind


def test_an_unheard_of_failure_is_a_storage_error() -> None:
    error = idb.error_from(SimpleNamespace(name="BrandNewError", message="?"))
    assert type(error) is StorageError
    assert error.name == "BrandNewError"


def test_the_tree_is_as_drawn() -> None:
    """The docstring draws each error below its parent."""
    drawn = errors.__doc__ or ""
    for name in errors.__all__:
        error = getattr(errors, name)
        assert issubclass(error, RoomkeepError)
        assert name in drawn
        assert error.__doc__


async def test_under_cpython_there_is_no_indexed_db() -> None:
    with pytest.raises(errors.StorageUnavailable, match="in a browser only"):
        await idb.open("anything")
