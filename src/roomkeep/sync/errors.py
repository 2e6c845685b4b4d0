"""What can go wrong with a homeserver, as one tree.

```
RoomkeepError
└── HomeserverError
    ├── BadAddress               what was given is no address that may be asked
    ├── NotReachable             no answer came
    ├── NotAHomeserver           what answers is no homeserver
    ├── ServerTooOld             it lacks a version of the protocol that is needed
    ├── RedirectRefused          it sends on to another origin
    ├── BadResponse              its answer cannot be understood
    │   └── ResponseTooLarge     its answer is larger than the limit
    ├── CreatedInPart            a room was made, and not all of its channels
    └── RequestRefused           it said no
        ├── BadCredentials       wrong name or password, or a login token that is spent
        ├── AccountDisabled      the account was deactivated, locked or suspended
        ├── UnknownToken         signed out: the token is not known any more
        │   └── SoftSignedOut    the same, but the device and its data stay: sign in again
        ├── NoRight              the account may not do that
        │   ├── Banned           it is banned from the room
        │   └── InviteGone       the invite was withdrawn, or there was none
        ├── NotFound             there is no such room, event, file or person
        ├── RateLimited          too much at once: wait, then try again
        ├── RequestTooLarge      what was sent is larger than the server takes
        ├── NameTaken            another room or account has that name
        ├── RoomNotSupported     the room's version is one that the server does not speak
        ├── ServerFull           the server takes no more people
        └── ServerFailed         it failed by itself
```

No error holds a token, a password, or what was sent.
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
    "NameTaken",
    "NoRight",
    "NotAHomeserver",
    "NotFound",
    "NotReachable",
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
    """The root of what can go wrong with a homeserver.

    Attributes:
        is_temporary: whether the same request may succeed later, with nothing changed.
    """

    is_temporary: ClassVar[bool] = False


class BadAddress(HomeserverError, ValueError):
    """What was given is no address of a homeserver, or one that may not be asked without TLS."""


class NotReachable(HomeserverError):
    """No answer came: no network, no such host, no TLS that holds, or not in time."""

    is_temporary = True


class NotAHomeserver(HomeserverError):
    """Something answers at the address, and it is no Matrix homeserver."""


class ServerTooOld(HomeserverError):
    """The homeserver lacks a version of the protocol that is needed."""


class RedirectRefused(HomeserverError):
    """The homeserver sends on to another origin, or in circles; nobody follows."""


class BadResponse(HomeserverError):
    """The homeserver's answer cannot be understood."""


class ResponseTooLarge(BadResponse):
    """The homeserver's answer is larger than the limit; the rest was not read."""


class CreatedInPart(HomeserverError):
    """A room was made on the server, and the error in `__cause__` kept some channels out.

    Attributes:
        room_id: the room that was made.
    """

    def __init__(self, room_id: str) -> None:
        super().__init__(f"the room {room_id} was made without all of its channels")
        self.room_id = room_id


class RequestRefused(HomeserverError):
    """The homeserver said no.

    Attributes:
        status: the HTTP status.
        code: Matrix's name of the error, such as `"M_FORBIDDEN"`.
        reason: what the server says of it, for people to read; it is text of a stranger.
    """

    def __init__(self, status: int, code: str = "M_UNKNOWN", reason: str = "") -> None:
        super().__init__(f"the homeserver refused: {status} {code} {reason}".rstrip())
        self.status = status
        self.code = code
        self.reason = reason


class BadCredentials(RequestRefused):
    """The name or password is wrong, or the login token is spent."""


class AccountDisabled(RequestRefused):
    """The account was deactivated, locked or suspended."""


class UnknownToken(RequestRefused):
    """The server does not know the token any more: this device was signed out."""


class SoftSignedOut(UnknownToken):
    """The token ended, and the device stays: whoever signs in again goes on with its data."""


class NoRight(RequestRefused):
    """The account may not do that."""


class Banned(NoRight):
    """The account is banned from the room.

    Attributes:
        ban_reason: why, as the one who banned it wrote; None where it is not known.
    """

    def __init__(self, refused: RequestRefused, ban_reason: str | None = None) -> None:
        super().__init__(refused.status, refused.code, refused.reason)
        self.ban_reason = ban_reason


class InviteGone(NoRight):
    """The room takes those who are invited only, and the invite was withdrawn or never was."""


class NotFound(RequestRefused):
    """There is no such room, event, file or person, or none that the account may see."""


class RateLimited(RequestRefused):
    """Too much at once.

    Attributes:
        retry_after_ms: how long the server asks to wait, in ms; 0 where it does not say.
    """

    is_temporary = True

    def __init__(
        self, status: int, code: str = "M_UNKNOWN", reason: str = "", *, retry_after_ms: int = 0
    ) -> None:
        super().__init__(status, code, reason)
        self.retry_after_ms = retry_after_ms


class RequestTooLarge(RequestRefused):
    """What was sent is larger than the server takes."""


class NameTaken(RequestRefused):
    """Another room or account has that name."""


class RoomNotSupported(RequestRefused):
    """The room has a version that the server, or this one's server, does not speak."""


class ServerFull(RequestRefused):
    """The server has reached a limit that its administrator set: it takes no more people."""


class ServerFailed(RequestRefused):
    """The server, or a proxy before it, failed by itself."""

    is_temporary = True
