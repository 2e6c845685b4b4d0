"""An operation: what one method of `DatabaseService` does, in one transaction."""

import functools
import inspect
import typing
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, Concatenate, Generic, Literal, ParamSpec, TypeVar

from msgspec import Meta

from roomkeep.errors import InvalidRecord
from roomkeep.models import Id, Record
from roomkeep.persistence import records
from roomkeep.persistence.transaction import Transaction

__all__ = ["Changes", "Ids", "Limit", "Operation", "reads", "writes"]

P = ParamSpec("P")
R = TypeVar("R")

Limit = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""How many records, or how many to pass over. IndexedDB counts in 32 bits."""

Ids = tuple[Id, ...]
"""Several ids, given as any sequence."""

Changes = dict[str, object]
"""Fields to change, by their Python names. They are checked against the stored record."""


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

    def bind(
        self, *args: P.args, **kwargs: P.kwargs
    ) -> Callable[[Transaction], Coroutine[Any, Any, R]]:
        """Check the arguments by their declared types; return what to run in the transaction.

        Raises:
            InvalidRecord: an argument cannot be kept; it names the field.
        """
        arguments = self._signature.bind(None, *args, **kwargs).arguments
        _, *names = self._signature.parameters
        checked = {
            name: _check(arguments[name], self._types[name], name)
            for name in names
            if name in arguments
        }
        return lambda tx: self.body(tx, **checked)  # type: ignore[call-arg]

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


def _check(value: Any, kind: Any, name: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Record):
        return records.check(value, kind, name)
    if typing.get_origin(kind) is Sequence:
        (item,) = typing.get_args(kind)
        if not isinstance(value, Sequence):
            raise InvalidRecord(f"must be a list, not {type(value).__name__}", field=name)
        return [
            records.check(record, item, f"{name}[{place}]", prefix=f"{name}[{place}].")
            for place, record in enumerate(value)
        ]
    if kind is object or kind == Changes:
        return value
    return records.check_value(value, kind, name)
