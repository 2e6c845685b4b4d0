"""An operation: what one method of `DatabaseService` does, in one transaction."""

import functools
import inspect
import typing
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeVar

from roomkeep.arguments import check_argument
from roomkeep.persistence.transaction import Transaction

__all__ = ["Operation", "reads", "writes"]

P = ParamSpec("P")
R = TypeVar("R")


class Operation(Generic[P, R]):
    """A store's rule, with the stores it touches.

    Attributes:
        name: the rule's name.
        mode: whether it reads or writes.
        stores: the names of the stores that its transaction uses.
        body: the rule itself.
    """

    def __init__(
        self,
        mode: Literal["read", "write"],
        stores: tuple[str, ...],
        body: Callable[Concatenate[Transaction, P], Coroutine[Any, Any, R]],
    ) -> None:
        self.name = body.__name__
        self.mode = mode
        self.stores = stores
        self.body = body
        functools.update_wrapper(self, body)

    def __call__(
        self, tx: Transaction, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, R]:
        """Run as a part of another operation's transaction, on checked arguments."""
        return self.body(tx, *args, **kwargs)

    def check(self, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        """Check the arguments by their declared types; return them by their names.

        Raises:
            InvalidRecord: an argument cannot be kept; it names the field.
        """
        arguments = self._signature.bind(None, *args, **kwargs).arguments
        _, *names = self._signature.parameters
        return {
            name: check_argument(arguments[name], self._types[name], name)
            for name in names
            if name in arguments
        }

    @functools.cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.body)

    @functools.cached_property
    def _types(self) -> dict[str, Any]:
        return typing.get_type_hints(self.body, include_extras=True)


Rule = Callable[Concatenate[Transaction, P], Coroutine[Any, Any, R]]


def reads(*stores: str) -> Callable[[Rule[P, R]], Operation[P, R]]:
    """Make a rule an operation that reads these stores."""
    return lambda body: Operation("read", stores, body)


def writes(*stores: str) -> Callable[[Rule[P, R]], Operation[P, R]]:
    """Make a rule an operation that may change these stores."""
    return lambda body: Operation("write", stores, body)
