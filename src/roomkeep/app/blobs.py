"""The only way for a file's bytes to get from Python into the page: never with a type that runs.

A Blob's URL belongs to our origin. What it shows is decided by the Blob's type, so that is either
one of the pictures' or that of any bytes, which no browser opens.
"""

import asyncio
from typing import Any

from roomkeep.app.files import PICTURES, UNKNOWN, download_name

__all__ = ["Blobs", "Download"]

KEPT_SECONDS = 30
"""How long a download has to begin."""


_PART = 1_048_576


class Download:
    """A file written piece by piece. The browser holds the pieces, and may put them on disk.

    Attributes:
        size: how many bytes it has so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._rest = bytearray()
        self._parts: list[Any] = []

    def write(self, data: bytes) -> None:
        """Add some bytes."""
        self.size += len(data)
        self._rest += data
        if len(self._rest) >= _PART:
            self._give()

    def save(self, name: str) -> None:
        """Have the browser save the file."""
        from pyodide.ffi import to_js

        self._give()
        _save(to_js(self._parts), name)

    def _give(self) -> None:
        import js
        from pyodide.ffi import to_js

        self._parts.append(js.Blob.new(to_js([to_js(bytes(self._rest))])))
        self._rest.clear()


class Blobs:
    """Makes URLs of pictures, and downloads."""

    def make_url(self, data: bytes, mime: str) -> str:
        """Make a URL for a picture; it takes memory until it is revoked."""
        from pyodide.ffi import to_js

        return self._url(to_js([to_js(data)]), mime)

    def make_file_url(self, file: Any, mime: str) -> str:
        """Make a URL for a picture that is a file on the person's device."""
        from pyodide.ffi import to_js

        return self._url(to_js([file]), mime)

    def revoke(self, url: str | None) -> None:
        """Revoke a URL; None is ignored."""
        if url is not None:
            import js

            js.URL.revokeObjectURL(url)

    def download(self, data: bytes, name: str) -> None:
        """Have the browser save a file."""
        from pyodide.ffi import to_js

        _save(to_js([to_js(data)]), name)

    def begin_download(self) -> Download:
        """Begin a file that is written piece by piece."""
        return Download()

    def _url(self, parts: Any, mime: str) -> str:
        if mime not in PICTURES:
            msg = f"{mime} is not to be shown"
            raise ValueError(msg)
        return _make_url(parts, mime)


def _save(parts: Any, name: str) -> None:
    import js

    url = _make_url(parts, UNKNOWN)
    link = js.document.createElement("a")
    link.href = url
    link.download = download_name(name)
    link.click()
    asyncio.get_running_loop().call_later(KEPT_SECONDS, js.URL.revokeObjectURL, url)


def _make_url(parts: Any, mime: str) -> str:
    import js

    return str(js.URL.createObjectURL(js.Blob.new(parts, type=mime)))
