"""Bytes that the browser keeps, as Blobs."""

from typing import Any

import js
from pyodide.ffi import JsException, to_js

from roomkeep.errors import StorageLost

BLOB = "data"
"""Where in a record the bytes are that are stored beside it."""


class StoredBlob:
    """Bytes that the browser keeps, as a Blob."""

    def __init__(self, js_blob: Any) -> None:
        self.js_blob = js_blob
        self.size: int | None = int(js_blob.size)

    async def read(self) -> bytes:
        """Return the bytes."""
        try:
            buffer = await self.js_blob.arrayBuffer()
        except JsException as error:
            # Chromium keeps a large Blob as a file, which can go missing under the record:
            # https://github.com/w3c/IndexedDB/issues/423
            msg = f"the browser no longer has these bytes ({error.name}: {error.message})"
            raise StorageLost(msg, name=error.name) from error
        return bytes(buffer.to_bytes())


def to_blob(blob: object) -> Any:
    """Make a Blob of bytes; one that is a Blob already passes as it is."""
    if isinstance(blob, StoredBlob):
        return blob.js_blob
    if not isinstance(blob, bytes):
        return blob
    # Without a type of its own, the browser never takes it for something to show or to run.
    return js.Blob.new(to_js([to_js(blob)]))


def blob_of(value: Any) -> StoredBlob | None:
    """Return the bytes that are stored beside a record; None where it has none."""
    blob = getattr(value, BLOB, None)
    return StoredBlob(blob) if hasattr(blob, "arrayBuffer") else None
