"""The bytes of a browser's Blob, for a backend that cannot keep the Blob itself."""

import sys
from typing import Any

from roomkeep.errors import InvalidRecord
from roomkeep.storage.arguments import check_size


async def with_bytes(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what an attachment is saved with, its data as bytes.

    Raises:
        InvalidRecord: the data are none that can be kept, or not as many as the attachment says.
    """
    data = arguments["data"]
    check_size(arguments["attachment"].size, data)
    if data is None or isinstance(data, bytes):
        return arguments
    if sys.platform == "emscripten":
        return arguments | {"data": await _read(data)}
    raise InvalidRecord("must be bytes", field="data")


async def _read(blob: Any) -> bytes:
    from pyodide.ffi import JsException

    try:
        buffer = await blob.arrayBuffer()
    except JsException as error:
        # The file that a person has chosen may be gone meanwhile.
        raise InvalidRecord("cannot be read", field="data") from error
    return bytes(buffer.to_bytes())
