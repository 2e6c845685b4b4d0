"""Bytes that are kept beside a record, as Blobs: the browser's, or the library's under CPython."""

from typing import Any

import indexeddb
from roomkeep.errors import InvalidRecord, StorageLost
from roomkeep.storage.transaction import LoadedBlob

try:
    import js
    from pyodide.ffi import JsException, to_js
except ImportError:  # CPython: the library's own Blob stands in
    js = None

BLOB = "data"
"""Where in a record the bytes are that are stored beside it."""


class StoredBlob:
    """Bytes that are stored, as a Blob."""

    def __init__(self, blob: Any) -> None:
        self.blob = blob
        self.size: int | None = int(blob.size)

    async def read(self) -> bytes:
        """Return the bytes."""
        if isinstance(self.blob, indexeddb.Blob):
            return await self.blob.bytes()
        try:
            buffer = await self.blob.arrayBuffer()
        except JsException as error:
            # Chromium keeps a large Blob as a file, which can go missing under the record:
            # https://github.com/w3c/IndexedDB/issues/423
            msg = f"the browser no longer has these bytes ({error.name}: {error.message})"
            raise StorageLost(msg, name=error.name) from error
        return bytes(buffer.to_bytes())


def to_blob(blob: object) -> Any:
    """Make a Blob of bytes; one that is a Blob already passes as it is."""
    if isinstance(blob, StoredBlob):
        return blob.blob
    if js is None:
        data = blob.data if isinstance(blob, LoadedBlob) else blob
        if not isinstance(data, bytes):
            raise InvalidRecord("must be bytes", field="data")
        return indexeddb.Blob(data)
    if not isinstance(blob, bytes):
        return blob
    # Without a type of its own, the browser never takes it for something to show or to run.
    return js.Blob.new(to_js([to_js(blob)]))


def blob_of(value: Any) -> StoredBlob | None:
    """Return the bytes that are stored beside a record; None where it has none."""
    blob = field_of(value, BLOB)
    is_blob = isinstance(blob, indexeddb.Blob) or hasattr(blob, "arrayBuffer")
    return StoredBlob(blob) if is_blob else None


def field_of(value: Any, name: str) -> Any:
    """Return a field of a stored value; None where it has none."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def put_blob(value: Any, blob: object) -> None:
    """Put bytes beside a record, given as a stored value."""
    if isinstance(value, dict):
        value[BLOB] = to_blob(blob)
    else:
        setattr(value, BLOB, to_blob(blob))
