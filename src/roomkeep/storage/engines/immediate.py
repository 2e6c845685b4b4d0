"""The driver for engines that answer at once: SQLite."""

from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Done(Generic[T]):
    """A result that is there already; awaiting it does not wait."""

    __slots__ = ("_result",)

    def __init__(self, result: T) -> None:
        self._result = result

    def __await__(self) -> Generator[None, None, T]:
        """Return the result at once."""
        yield from ()
        return self._result


def run_through(body: Coroutine[Any, Any, T]) -> T:
    """Run the body of a transaction to its end, and return its result.

    Raises:
        TypeError: it awaits something else than the transaction's own requests.
    """
    try:
        awaited = body.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    body.close()
    msg = (
        "only the transaction's own requests may be awaited inside it, "
        f"not {type(awaited).__name__!r}"
    )
    raise TypeError(msg)
