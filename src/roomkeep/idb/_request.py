"""The only thing that may be awaited inside a transaction."""

from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

from roomkeep.idb._errors import error_from
from roomkeep.idb._platform import JsException

__all__ = ["Request", "issue"]

T = TypeVar("T")


class Request(Generic[T]):
    """A request of one transaction, already issued. Awaiting it gives its result.

    Requests that need not wait for each other are issued first and awaited after. One that is never
    awaited is carried out all the same; should it fail, the whole transaction is undone.
    """

    __slots__ = ("_convert", "js_request", "owner")

    def __init__(self, owner: object, js_request: Any, convert: Callable[[Any], T]) -> None:
        self.owner = owner
        self.js_request = js_request
        self._convert = convert

    def __await__(self) -> "Generator[Request[T], Any, T]":
        """Hand the request to the transaction's driver, which resumes with the raw result."""
        return self._convert((yield self))


def issue(method: Callable[..., Any], *arguments: Any) -> Any:
    """Call a method of IndexedDB's; its exceptions come out as Roomkeep's errors."""
    try:
        return method(*arguments)
    except JsException as error:
        raise error_from(error) from error
