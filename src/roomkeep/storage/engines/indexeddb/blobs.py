"""Bytes that the browser keeps, as Blobs."""

from typing import Any

import indexeddb
from roomkeep.storage.engines.indexeddb.errors import storage_errors
from roomkeep.storage.schema import BYTES


class StoredBlob:
    """Bytes that the browser keeps, as a Blob."""

    def __init__(self, blob: indexeddb.Blob) -> None:
        self.blob = blob
        self.size: int | None = blob.size

    async def read(self) -> bytes:
        """Return the bytes."""
        with storage_errors():
            return await self.blob.bytes()


def to_blob(blob: object) -> Any:
    """Make a Blob of JavaScript's out of bytes; one that is a Blob already passes as it is."""
    if isinstance(blob, StoredBlob):
        return blob.blob.js
    # Without a type of its own, the browser never takes it for something to show or to run.
    return indexeddb.Blob(blob).js if isinstance(blob, bytes) else blob


def blob_of(value: Any) -> StoredBlob | None:
    """Return the bytes that are stored beside a record; None where it has none."""
    blob = getattr(value, BYTES, None)
    return StoredBlob(indexeddb.Blob(blob)) if hasattr(blob, "arrayBuffer") else None
