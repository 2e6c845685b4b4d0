"""The interface to the network: one request, one response."""

from collections.abc import Mapping
from typing import Final, Protocol

from msgspec import Struct

__all__ = ["MAX_REDIRECTS", "Request", "Response", "Transport", "time_limit"]

MAX_REDIRECTS: Final = 3
_LEAST_BYTES_PER_S: Final = 1_000


class Request(Struct, frozen=True, kw_only=True):
    """An HTTP request. Its `repr` shows no headers and no body, which may contain secrets.

    Attributes:
        url: the whole URL.
        headers: with lowercase names.
        timeout_s: how long to wait for more data, in seconds; see also `time_limit`.
        max_bytes: the size limit of the response body.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    timeout_s: float
    max_bytes: int

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url.partition('?')[0]})"


def time_limit(request: Request, size: int) -> float:
    """Return how long some bytes of a request, or of its response, may take, in seconds.

    A response that never ends, one byte at a time, is none.
    """
    return request.timeout_s + size / _LEAST_BYTES_PER_S


class Response(Struct, frozen=True, kw_only=True):
    """The response to a request. Its `repr` shows no body, which may contain a token.

    Attributes:
        headers: with lowercase names.
    """

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


class Transport(Protocol):
    """Sends requests over the network.

    Only redirects of GET requests to the same origin are followed, up to `MAX_REDIRECTS` times:
    another origin would receive the token.
    """

    async def send(self, request: Request) -> Response:
        """Send a request and return the response, whatever its status.

        Raises:
            NotReachable: there is no response.
            RedirectRefused: the response is a redirect that is not followed.
            ResponseTooLarge: the response exceeds `max_bytes`.
        """
        ...
