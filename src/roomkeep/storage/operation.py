"""An operation: what one method of `DatabaseService` does, in one transaction."""

import functools
import inspect
import types
import typing
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeVar

import msgspec
from msgspec import Struct, defstruct

from roomkeep.storage.arguments import (
    Check,
    Data,
    JsonValue,
    Settings,
    UnknownFields,
    check_decoded,
    check_of,
)
from roomkeep.storage.schema import SEARCH_SCHEMA
from roomkeep.storage.transaction import Blob, Transaction
from roomkeep.storage.validation import decode_json

P = ParamSpec("P")
R = TypeVar("R")

Rule = Callable[Concatenate[Transaction, P], Coroutine[Any, Any, R]]

_operations: dict[str, "Operation[..., Any]"] = {}

OPERATIONS: Mapping[str, "Operation[..., Any]"] = types.MappingProxyType(_operations)
"""Every operation, by the name that it has on the wire, such as `"save-message"`."""


class Operation(Generic[P, R]):
    """A rule of the storage, with the stores that it touches.

    Attributes:
        name: the rule's name on the wire, such as `"save-message"`.
        mode: whether it reads or writes.
        stores: the names of the stores that its transaction uses.
        body: the rule itself.
        is_exclusive: nothing may be written while it reads, because it looks at bytes that are
            stored beside the database.
        is_of_index: it runs on the account's search index, which is a database of its own.
    """

    def __init__(
        self,
        mode: Literal["read", "write"],
        stores: tuple[str, ...],
        body: Rule[P, R],
        *,
        is_exclusive: bool = False,
    ) -> None:
        self.name = body.__name__.replace("_", "-")
        self.mode = mode
        self.stores = stores
        self.body = body
        self.is_exclusive = is_exclusive
        self.is_of_index = stores[0] in SEARCH_SCHEMA
        functools.update_wrapper(self, body)
        _operations[self.name] = self

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
        arguments: dict[str, Any] = {**dict(zip(self._checks, args, strict=False)), **kwargs}
        is_whole = self._required <= arguments.keys() <= self._checks.keys()
        if not is_whole or len(arguments) != len(args) + len(kwargs):
            # It raises, and says why. To bind all arguments takes longer than to check them.
            self._signature.bind(*args, **kwargs)
        return {name: self._checks[name](value, name) for name, value in arguments.items()}

    def encode(self, arguments: Mapping[str, Any]) -> bytes:
        """Encode checked arguments as the payload of a request: JSON."""
        return msgspec.json.encode(self._payload(**arguments))

    def decode(self, payload: bytes | msgspec.Raw) -> dict[str, Any]:
        """Decode and check the payload of a request; return the arguments by their names.

        Raises:
            InvalidRecord: it is not a payload of this operation, or cannot be kept.
        """
        decoded = decode_json(payload, self._payload)
        return {
            name: check_decoded(getattr(decoded, name), kind, name)
            for name, kind in self.parameters.items()
        }

    @functools.cached_property
    def parameters(self) -> dict[str, Any]:
        """The declared types of the arguments, by name."""
        types_ = typing.get_type_hints(self.body, include_extras=True)
        return {name: types_[name] for name in self._signature.parameters}

    @functools.cached_property
    def _checks(self) -> dict[str, Check]:
        return {name: check_of(kind) for name, kind in self.parameters.items()}

    @functools.cached_property
    def result(self) -> Any:
        """The type of the result, as it is on the wire: of a `Blob`, its bytes."""
        declared = typing.get_type_hints(self.body, include_extras=True)["return"]
        return bytes | None if declared == Blob | None else declared

    @functools.cached_property
    def _signature(self) -> inspect.Signature:
        """The signature of the rule, but for the transaction."""
        signature = inspect.signature(self.body)
        _, *parameters = signature.parameters.values()
        return signature.replace(parameters=parameters)

    @functools.cached_property
    def _required(self) -> frozenset[str]:
        parameters = self._signature.parameters.values()
        return frozenset(one.name for one in parameters if one.default is one.empty)

    @functools.cached_property
    def _payload(self) -> type[Struct]:
        defaults = {
            name: parameter.default
            for name, parameter in self._signature.parameters.items()
            if parameter.default is not parameter.empty
        }
        fields = [
            (name, _wire_type(kind), *([defaults[name]] if name in defaults else []))
            for name, kind in self.parameters.items()
        ]
        return defstruct(
            self.body.__name__,
            fields,
            kw_only=True,
            rename="camel",
            forbid_unknown_fields=True,
        )


def _wire_type(kind: Any) -> Any:
    """Return the type that an argument has as JSON."""
    if kind == Data:
        return bytes | None
    if kind in (JsonValue, Settings):
        return Any if kind == JsonValue else dict[str, Any]
    if kind == UnknownFields:
        return list[dict[str, Any]]
    if typing.get_origin(kind) is Sequence:
        return list[typing.get_args(kind)[0]]  # type: ignore[misc]
    return kind


def reads(*stores: str, exclusive: bool = False) -> Callable[[Rule[P, R]], Operation[P, R]]:
    """Make a rule an operation that reads these stores.

    Args:
        stores: the names of the stores.
        exclusive: it looks at bytes that are stored beside the records.
    """
    return lambda body: Operation("read", stores, body, is_exclusive=exclusive)


def writes(*stores: str) -> Callable[[Rule[P, R]], Operation[P, R]]:
    """Make a rule an operation that may change these stores."""
    return lambda body: Operation("write", stores, body)
