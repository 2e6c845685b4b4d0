"""The only thing that may be awaited inside a transaction."""

from collections.abc import Callable, Generator
from typing import Any, Generic, Self, TypeVar

from indexeddb._platform import DOMException, JsException
from indexeddb.errors import error_from

T = TypeVar("T")


class Request(Generic[T]):
    """A request of one transaction, already issued. Awaiting it gives its result.

    Requests that need not wait for each other are issued first and awaited after. One that is never
    awaited is carried out all the same; should it fail, the whole transaction is undone.

    Attributes:
        owner: the transaction.
        id: the number that the kernel gave it.
    """

    __slots__ = ("_convert", "_result", "id", "owner")

    def __init__(self, owner: object, id: int, convert: Callable[[Any], T]) -> None:  # noqa: A002
        self.owner = owner
        self.id = id
        self._convert: Callable[[Any], T] | None = convert
        self._result: Any = None

    @classmethod
    def answered(cls, result: T) -> Self:
        """Make a request whose result is known already."""
        request = cls(None, 0, lambda _value: result)
        request._convert, request._result = None, result
        return request

    def __await__(self) -> "Generator[Request[T], Any, T]":
        """Hand the request to the transaction's driver, which resumes with the raw result."""
        convert = self._convert
        if convert is not None:
            self._convert = None
            try:
                self._result = convert((yield self))
            except Exception as error:
                self._result = error
                raise
        if isinstance(self._result, Exception):
            raise self._result
        result: T = self._result
        return result


def issue(method: Callable[..., Any], *arguments: Any) -> Any:
    """Call a method of the browser's or the kernel's; its exceptions come out as our errors."""
    try:
        return method(*arguments)
    except (JsException, DOMException) as error:
        raise error_from(error) from error
