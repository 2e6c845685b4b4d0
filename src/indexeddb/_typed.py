"""Stores whose records are of a Python type."""

import dataclasses
import sys
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar

from indexeddb._class_type import ClassType, is_typed_dict
from indexeddb._cursor import Cursor
from indexeddb._record_type import RecordType, Unfit
from indexeddb._request import Request
from indexeddb._source import Query, Source
from indexeddb._store import Index, Store
from indexeddb._text import decode
from indexeddb.errors import InvalidValue, UsageError
from indexeddb.keys import Direction, Key, KeyRange, extract_key

T = TypeVar("T")
KeyPath = str | list[str] | None


_known: dict[Any, RecordType[Any]] = {}


def record_type(kind: Any) -> RecordType[Any]:
    """Return how values of a class are made of records, and records of them.

    Raises:
        UsageError: it is no dataclass, no msgspec Struct and no TypedDict, or a field of it has a
            type that cannot be stored.
    """
    if kind not in _known:
        _known[kind] = _record_type(kind)
    return _known[kind]


def _record_type(kind: Any) -> RecordType[Any]:
    if isinstance(kind, type):
        # Who has a Struct has msgspec. Nobody else needs it.
        msgspec = sys.modules.get("msgspec")
        if msgspec is not None and issubclass(kind, msgspec.Struct):
            from indexeddb._struct_type import StructType

            return StructType(kind)
        if dataclasses.is_dataclass(kind) or is_typed_dict(kind):
            return ClassType(kind)
    msg = f"{kind!r} is not a dataclass, a msgspec Struct or a TypedDict"
    raise UsageError(msg)


def asked_key(index: str | None, query: object) -> Any:
    """Return the primary key that a request asked for; None where it asked for something else.

    The query is given as it crosses.
    """
    parts: Any = decode(query) if index is None and isinstance(query, str) else ()
    return parts[0] if len(parts) == 1 else None


def name_record(unfit: Unfit, store: str, key_path: KeyPath, key: Any = None) -> InvalidValue:
    """Return the error to raise where a record does not fit its type.

    It has the record's key, if that is known or found by the key path.
    """
    if key is None and key_path is not None and isinstance(unfit.record, dict):
        path = key_path if isinstance(key_path, str) else tuple(key_path)
        key = extract_key(unfit.record, path)
    if key is None:
        return unfit.of(f"{store}: found[{unfit.position}]")
    return unfit.of(f"{store}[{key!r}]")


def decoder(kind: RecordType[Any], method: str) -> Callable[[Any], Any] | None:
    """Return what makes values of the records that a method of the kernel's gives, if it does."""
    return {"get": kind.decode, "getAll": kind.decode_all}.get(method)


class TypedSource(Source, Generic[T]):
    """What typed stores and indexes have in common."""

    _type: RecordType[T]
    _place: Store

    # These take no `convert`: the type says how.

    def get(self, query: Key | KeyRange) -> Request[T | None]:  # type: ignore[override]
        """Ask for the first record with this key or in this range; None when there is none.

        Awaiting it raises InvalidValue where the record does not fit the type.
        """
        return super().get(query)

    def get_all(  # type: ignore[override]
        self, query: Query = None, *, count: int | None = None, direction: Direction = "next"
    ) -> Request[list[T]]:
        """Ask for the records of a range, from its start or (`"prev"`) its end.

        Awaiting it raises InvalidValue where a record does not fit the type.
        """
        return super().get_all(query, count=count, direction=direction)

    def cursor(self, query: Query = None, *, direction: Direction = "next") -> "TypedCursor[T]":
        """Walk the records of a range one by one: `async for cursor in store.cursor(): ...`."""
        cursor: TypedCursor[T] = self._open(TypedCursor, "openCursor", query, direction)
        return cursor.of(self._type, self._store)

    def _ask(self, lane: int, convert: Callable[[Any], Any], method: str, *given: Any) -> Any:
        convert_typed = decoder(self._type, method)
        if convert_typed is None:
            return super()._ask(lane, convert, method, *given)

        def named(crossed: Any) -> Any:
            try:
                return convert_typed(crossed)
            except Unfit as unfit:
                key = asked_key(self._index, given[0])
                raise name_record(unfit, self._store, self._place.key_path, key) from unfit

        return super()._ask(lane, named, method, *given)


class TypedStore(TypedSource[T], Store):
    """An object store inside a transaction, whose records are of a type."""

    def __init__(self, store: Store, kind: type[T]) -> None:
        vars(self).update(vars(store))
        self._type = record_type(kind)
        self._place = self

    def index(self, name: str) -> "TypedIndex[T]":
        """Return one of the store's indexes.

        Raises:
            NotFound: the store has no such index.
        """
        return TypedIndex(super().index(name), self, self._type)

    def put(self, value: T, key: Key | None = None) -> Request[Any]:  # type: ignore[override]
        """Write a record in place of the one with its key, if any. The result is the key.

        Raises:
            InvalidKey: what is given or found as the key is not a key.
            InvalidValue: the value does not fit the type, or cannot be stored.
        """
        return super().put(value, key)

    def add(self, value: T, key: Key | None = None) -> Request[Any]:  # type: ignore[override]
        """Write a new record. The result is its key.

        Awaiting it raises ConstraintViolated when the key is taken.

        Raises:
            InvalidKey: what is given or found as the key is not a key.
            InvalidValue: the value does not fit the type, or cannot be stored.
        """
        return super().add(value, key)

    def _write(self, method: str, value: Any, key: Key | None) -> Request[Any]:
        return super()._write(method, self._type.to_record(value), key)


class TypedIndex(TypedSource[T], Index):
    """An index whose records are of a type."""

    def __init__(self, index: Index, store: Store, kind: RecordType[T]) -> None:
        vars(self).update(vars(index))
        self._type = kind
        self._place = store


class TypedCursor(Cursor, Generic[T]):
    """A position in a range of records of a type."""

    _type: RecordType[T]
    _store: str

    def of(self, kind: RecordType[T], store: str) -> Self:
        """Have the records be of a type."""
        self._type, self._store = kind, store
        return self

    @property
    def value(self) -> T:
        """The record.

        Raises:
            InvalidValue: it does not fit the type.
        """
        record = super().value
        try:
            return self._type.from_record(record)
        except Unfit as unfit:
            raise name_record(unfit, self._store, None, self.primary_key) from unfit

    def update(self, value: T) -> Request[Any]:  # type: ignore[override]
        """Write this record anew; its key must stay.

        Raises:
            InvalidValue: the value does not fit the type, or cannot be stored.
        """
        return super().update(self._type.to_record(value))
