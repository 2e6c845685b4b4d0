"""The homeservers that a window's page may reach."""

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from roomkeep.errors import InvalidRecord

__all__ = ["Origin", "read_origin"]

_PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """Where requests go: one server, at one port."""

    scheme: str
    host: str
    port: int


def read_origin(address: str) -> Origin:
    """Return the origin of a homeserver's address.

    Raises:
        InvalidRecord: it is none, or is asked unencrypted over a network.
    """
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise InvalidRecord("is not an address", field="servers") from None
    if scheme not in _PORTS or not host:
        raise InvalidRecord("is not the address of a homeserver", field="servers")
    if scheme == "http" and not _is_this_machine(host):
        raise InvalidRecord("is not asked over https", field="servers")
    return Origin(scheme, host, port or _PORTS[scheme])


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
