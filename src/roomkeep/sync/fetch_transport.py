"""The transport in a page, using the browser's `fetch`."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Self

from roomkeep.persistence.server_access import ServerAccess, page_access
from roomkeep.sync.errors import NotReachable, RedirectRefused, ResponseTooLarge
from roomkeep.sync.wire.transport import Request, Response, time_limit

__all__ = ["FetchTransport"]

_OPTIONS: Final = {
    "mode": "cors",
    "cache": "no-store",
    # No cookies, in either direction.
    "credentials": "omit",
    "referrerPolicy": "no-referrer",
    # A page cannot see where a redirect leads, so none is followed.
    "redirect": "manual",
}


class FetchTransport:
    """A `Transport` in a page. It follows no redirects.

    As a context manager it ends the page's access to the servers that it was used for.

    Args:
        access: lets the page reach servers; None for the page's own.
    """

    def __init__(self, access: ServerAccess | None = None) -> None:
        self._access = page_access() if access is None else access
        self._opened: list[str] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        opened, self._opened = self._opened, []
        await self._access.close(opened)

    async def send(self, request: Request) -> Response:
        """Send a request and return the answer: see `Transport`."""
        import js
        from pyodide.ffi import JsException

        if self._access.is_needed:
            await self._reach(str(js.URL.new(request.url).origin))
        controller = js.AbortController.new()
        timer = _Timer(controller.abort.bind(controller), request)
        try:
            return await _fetch(request, controller.signal, timer.note_received)
        except JsException as error:
            # Drop the original error, as the other transport does.
            raise NotReachable(f"no answer came to {request!r} ({error.name})") from None
        finally:
            # Ends the request also where the caller was cancelled, or wants no more of it.
            timer.end()
            controller.abort()

    async def _reach(self, origin: str) -> None:
        if origin not in self._opened:
            await self._access.open(origin)
            self._opened.append(origin)


async def _fetch(request: Request, signal: Any, on_data: Callable[[int], None]) -> Response:
    import js
    from pyodide.ffi import to_js

    options = {
        **_OPTIONS,
        "method": request.method,
        "headers": dict(request.headers),
        "body": request.body,
        "signal": signal,
    }
    said = await js.fetch(request.url, to_js(options, dict_converter=js.Object.fromEntries))
    if said.type == "opaqueredirect":
        raise RedirectRefused(f"{request!r} was sent on to another place")
    on_data(0)
    body = bytearray()
    reader = said.body.getReader() if said.body else None
    while reader and not (piece := await reader.read()).done:
        body += piece.value.to_bytes()
        on_data(len(body))
        if len(body) > request.max_bytes:
            raise ResponseTooLarge(f"the answer to {request!r} is too large")
    headers = js.Object.fromEntries(said.headers.entries()).to_py()
    return Response(status=said.status, headers=headers, body=bytes(body))


class _Timer:
    """Ends a request for which no more data comes, or too slowly."""

    def __init__(self, abort: Callable[[], None], request: Request) -> None:
        self._abort = abort
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._answered_at: float | None = None
        self._timer = self._loop.call_later(time_limit(request, len(request.body or b"")), abort)

    def note_received(self, size: int) -> None:
        """Wait for more, after so many bytes of the body; 0 before the first."""
        now = self._loop.time()
        if self._answered_at is None:
            self._answered_at = now
        left = self._answered_at + time_limit(self._request, size) - now
        self.end()
        # A browser's loop takes no time that is past.
        wait = max(0, min(self._request.timeout_s, left))
        self._timer = self._loop.call_later(wait, self._abort)

    def end(self) -> None:
        """Wait no longer."""
        self._timer.cancel()
