"""The requests to the desktop's main process that are no operation on an account's data."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from msgspec import Struct

from roomkeep.models import Id
from roomkeep.storage.quota import Quota

Kind = Literal["command", "query"]
"""Whether a request writes or reads."""


class DeviceRequest(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The payload of a request that is no operation on an account's data.

    Attributes:
        kind: whether it writes or reads.
        of_account: whether it names an open account.
        result: the type of its result.
    """

    kind: ClassVar[Kind] = "query"
    of_account: ClassVar[bool] = False
    result: ClassVar[Any] = None


class OpenAccount(DeviceRequest, frozen=True, kw_only=True):
    """Open an account's database, and make it where there is none; None is nobody's."""

    kind = "command"
    result = int
    user_id: Id | None


class CloseAccount(DeviceRequest, frozen=True, kw_only=True):
    """Close an account; its handle cannot be used any more."""

    kind = "command"
    of_account = True


class DeleteAccount(DeviceRequest, frozen=True, kw_only=True):
    """Delete all data of an account; windows that have it open lose it."""

    kind = "command"
    user_id: Id


class GetAccountIds(DeviceRequest, frozen=True, kw_only=True):
    """Return the ids of the accounts that have a database."""

    result = list[str]


class SaveCurrentUserId(DeviceRequest, frozen=True, kw_only=True):
    """Remember who is signed in."""

    kind = "command"
    user_id: Id | None


class LoadCurrentUserId(DeviceRequest, frozen=True, kw_only=True):
    """Return who was signed in when the program last ran."""

    result = str | None


class ReachServers(DeviceRequest, frozen=True, kw_only=True):
    """Let the page send requests to these homeservers, and to no others, until it is left."""

    kind = "command"
    servers: tuple[str, ...]


class GetQuota(DeviceRequest, frozen=True, kw_only=True):
    """Return how much space the data take, and how much there is."""

    result = Quota


def name_of(request: type[DeviceRequest]) -> str:
    """Return a request's name on the wire, such as `"open-account"`."""
    return re.sub(r"(?<=.)(?=[A-Z])", "-", request.__name__).lower()


DEVICE_REQUESTS: Mapping[str, type[DeviceRequest]] = MappingProxyType(
    {name_of(request): request for request in DeviceRequest.__subclasses__()}
)
"""The requests that are no operation, by their names."""
