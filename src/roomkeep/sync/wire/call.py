"""Sending a request to a homeserver: URL, token, limits and errors."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from roomkeep.json_depth import is_deep, prune
from roomkeep.sync.errors import (
    AccountDisabled,
    BadResponse,
    NameTaken,
    NoRight,
    NotFound,
    RateLimited,
    RequestRefused,
    RequestTooLarge,
    RoomNotSupported,
    ServerFailed,
    ServerFull,
    SoftSignedOut,
    UnknownToken,
)
from roomkeep.sync.wire.addresses import check_base_url
from roomkeep.sync.wire.transport import Request, Response, Transport

__all__ = ["JSON_BYTES", "Wire", "decode", "decode_answer"]

T = TypeVar("T")

JSON_BYTES: Final = 4 * 1024 * 1024
"""The default limit for a response."""
_TIMEOUT_S: Final = 30
_MAX_WAIT_MS: Final = 60 * 60 * 1000
_MAX_REASON: Final = 300
_MAX_TOKEN: Final = 8_192

_KINDS: Final[Mapping[str, type[RequestRefused]]] = {
    "M_FORBIDDEN": NoRight,
    "M_GUEST_ACCESS_FORBIDDEN": NoRight,
    "M_USER_DEACTIVATED": AccountDisabled,
    "M_USER_LOCKED": AccountDisabled,
    "M_USER_SUSPENDED": AccountDisabled,
    "M_NOT_FOUND": NotFound,
    "M_TOO_LARGE": RequestTooLarge,
    "M_ROOM_IN_USE": NameTaken,
    "M_USER_IN_USE": NameTaken,
    "M_INCOMPATIBLE_ROOM_VERSION": RoomNotSupported,
    "M_UNSUPPORTED_ROOM_VERSION": RoomNotSupported,
    "M_RESOURCE_LIMIT_EXCEEDED": ServerFull,
    "M_MISSING_TOKEN": UnknownToken,
}


class Wire:
    """A homeserver, and the token to use. Its `repr` shows no token."""

    def __init__(self, transport: Transport, base_url: str, token: str | None = None) -> None:
        """Create a client; sends nothing.

        Args:
            transport: sends the requests.
            base_url: the homeserver's URL; see `account.discover`.
            token: the account's access token; None if signed out.

        Raises:
            BadAddress: the URL is invalid or not secure.
        """
        self.base_url: Final = check_base_url(base_url)
        self._transport = transport
        self._token = None if token is None else _check_token(token)

    def __repr__(self) -> str:
        return f"Wire({self.base_url!r}, {'signed out' if self._token is None else 'signed in'})"

    def signed_in(self, token: str | None) -> "Wire":
        """Return the same homeserver with another token, or without one."""
        return Wire(self._transport, self.base_url, token)

    async def ask(
        self,
        kind: type[T],
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, str | int | bool | None] | None = None,
        *,
        max_bytes: int = JSON_BYTES,
        timeout_s: float = _TIMEOUT_S,
    ) -> T:
        """Send a JSON request and return the decoded response.

        Args:
            kind: the type of the response body.
            method: the HTTP method.
            path: the percent-encoded path, from `/_matrix` on.
            body: the request body, to be encoded as JSON; None for none.
            query: the query parameters; those with None are left out.
            max_bytes: the size limit of the response.
            timeout_s: how long to wait for the next bytes.

        Raises:
            HomeserverError: a subclass for each failure.
        """
        data = None if body is None else msgspec.json.encode(body)
        answer = await self.send(
            method,
            path,
            data,
            query,
            content_type="application/json",
            max_bytes=max_bytes,
            timeout_s=timeout_s,
        )
        return decode_answer(answer.body, kind)

    async def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        query: Mapping[str, str | int | bool | None] | None = None,
        *,
        content_type: str,
        max_bytes: int,
        timeout_s: float = _TIMEOUT_S,
    ) -> Response:
        """Send a request and return the response, unless the server refused it."""
        headers = {"accept": "*/*"}
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["content-type"] = content_type
        url = f"{self.base_url}{path}{_query(query)}"
        answer = await self._transport.send(
            Request(
                method=method,
                url=url,
                headers=headers,
                body=body,
                timeout_s=timeout_s,
                max_bytes=max_bytes,
            )
        )
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's successes.
            raise _refusal(answer)
        return answer


def decode_answer(body: bytes, kind: type[T]) -> T:
    """Decode a response body; values nested too deeply become `null`.

    Raises:
        BadResponse: it does not have that type.
    """
    return decode(prune(body) if is_deep(body) else body, kind)


def decode(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode a part of a response that `decode_answer` has decoded.

    Raises:
        BadResponse: it does not have that type.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        # Drop the original error: its text may quote the response.
        raise BadResponse(f"the answer is not understood ({type(error).__name__})") from None


class _Refusal(Struct, frozen=True, rename=None):
    errcode: Any = None
    error: Any = None
    soft_logout: Any = None
    retry_after_ms: Any = None


def _refusal(answer: Response) -> RequestRefused:
    """Return the error for a response, ignoring malformed fields."""
    try:
        said = decode_answer(answer.body, _Refusal)
    except BadResponse:
        said = _Refusal()
    status = answer.status
    code = said.errcode[:_MAX_REASON] if isinstance(said.errcode, str) else "M_UNKNOWN"
    reason = said.error[:_MAX_REASON] if isinstance(said.error, str) else ""
    if status == 429 or code == "M_LIMIT_EXCEEDED":  # noqa: PLR2004 - Too Many Requests.
        wait = _wait_ms(said.retry_after_ms, answer.headers.get("retry-after"))
        return RateLimited(status, code, reason, retry_after_ms=wait)
    if code == "M_UNKNOWN_TOKEN":
        kind = SoftSignedOut if said.soft_logout is True else UnknownToken
        return kind(status, code, reason)
    if status >= 500:  # noqa: PLR2004 - HTTP's failures.
        return ServerFailed(status, code, reason)
    fallback = {403: NoRight, 404: NotFound, 413: RequestTooLarge}.get(status, RequestRefused)
    return _KINDS.get(code, fallback)(status, code, reason)


def _wait_ms(said: object, header: str | None) -> int:
    if isinstance(said, int | float) and not isinstance(said, bool) and said >= 0:
        return int(min(said, _MAX_WAIT_MS))
    if header is not None and header.isascii() and header.isdecimal():
        return min(int(header[:9]) * 1000, _MAX_WAIT_MS)
    return 0


def _query(parts: Mapping[str, str | int | bool | None] | None) -> str:
    texts = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (parts or {}).items()
        if value is not None
    }
    return f"?{urlencode(texts)}" if texts else ""


def _check_token(token: str) -> str:
    """Return a token, checked to be safe in a header."""
    if not 0 < len(token) <= _MAX_TOKEN or not all("!" <= sign <= "~" for sign in token):
        raise BadResponse("the token that the homeserver gave cannot be used")
    return token
