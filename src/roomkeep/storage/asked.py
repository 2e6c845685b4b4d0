"""What a rule asks for, whether or not it comes to read it."""

from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Asked(Generic[T]):
    """The answer to a request, once it has been worked upon; it may be left unread.

    A rule that ends early, by an exception or because its call was cancelled, leaves some of what
    it has asked for unread. Python warns of a coroutine that nobody awaited, but not of this.

    Args:
        work: gives the coroutine that reads the answer.
    """

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._work = work

    def __await__(self) -> Generator[Any, Any, T]:
        """Wait for the answer, and work upon it."""
        return self._work().__await__()
