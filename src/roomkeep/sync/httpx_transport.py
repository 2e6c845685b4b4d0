"""The transport under CPython, using httpx: `pip install roomkeep[sync]`."""

import asyncio
import contextlib
import ssl
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from roomkeep.sync.errors import NotReachable, RedirectRefused, ResponseTooLarge
from roomkeep.sync.wire.addresses import origin
from roomkeep.sync.wire.transport import MAX_REDIRECTS, Request, Response, time_limit

__all__ = ["HttpxTransport"]

_CONNECT_S = 15


class HttpxTransport:
    """A `Transport` with a connection pool; an asynchronous context manager."""

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        """Create a transport.

        Args:
            ssl_context: how certificates are verified; None for httpx's default.
        """
        self._client = httpx.AsyncClient(
            # Ignore `.netrc`, which could add credentials, and proxies.
            trust_env=False,
            follow_redirects=False,
            verify=True if ssl_context is None else ssl_context,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def send(self, request: Request) -> Response:
        """Send a request and return the answer: see `Transport`."""
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._send_once(request, url)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            if request.method != "GET" or origin(url) != origin(request.url):
                raise RedirectRefused(f"{request!r} was sent on to another place")
        raise RedirectRefused(f"{request!r} was sent on more than {MAX_REDIRECTS} times")

    async def _send_once(self, request: Request, url: str) -> Response:
        timeout = httpx.Timeout(request.timeout_s, connect=min(request.timeout_s, _CONNECT_S))
        try:
            built = self._client.build_request(
                request.method,
                url,
                headers=dict(request.headers),
                content=request.body,
                timeout=timeout,
            )
            async with asyncio.timeout(time_limit(request, len(request.body or b"")) + _CONNECT_S):
                sent = await self._client.send(built, stream=True)
            async with contextlib.aclosing(sent) as answer:
                body = await _read(answer, request)
        except httpx.InvalidURL:
            # The target of a redirect, which httpx parses even if it does not follow it.
            raise RedirectRefused(f"{request!r} was sent on to no address") from None
        except (httpx.HTTPError, httpx.CookieConflict, TimeoutError, ValueError) as error:
            # Drop the original error: its text and attributes may quote headers.
            kind = type(error).__name__
            raise NotReachable(f"no answer came to {request!r} ({kind})") from None
        finally:
            # Never send cookies back.
            self._client.cookies.clear()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(status=answer.status_code, headers=headers, body=body)


async def _read(answer: httpx.Response, request: Request) -> bytes:
    """Read a body up to its limits, counting decompressed bytes."""
    body = bytearray()
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(time_limit(request, 0)) as deadline:
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > request.max_bytes:
                raise ResponseTooLarge(f"the answer to {request!r} is too large")
            deadline.reschedule(began + time_limit(request, len(body)))
    return bytes(body)
