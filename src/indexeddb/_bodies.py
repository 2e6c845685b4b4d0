"""Named bodies: functions that are a transaction each, and part of another where one is given."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from indexeddb._database import Database
from indexeddb._transaction import Body, Durability, Transaction

P = ParamSpec("P")
T = TypeVar("T")
_Run = Callable[[Database, Body[Any]], Coroutine[Any, Any, Any]]


class Decorator(Protocol):
    """Makes a function that takes a database or a transaction of a body that takes the latter."""

    def __call__(
        self, body: Callable[Concatenate[Transaction, P], Coroutine[Any, Any, T]], /
    ) -> Callable[Concatenate[Database | Transaction, P], Coroutine[Any, Any, T]]:
        """Make the function."""
        ...


def reads(*stores: str) -> Decorator:
    """Make a function of a body that reads these stores.

    The body takes a transaction and what else it likes. The function takes a database, and runs the
    body in a transaction of its own; or it takes a transaction, and is part of that one.

    Raises:
        TypeError: the stores are not named.
    """
    return _decorator(stores, lambda database, body: database.read(stores, body))


def writes(*stores: str, durability: Durability = "relaxed") -> Decorator:
    """Make a function of a body that may change these stores: see `reads`.

    Args:
        stores: the names of the stores that the body uses.
        durability: how safe the write is when a transaction of its own has completed.

    Raises:
        TypeError: the stores are not named.
    """
    return _decorator(
        stores, lambda database, body: database.write(stores, body, durability=durability)
    )


def _decorator(stores: tuple[str, ...], run: _Run) -> Decorator:
    if not stores or not all(isinstance(name, str) for name in stores):
        msg = 'name the stores that the body uses, as in @writes("notes")'
        raise TypeError(msg)

    def decorate(
        body: Callable[Concatenate[Transaction, P], Coroutine[Any, Any, T]],
    ) -> Callable[Concatenate[Database | Transaction, P], Coroutine[Any, Any, T]]:
        @functools.wraps(body)
        async def call(on: Database | Transaction, /, *args: P.args, **kwargs: P.kwargs) -> T:
            if isinstance(on, Transaction):
                return await body(on, *args, **kwargs)
            _check_database(on, body.__name__)
            result: T = await run(on, lambda tx: body(tx, *args, **kwargs))
            return result

        return call

    return decorate


def _check_database(given: object, name: str) -> None:
    if not isinstance(given, Database):
        msg = f"{name} takes a database or a transaction first, not {given!r}"
        raise TypeError(msg)
