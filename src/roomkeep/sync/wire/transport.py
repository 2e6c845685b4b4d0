"""What the client of a homeserver asks of the network: one request, one answer."""

from collections.abc import Mapping
from typing import Final, Protocol

from msgspec import Struct

__all__ = ["MAX_REDIRECTS", "Request", "Response", "Transport"]

MAX_REDIRECTS: Final = 3


class Request(Struct, frozen=True, kw_only=True):
    """A request over HTTP. Its `repr` shows neither headers nor body, which hold secrets.

    Attributes:
        url: the whole URL.
        headers: names in lower case.
        timeout_s: how long to wait for the next bytes, in seconds.
        max_bytes: the most bytes of the answer's body.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    timeout_s: float
    max_bytes: int

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url.partition('?')[0]})"


class Response(Struct, frozen=True, kw_only=True):
    """The answer to a request. Its `repr` shows no body, which may hold a token.

    Attributes:
        headers: names in lower case.
    """

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


class Transport(Protocol):
    """Sends requests over the network.

    A redirect is followed to the same origin only, `MAX_REDIRECTS` times at most, and only where
    the method is GET: what goes elsewhere would take the token along.
    """

    async def send(self, request: Request) -> Response:
        """Send a request and return the answer, whatever its status is.

        Raises:
            NotReachable: no answer came.
            RedirectRefused: the answer sends on to somewhere that is not followed.
            ResponseTooLarge: the answer is larger than the request allows.
        """
        ...
