"""The errors of a homeserver, as one tree.

```
RoomkeepError
└── HomeserverError
    ├── BadAddress               the address is invalid, or not secure
    ├── NotReachable             no response
    ├── NotAHomeserver           the address belongs to something else
    ├── ServerTooOld             it does not support a required protocol version
    ├── RedirectRefused          it redirects to another origin
    ├── BadResponse              the response is malformed
    │   └── ResponseTooLarge     the response exceeds the size limit
    ├── OtherHomeserver          the account belongs to another homeserver
    ├── CreatedInPart            a room was created without all of its channels
    └── RequestRefused           the homeserver refused
        ├── BadCredentials       wrong name or password, or an expired login token
        ├── AccountDisabled      the account was deactivated, locked or suspended
        ├── UnknownToken         this device was signed out
        │   └── SoftSignedOut    this device must sign in again; its data stay valid
        ├── NoRight              missing permission
        │   ├── Banned           the user is banned from the room
        │   ├── InviteGone       the room is invite-only, without an invitation
        │   └── MustAsk          one has to ask to join the room
        ├── NotFound             no such room, event, file or user
        ├── RateLimited          too many requests: retry later
        ├── RequestTooLarge      the request is too large
        ├── NameTaken            the name is in use
        ├── RoomNotSupported     the server does not support the room's version
        ├── ServerFull           the server has reached a limit
        └── ServerFailed         an internal error of the server
```

No error contains a token, a password, or the body of a request.
"""

from typing import ClassVar

from roomkeep.errors import RoomkeepError

__all__ = [
    "AccountDisabled",
    "BadAddress",
    "BadCredentials",
    "BadResponse",
    "Banned",
    "CreatedInPart",
    "HomeserverError",
    "InviteGone",
    "MustAsk",
    "NameTaken",
    "NoRight",
    "NotAHomeserver",
    "NotFound",
    "NotReachable",
    "OtherHomeserver",
    "RateLimited",
    "RedirectRefused",
    "RequestRefused",
    "RequestTooLarge",
    "ResponseTooLarge",
    "RoomNotSupported",
    "ServerFailed",
    "ServerFull",
    "ServerTooOld",
    "SoftSignedOut",
    "UnknownToken",
]


class HomeserverError(RoomkeepError):
    """The root of all homeserver errors.

    Attributes:
        is_temporary: whether the same request may succeed later.
    """

    is_temporary: ClassVar[bool] = False


class BadAddress(HomeserverError, ValueError):
    """The address is invalid, or would use an unencrypted connection over a network."""


class NotReachable(HomeserverError):
    """No response: no network, unknown host, failed TLS, or a timeout."""

    is_temporary = True


class NotAHomeserver(HomeserverError):
    """The address responds, but not as a Matrix homeserver."""


class ServerTooOld(HomeserverError):
    """The homeserver does not support a required protocol version."""


class RedirectRefused(HomeserverError):
    """The homeserver redirects to another origin, or in circles."""


class BadResponse(HomeserverError):
    """The homeserver's response is malformed."""


class ResponseTooLarge(BadResponse):
    """The response exceeds the size limit; the rest was not read."""


class OtherHomeserver(HomeserverError):
    """The account belongs to another homeserver: any server can claim to have its user."""


class CreatedInPart(HomeserverError):
    """A room was created, but not all of its channels; `__cause__` says why.

    Attributes:
        room_id: the new room.
    """

    def __init__(self, room_id: str) -> None:
        super().__init__(f"the room {room_id} was made without all of its channels")
        self.room_id = room_id


class RequestRefused(HomeserverError):
    """The homeserver refused a request.

    Attributes:
        status: the HTTP status.
        code: Matrix's error code, such as `"M_FORBIDDEN"`.
        reason: the server's own message; untrusted text.
    """

    def __init__(self, status: int, code: str = "M_UNKNOWN", reason: str = "") -> None:
        super().__init__(f"the homeserver refused: {status} {code} {reason}".rstrip())
        self.status = status
        self.code = code
        self.reason = reason


class BadCredentials(RequestRefused):
    """The name or password is wrong, or the login token has expired."""


class AccountDisabled(RequestRefused):
    """The account was deactivated, locked or suspended."""


class UnknownToken(RequestRefused):
    """The token is no longer valid: this device was signed out."""


class SoftSignedOut(UnknownToken):
    """The token has expired, but the device still exists: sign in again to continue."""


class NoRight(RequestRefused):
    """The account lacks a permission."""


class Banned(NoRight):
    """The user is banned from the room.

    Attributes:
        ban_reason: the reason given for the ban; None if unknown.
    """

    def __init__(self, refused: RequestRefused, ban_reason: str | None = None) -> None:
        super().__init__(refused.status, refused.code, refused.reason)
        self.ban_reason = ban_reason


class InviteGone(NoRight):
    """The room is invite-only, and the user has no invitation (any more)."""


class MustAsk(NoRight):
    """The room is joined by those whose request was accepted: ask first."""


class NotFound(RequestRefused):
    """The room, event, file or user does not exist, or is not visible to the account."""


class RateLimited(RequestRefused):
    """Too many requests.

    Attributes:
        retry_after_ms: how long to wait, in ms; 0 if unknown.
    """

    is_temporary = True

    def __init__(
        self, status: int, code: str = "M_UNKNOWN", reason: str = "", *, retry_after_ms: int = 0
    ) -> None:
        super().__init__(status, code, reason)
        self.retry_after_ms = retry_after_ms


class RequestTooLarge(RequestRefused):
    """The request is larger than the server allows."""


class NameTaken(RequestRefused):
    """The name is in use by another room or account."""


class RoomNotSupported(RequestRefused):
    """The server does not support the room's version."""


class ServerFull(RequestRefused):
    """The server has reached a limit set by its administrator."""


class ServerFailed(RequestRefused):
    """An internal error of the server, or of a proxy in front of it."""

    is_temporary = True
