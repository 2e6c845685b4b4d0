"""Discovery, signing in and out, and profiles."""

import re
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import Raw, Struct

from roomkeep.sync.errors import (
    BadAddress,
    BadCredentials,
    BadResponse,
    NoRight,
    NotAHomeserver,
    NotFound,
    RequestRefused,
    ServerTooOld,
)
from roomkeep.sync.wire.addresses import check_base_url, path
from roomkeep.sync.wire.call import Wire, decode_answer
from roomkeep.sync.wire.transport import Request, Transport
from roomkeep.sync.wire.types import Login, LoginFlow, Profile, Skipped, WhoAmI

__all__ = [
    "check_version",
    "discover",
    "get_login_flows",
    "get_profile",
    "log_in_with_password",
    "log_in_with_token",
    "log_out",
    "set_avatar",
    "set_display_name",
    "single_sign_on_url",
    "who_am_i",
]

OLDEST: Final = (1, 11)
"""The first version with authenticated media."""

_V3: Final = "/_matrix/client/v3"
_SMALL: Final = 65_536
_USER_ID: Final = re.compile(r"@[^:\s]*:[^@/\s]+")
_TIMEOUT_S: Final = 15


async def discover(transport: Transport, address: str) -> Wire:
    """Find the homeserver of an address, check its version, and return it, signed out.

    The address is a server name, as in user IDs, such as `example.org`, or the homeserver's URL.

    Raises:
        BadAddress: the address, or the homeserver it names, is invalid or not secure.
        NotReachable: there is no response.
        NotAHomeserver: the address belongs to something else.
        ServerTooOld: it does not support a required protocol version.
    """
    typed = check_base_url(address)
    named = await _well_known(transport, typed)
    if named is not None and typed.startswith("https:") and not named.startswith("https:"):
        # A server on the network must not redirect requests to this machine.
        raise BadAddress(f"{typed} names a homeserver that is not asked over https")
    wire = Wire(transport, named or typed)
    await check_version(wire)
    return wire


class _Versions(Struct, frozen=True):
    versions: list[Any]


async def check_version(wire: Wire) -> None:
    """Check that this is a homeserver with a supported protocol version.

    Raises:
        NotAHomeserver: it is something else.
        ServerTooOld: it does not support a required protocol version.
    """
    try:
        said = await wire.ask(
            _Versions,
            "GET",
            "/_matrix/client/versions",
            max_bytes=_SMALL,
            timeout_s=_TIMEOUT_S,
        )
    except (BadResponse, NotFound, NoRight) as error:
        raise NotAHomeserver(f"at {wire.base_url} there is no homeserver") from error
    numbers = [_version(text) for text in said.versions if isinstance(text, str)]
    if not any(number >= OLDEST for number in numbers):
        needed = ".".join(map(str, OLDEST))
        raise ServerTooOld(f"the homeserver at {wire.base_url} is older than Matrix {needed}")


class _Flows(Struct, frozen=True):
    flows: list[Raw]


async def get_login_flows(wire: Wire) -> tuple[LoginFlow, ...]:
    """Return the supported ways to sign in, without malformed ones."""
    said = await wire.ask(_Flows, "GET", f"{_V3}/login", max_bytes=_SMALL)
    return Skipped().keep(said.flows, LoginFlow, max_bytes=_SMALL)


def single_sign_on_url(wire: Wire, return_to: str, provider: str | None = None) -> str:
    """Return the URL of the homeserver's page for single sign-on.

    The page redirects to `return_to` with `loginToken` in the query: see `log_in_with_token`.
    """
    way = "" if provider is None else path(provider)
    query = urlencode({"redirectUrl": return_to})
    return f"{wire.base_url}{_V3}/login/sso/redirect{way}?{query}"


