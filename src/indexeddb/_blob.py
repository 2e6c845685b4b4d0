"""Bytes that the browser keeps apart from a record, and that are read when they are wanted."""

from typing import Any

from indexeddb._platform import IN_PYODIDE, JsException, js
from indexeddb._platform import to_js as _to_js
from indexeddb.errors import ConnectionLost, Unavailable


class Blob:
    """Immutable bytes, such as a photo or a file, that a record refers to.

    The browser stores them outside the record, and reading the record does not read them. What is
    read from the database as a Blob or a File comes as this class.

    Args:
        data: the bytes; or JavaScript's own Blob or File, such as a file that a person has picked.
        type: the media type of the bytes, such as `"image/png"`.

    Raises:
        TypeError: `data` is neither.
    """

    def __init__(self, data: object, type: str = "") -> None:  # noqa: A002 the platform's name
        self._data: bytes | None = None
        self._js: Any = None
        self._type = type
        if isinstance(data, bytes | bytearray | memoryview):
            self._data = bytes(data)
        elif hasattr(data, "arrayBuffer"):
            self._js, self._type = data, str(data.type)  # type: ignore[attr-defined]
        else:
            msg = f"a Blob is made of bytes, not of {data.__class__.__name__!r}"
            raise TypeError(msg)

    @property
    def js(self) -> Any:
        """JavaScript's Blob: for `URL.createObjectURL`, `fetch` and the like.

        Raises:
            Unavailable: this is no browser.
        """
        if self._js is None:
            if not IN_PYODIDE:
                msg = "there is no JavaScript outside a browser"
                raise Unavailable(msg)
            self._js = js.Blob.new(_to_js([self._data]), type=self._type)
        return self._js

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return int(self._js.size) if self._data is None else len(self._data)

    @property
    def type(self) -> str:
        """The media type; empty where it is not known."""
        return self._type

    async def bytes(self) -> bytes:
        """Return the bytes. Inside a transaction this cannot be awaited: read them after it.

        Raises:
            ConnectionLost: the browser no longer has them.
        """
        if self._data is not None:
            return self._data
        try:
            buffer = await self._js.arrayBuffer()
        except JsException as error:
            # Chromium keeps a large Blob as a file, which can go missing under the record:
            # https://github.com/w3c/IndexedDB/issues/423
            msg = f"the browser no longer has these bytes ({error.name}: {error.message})"
            raise ConnectionLost(msg, name=error.name) from error
        found: bytes = buffer.to_bytes()
        return found

    async def text(self) -> str:
        """Return the bytes as text, which is read as UTF-8; it raises what `bytes` does."""
        return (await self.bytes()).decode(errors="replace")

    def __repr__(self) -> str:
        return f"Blob({self.size:,} bytes, {self._type!r})"
