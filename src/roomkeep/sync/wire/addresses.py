"""The addresses of homeservers, rooms, people and media."""

import re
from ipaddress import ip_address
from urllib.parse import parse_qs, quote, unquote, urlsplit

from roomkeep.sync.errors import BadAddress

__all__ = [
    "check_base_url",
    "localpart",
    "media_parts",
    "origin",
    "path",
    "room_and_servers",
    "server_of",
]

_MAX_LENGTH = 1_024
_LINK = re.compile(r"(?:https?://)?matrix\.to/#/([^/?]+)[^?]*(?:\?(.*))?", re.IGNORECASE)
_URI = re.compile(r"matrix:(r|roomid)/([^/?]+)[^?]*(?:\?(.*))?", re.IGNORECASE)
_MEDIA = re.compile(r"mxc://([^/?#\s]{1,255})/([A-Za-z0-9_=.~-]{1,255})")


def check_base_url(text: str) -> str:
    """Return the normalized URL of a homeserver, without a trailing slash.

    The default scheme is `https`, on loopback `http`.

    Raises:
        BadAddress: it is invalid, or would send tokens over a network unencrypted.
    """
    text = text.strip()
    if "://" not in text:
        text = f"{'http' if _is_loopback(_split(f'https://{text}')[1]) else 'https'}://{text}"
    scheme, host, port, rest = _split(text)
    if scheme not in ("https", "http"):
        raise BadAddress("the address of a homeserver begins with https://")
    if scheme == "http" and not _is_loopback(host):
        raise BadAddress("a homeserver is asked over https; http is for this machine only")
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{'' if port is None else f':{port}'}{rest.rstrip('/')}"


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL; the port defaults to the scheme's.

    Raises:
        BadAddress: it is not a URL.
    """
    scheme, host, port, _ = _split(url)
    return scheme, host, port or {"https": 443, "http": 80}.get(scheme)


def path(*parts: str) -> str:
    """Return the parts of a path, each percent-encoded and with a slash before it.

    Raises:
        BadAddress: a part would change the path, or cannot be encoded.
    """
    if any(part in ("", ".", "..") for part in parts):
        raise BadAddress("an id is empty, or leads to another path")
    try:
        return "".join(f"/{quote(part, safe='')}" for part in parts)
    except UnicodeEncodeError:
        raise BadAddress("an id has half of a surrogate pair in it") from None


def media_parts(address: str) -> tuple[str, str]:
    """Return the server and the id in an `mxc://` address.

    Raises:
        BadAddress: it is invalid.
    """
    found = _MEDIA.fullmatch(address)
    if found is None or found[2] in (".", ".."):
        raise BadAddress("this is no address of a file on a homeserver")
    return found[1], found[2]


def room_and_servers(address: str) -> tuple[str, tuple[str, ...]]:
    """Return the room's ID or alias in an address, and the servers that the address says know it.

    The address may be a link to a room, such as `https://matrix.to/#/#club:example.org`, or a
    `matrix:` URI; any other is returned as it is.
    """
    if (found := _LINK.fullmatch(address)) is not None:
        name = unquote(found[1])
    elif (found := _URI.fullmatch(address)) is not None:
        name = {"r": "#", "roomid": "!"}[found[1].lower()] + unquote(found[2])
    else:
        return address, ()
    return name, tuple(parse_qs(found.groups()[-1] or "").get("via", ()))


def localpart(user_id: str) -> str:
    """Return the part of a user ID before the colon."""
    return user_id.removeprefix("@").partition(":")[0] or user_id


def server_of(name: str) -> str:
    """Return the server name in an ID; `""` if there is none."""
    return name.partition(":")[2]


def _split(url: str) -> tuple[str, str, int | None, str]:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise BadAddress("this is no address of a homeserver") from None
    wrong = not host or parts.username is not None or parts.password is not None
    wrong = wrong or len(url) > _MAX_LENGTH or any(sign <= " " or sign == "\\" for sign in url)
    if wrong:
        raise BadAddress("this is no address of a homeserver")
    return parts.scheme.lower(), host, port, parts.path


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