async def log_in_with_password(
    wire: Wire, user: str, password: str, *, device_name: str, device_id: str | None = None
) -> Login:
    """Sign in with a user name, or a full user ID, and a password.

    Args:
        wire: the homeserver.
        user: the user name or ID.
        password: sent, never stored.
        device_name: how the user's other devices show this one.
        device_id: the device to continue as, after `SoftSignedOut`; None for a new one.

    Raises:
        BadCredentials: the name or password is wrong.
        AccountDisabled: the account was deactivated.
    """
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
    }
    return await _log_in(wire, body, device_name, device_id)


async def log_in_with_token(
    wire: Wire, token: str, *, device_name: str, device_id: str | None = None
) -> Login:
    """Sign in with a token from single sign-on.

    Raises:
        BadCredentials: the token is invalid or has expired.
    """
    return await _log_in(wire, {"type": "m.login.token", "token": token}, device_name, device_id)


async def who_am_i(wire: Wire) -> WhoAmI:
    """Return the owner of the token."""
    return await wire.ask(WhoAmI, "GET", f"{_V3}/account/whoami", max_bytes=_SMALL)


async def log_out(wire: Wire) -> None:
    """Delete this device on the server, and its token."""
    await wire.ask(dict, "POST", f"{_V3}/logout", {})


async def get_profile(wire: Wire, user_id: str) -> Profile:
    """Return a person's profile."""
    return await wire.ask(Profile, "GET", f"{_V3}/profile{path(user_id)}", max_bytes=_SMALL)


async def set_display_name(wire: Wire, user_id: str, name: str) -> None:
    """Set the user's own display name."""
    body = {"displayname": name}
    await wire.ask(dict, "PUT", f"{_V3}/profile{path(user_id)}/displayname", body)


async def set_avatar(wire: Wire, user_id: str, media: str) -> None:
    """Set the user's own avatar to an `mxc://` address; `""` removes it."""
    await wire.ask(dict, "PUT", f"{_V3}/profile{path(user_id)}/avatar_url", {"avatar_url": media})


async def _log_in(
    wire: Wire, body: dict[str, Any], device_name: str, device_id: str | None
) -> Login:
    body = {**body, "initial_device_display_name": device_name}
    if device_id is not None:
        body["device_id"] = device_id
    # The server would check a token first.
    nobody = wire.signed_in(None)
    try:
        said = await nobody.ask(Login, "POST", f"{_V3}/login", body, max_bytes=_SMALL)
    except RequestRefused as error:
        if error.code in ("M_FORBIDDEN", "M_UNKNOWN_TOKEN"):
            raise BadCredentials(error.status, error.code, error.reason) from None
        raise
    # Reject an invalid token now, not at its first use.
    wire.signed_in(said.access_token)
    if not _USER_ID.fullmatch(said.user_id):
        raise BadResponse("the homeserver gave a user ID that is none")
    asked = body.get("identifier", {}).get("user", "")
    if asked.startswith("@") and said.user_id.lower() != asked.lower():
        raise BadResponse("the homeserver signed in somebody else")
    return said


class _Named(Struct, frozen=True):
    base_url: str


class _WellKnown(Struct, frozen=True, rename={"homeserver": "m.homeserver"}):
    homeserver: _Named


async def _well_known(transport: Transport, typed: str) -> str | None:
    """Return the homeserver in the address's .well-known file; None without one."""
    scheme, _, rest = typed.partition("://")
    url = f"{scheme}://{rest.partition('/')[0]}/.well-known/matrix/client"
    answer = await transport.send(
        Request(method="GET", url=url, timeout_s=_TIMEOUT_S, max_bytes=_SMALL)
    )
    if answer.status != 200:  # noqa: PLR2004 - HTTP's OK.
        return None

    try:
        said = decode_answer(answer.body, _WellKnown)
    except BadResponse:
        # Some servers return an HTML page for every path.
        return None
    return check_base_url(said.homeserver.base_url)


def _version(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"v(\d{1,4})\.(\d{1,4})", text, re.ASCII)
    return (int(found[1]), int(found[2])) if found else (0, 0)
