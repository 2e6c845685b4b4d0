"""What all requests share: a name, a payload, a result."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from msgspec import Struct

__all__ = ["Request", "by_name", "name_of"]


class Request(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The payload of a request.

    Attributes:
        of_account: whether it is about an open account.
        result: the type of its result.
    """

    of_account: ClassVar[bool] = True
    result: ClassVar[Any] = None


def name_of(request: type[Request]) -> str:
    """Return a request's name, such as `"save-message"`."""
    return re.sub(r"(?<=.)(?=[A-Z])", "-", request.__name__).lower()


def by_name(kind: type[Request]) -> Mapping[str, type[Request]]:
    """Return the requests of a kind by their names."""
    return MappingProxyType({name_of(request): request for request in kind.__subclasses__()})
