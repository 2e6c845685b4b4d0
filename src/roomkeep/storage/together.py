"""Several parts of a rule side by side, so that their requests are issued together."""

import contextlib
import types
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
async def together(a: Awaitable[A], b: Awaitable[B], /) -> tuple[A, B]: ...
@overload
async def together(a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], /) -> tuple[A, B, C]: ...
@overload
async def together(
    a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], d: Awaitable[D], /
) -> tuple[A, B, C, D]: ...
async def together(*parts: Awaitable[Any]) -> tuple[Any, ...]:
    """Run parts of a rule side by side, each up to the result that it waits for.

    In a browser each result that is waited for is a way to another process and back; this way the
    parts share it. They begin in their order. On engines that answer at once, each has ended when
    the next begins.

    Where a part raises, the others are closed, and its exception comes out. What they have asked
    for is carried out all the same: a rule that catches it must not have written in them.

    Returns:
        the results, in the order of the parts.
    """
    return await _side_by_side([part.__await__() for part in parts])


@types.coroutine
def _side_by_side(parts: list[Generator[Any, Any, Any]]) -> Generator[Any, Any, tuple[Any, ...]]:
    results: list[Any] = [None] * len(parts)
    waiting: deque[tuple[int, Any]] = deque()

    def advance(place: int, step: Callable[[Any], Any], value: Any) -> None:
        try:
            waiting.append((place, step(value)))
        except StopIteration as end:
            results[place] = end.value

    try:
        for place, part in enumerate(parts):
            advance(place, part.send, None)
        # Results come in the order in which they were asked for.
        while waiting:
            place, request = waiting.popleft()
            try:
                result = yield request
            except Exception as error:  # noqa: BLE001 it is the part's, to catch or to raise
                advance(place, parts[place].throw, error)
            else:
                advance(place, parts[place].send, result)
    except BaseException:
        with contextlib.ExitStack() as closing:
            for part in parts:
                closing.callback(part.close)
        raise
    return tuple(results)
