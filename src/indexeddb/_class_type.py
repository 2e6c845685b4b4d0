"""Records as dataclasses and TypedDicts."""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal, TypeVar, Union

from indexeddb._blob import Blob
from indexeddb._convert import (
    Convert,
    convert_choice,
    convert_dict,
    convert_fields,
    convert_inner,
    convert_optional,
    convert_scalar,
    convert_tuple,
    convert_union,
    expect,
    title,
    unchanged,
)
from indexeddb._record_type import RecordType, Unfit
from indexeddb._text import name_of
from indexeddb.errors import InvalidValue, UsageError

T = TypeVar("T")
_SCALARS: Final = (bool, int, float, str, bytes, datetime, Blob, types.NoneType)
_LISTS: Final[dict[Any, Callable[[list[Any]], Any]]] = {
    list: list,
    Sequence: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
}
_DICTS: Final = (dict, Mapping)


class ClassType(RecordType[T]):
    """A dataclass or a TypedDict."""

    def __init__(self, kind: type[T]) -> None:
        super().__init__(kind)
        self._make = _Compiler(makes_values=True).convert_class(kind)
        self._check = _Compiler(makes_values=False).convert_class(kind)

    def from_record(self, record: Any) -> T:
        """Make a value of a stored record, or raise `Unfit`."""
        made: T = self._make(record)
        return made

    def to_record(self, value: T) -> Any:
        """Make a record of a value.

        Raises:
            InvalidValue: it does not fit the type.
        """
        if not isinstance(value, dict if is_typed_dict(self.kind) else self.kind):
            msg = f"a {self.kind.__name__} is expected, not {name_of(value)}"
            raise InvalidValue(msg)
        try:
            record = _to_record(value)
            self._check(record)
        except Unfit as unfit:
            raise unfit.of("") from unfit
        except RecursionError:
            msg = "the value is nested too deep to be stored"
            raise InvalidValue(msg) from None
        return record


def is_typed_dict(kind: type) -> bool:
    """Return whether a class is a TypedDict: `typing`'s, or that of `typing_extensions`."""
    return issubclass(kind, dict) and hasattr(kind, "__required_keys__")


def _to_record(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: _to_record(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {name: _to_record(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_to_record(item) for item in value]
    return value.value if isinstance(value, Enum) else value


class _Compiler:
    """Makes functions that convert stored values to annotated types, or raise `Unfit`.

    Args:
        makes_values: make dataclasses. Otherwise the functions only check.
    """

    def __init__(self, *, makes_values: bool) -> None:
        self._makes_values = makes_values
        self._classes: dict[type, Convert] = {}

    def convert_class(self, kind: type) -> Convert:
        if kind not in self._classes:
            self._classes[kind] = unchanged  # while its fields are looked at, which may refer to it
            try:
                hints = typing.get_type_hints(kind, include_extras=True)
            except (NameError, TypeError) as error:
                msg = f"the annotations of {kind.__name__} cannot be resolved: {error}"
                raise UsageError(msg) from error
            required = _required_fields(kind, hints)
            fields = {
                name: self._convert(hint, f"{kind.__name__}.{name}")
                for name, hint in hints.items()
                if name in required
            }
            self._classes[kind] = convert_fields(
                fields, {name for name in fields if required[name]}, self._finish(kind)
            )
        # Looked up when it is called: by then, a class that refers to itself is in its place.
        return lambda value: self._classes[kind](value)  # noqa: PLW0108

    def _finish(self, kind: type) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
        """Return what makes the value, given the stored fields and the converted ones."""
        if is_typed_dict(kind):
            return lambda stored, converted: {**stored, **converted}
        if not self._makes_values:
            return lambda _stored, converted: converted
        taken = {field.name for field in dataclasses.fields(kind) if field.init}

        def make(_stored: dict[str, Any], converted: dict[str, Any]) -> Any:
            try:
                return kind(**{name: converted[name] for name in converted if name in taken})
            except (TypeError, ValueError) as error:  # of its `__post_init__`
                raise Unfit(str(error)) from error

        return make

    def _convert(self, hint: Any, place: str) -> Convert:
        hint = _bare(hint)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if hint is Any or hint is object:
            return unchanged
        if origin is Union or origin is types.UnionType:
            members = [self._convert(one, place) for one in arguments if one is not types.NoneType]
            convert = members[0] if len(members) == 1 else convert_union(members, hint)
            return convert_optional(convert) if types.NoneType in arguments else convert
        if origin is Literal:
            return convert_choice({(type(one), one): one for one in arguments}, hint)
        outer = origin or hint
        if outer in _LISTS:
            return self._convert_list(outer, arguments, place)
        if outer in _DICTS and (not arguments or _bare(arguments[0]) is str):
            return convert_dict(self._convert(arguments[1], place) if arguments else unchanged)
        return self._convert_plain(hint, place)

    def _convert_plain(self, hint: Any, place: str) -> Convert:
        if isinstance(hint, type):
            if dataclasses.is_dataclass(hint) or is_typed_dict(hint):
                return self.convert_class(hint)
            if issubclass(hint, Enum):
                values = {(type(one.value), one.value): one for one in hint}
                return convert_choice(values, hint)
            if hint in _SCALARS:
                return convert_scalar(hint)
        msg = f"{place}: a record cannot hold {title(hint)}"
        raise UsageError(msg)

    def _convert_list(self, outer: Any, arguments: tuple[Any, ...], place: str) -> Convert:
        make = _LISTS[outer] if self._makes_values else list
        if outer is tuple and arguments and arguments[-1] is not Ellipsis:
            return convert_tuple([self._convert(one, place) for one in arguments], make)
        item = self._convert(arguments[0], place) if arguments else unchanged

        def convert(value: Any) -> Any:
            return make([convert_inner(item, n, one) for n, one in enumerate(expect(value, list))])

        return convert


def _bare(hint: Any) -> Any:
    """Return an annotation without what says nothing of the value."""
    while True:
        if typing.get_origin(hint) in _QUALIFIERS:
            hint = typing.get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):  # a NewType
            hint = hint.__supertype__
        elif hasattr(hint, "__value__"):  # `type Name = ...`
            hint = hint.__value__
        else:
            return types.NoneType if hint is None else hint


_QUALIFIERS: Final = [
    getattr(typing, name)
    for name in ("Annotated", "Final", "NotRequired", "ReadOnly", "Required")
    if hasattr(typing, name)
]


def _required_fields(kind: type, hints: dict[str, Any]) -> dict[str, bool]:
    """Return the names of the fields, and whether a record must have them."""
    if not is_typed_dict(kind):
        missing = dataclasses.MISSING
        return {
            field.name: field.init and field.default is missing and field.default_factory is missing
            for field in dataclasses.fields(kind)
        }
    required: frozenset[str] = kind.__required_keys__  # type: ignore[attr-defined]
    # Annotations that are strings hide a NotRequired from the class itself.
    said = {typing.Required: True, typing.NotRequired: False}
    return {
        name: said.get(typing.get_origin(hint), name in required) for name, hint in hints.items()
    }
