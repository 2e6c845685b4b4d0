"""Bytes that are kept beside a record, as Blobs."""

from typing import Any

import indexeddb
from roomkeep.errors import InvalidRecord
from roomkeep.storage.engines.indexeddb.errors import storage_errors
from roomkeep.storage.schema import BYTES
from roomkeep.storage.transaction import LoadedBlob


class StoredBlob:
    """Bytes that are stored, as a Blob."""

    def __init__(self, blob: indexeddb.Blob) -> None:
        self.blob = blob
        self.size: int | None = blob.size

    async def read(self) -> bytes:
        """Return the bytes."""
        with storage_errors:
            return await self.blob.bytes()


def to_blob(blob: object) -> indexeddb.Blob:
    """Make a Blob of bytes, or of what is one already.

    Without a type of its own, the browser never takes it for something to show or to run.

    Raises:
        InvalidRecord: it is neither.
    """
    if isinstance(blob, StoredBlob):
        return blob.blob
    try:
        return indexeddb.Blob(blob.data if isinstance(blob, LoadedBlob) else blob)
    except TypeError as error:
        raise InvalidRecord("must be bytes", field="data") from error


def blob_of(value: Any) -> StoredBlob | None:
    """Return the bytes that are stored beside a record; None where it has none."""
    blob = field_of(value, BYTES)
    if isinstance(blob, indexeddb.Blob):
        return StoredBlob(blob)
    return StoredBlob(indexeddb.Blob(blob)) if hasattr(blob, "arrayBuffer") else None


def field_of(value: Any, name: str) -> Any:
    """Return a field of a stored value; None where it has none."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def put_blob(value: Any, blob: object) -> None:
    """Put bytes beside a record, given as a stored value."""
    if isinstance(value, dict):
        value[BYTES] = to_blob(blob)
    else:
        setattr(value, BYTES, to_blob(blob).js)
