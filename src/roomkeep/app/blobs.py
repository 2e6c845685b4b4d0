"""The one way in which a file's bytes get from Python into the page: never with a type that runs.

A Blob's URL belongs to our origin. What it shows is decided by the Blob's type, so that is either
one of the pictures' or that of any bytes, which no browser opens.
"""

import asyncio
from typing import Any

from roomkeep.app.files import PICTURES, UNKNOWN, download_name

__all__ = ["Blobs"]

KEPT_SECONDS = 30
"""How long a download has to begin."""


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
        """Let go of what a URL stands for; None stands for nothing."""
        if url is not None:
            import js

            js.URL.revokeObjectURL(url)

    def download(self, data: bytes, name: str) -> None:
        """Have the browser save a file."""
        import js
        from pyodide.ffi import to_js

        url = self._url(to_js([to_js(data)]), UNKNOWN)
        link = js.document.createElement("a")
        link.href = url
        link.download = download_name(name)
        link.click()
        asyncio.get_running_loop().call_later(KEPT_SECONDS, self.revoke, url)

    def _url(self, parts: Any, mime: str) -> str:
        import js

        if mime != UNKNOWN and mime not in PICTURES:
            msg = f"{mime} is not to be shown"
            raise ValueError(msg)
        return str(js.URL.createObjectURL(js.Blob.new(parts, type=mime)))
