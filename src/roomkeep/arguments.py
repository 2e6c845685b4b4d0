"""What the operations of the storage are given, and how that is checked.

The page checks what a caller gives. The desktop's main process checks what the page sends.
"""

import typing
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct, structs

from roomkeep import records
from roomkeep.errors import InvalidRecord
from roomkeep.models import Id, Message, Record, Room, User

__all__ = [
    "Changes",
    "Ids",
    "JsonValue",
    "Limit",
    "MessageChanges",
    "RoomChanges",
    "UserChanges",
    "check_argument",
    "check_size",
    "data_size",
    "given",
    "merge",
]

Limit = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""How many records, or how many to pass over. IndexedDB counts in 32 bits."""

Ids = tuple[Id, ...]
"""Several ids, given as any sequence."""

JsonValue = Annotated[object, "JSON"]
"""Any value that JSON can carry."""


class Changes(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """Fields of a record that are to change; those that are not given are `UNSET`.

    Attributes:
        record: the record's type.
        keys: the names of its key's fields, which cannot change.
    """

    record: ClassVar[type[Record]]
    keys: ClassVar[tuple[str, ...]]


def _changes_of(record: type[Record], *keys: str) -> type[Changes]:
    """Derive the changes of a record from its fields."""
    fields = [
        (field.name, field.type | UnsetType, UNSET)
        for field in structs.fields(record)
        if field.name not in keys
    ]
    namespace = {"record": record, "keys": keys, "__doc__": f"Changes of a {record.__name__}."}
    return typing.cast(
        "type[Changes]",
        defstruct(
            f"{record.__name__}Changes", fields, bases=(Changes,), namespace=namespace, kw_only=True
        ),
    )


if TYPE_CHECKING:
    # A caller gives them as a dict; `check_argument` makes the struct.
    MessageChanges = Any
    RoomChanges = Any
    UserChanges = Any
else:
    MessageChanges = _changes_of(Message, "id")
    RoomChanges = _changes_of(Room, "id")
    UserChanges = _changes_of(User, "oder_id")


def check_argument(value: Any, kind: Any, name: str) -> Any:
    """Return an argument, made sure to be of its declared kind.

    Raises:
        InvalidRecord: it is not; it names the argument, or the field in it.
    """
    if isinstance(kind, type) and issubclass(kind, Record):
        return records.check(value, kind, name)
    if isinstance(kind, type) and issubclass(kind, Changes):
        return _check_changes(value, kind, name)
    if typing.get_origin(kind) is Sequence:
        (item,) = typing.get_args(kind)
        if not isinstance(value, Sequence):
            raise InvalidRecord(f"must be a list, not {type(value).__name__}", field=name)
        records.check_number(value, name)
        return [
            records.check(record, item, f"{name}[{place}]", prefix=f"{name}[{place}].")
            for place, record in enumerate(value)
        ]
    if kind == JsonValue:
        return records.check_json(value, name)
    if kind is object:
        return value
    if kind == Ids and isinstance(value, Sequence) and not isinstance(value, str):
        value = tuple(value)
    return records.check_value(value, kind, name)


def given(changes: Changes) -> dict[str, object]:
    """Return the fields that are to change, by their Python names."""
    values = ((name, getattr(changes, name)) for name in changes.__struct_fields__)
    return {name: value for name, value in values if value is not UNSET}


def merge(record: records.R, changes: Changes) -> records.R:
    """Return the record with changes laid over it.

    Raises:
        InvalidRecord: what comes out cannot be kept.
    """
    return records.check(structs.replace(record, **given(changes)), type(record), "record")


def data_size(data: Any) -> int | None:
    """Return how many bytes these are, of bytes or of a browser's Blob; None for no data.

    Raises:
        InvalidRecord: it is neither.
    """
    if data is None:
        return None
    if isinstance(data, bytes):
        return len(data)
    if hasattr(data, "arrayBuffer") and isinstance(getattr(data, "size", None), int):
        return int(data.size)
    msg = f"must be bytes, or a Blob of the browser's, not a {type(data).__name__}"
    raise InvalidRecord(msg, field="data")


def check_size(size: int, data: object) -> None:
    """Make sure that an attachment's size is that of its data, where there are any.

    Raises:
        InvalidRecord: it is not, or the data are none that can be kept.
    """
    actual = data_size(data)
    if actual is not None and actual != size:
        raise InvalidRecord(f"is {size:,}, but the data are {actual:,} bytes", field="size")


def _check_changes(value: object, kind: type[Changes], name: str) -> Changes:
    if isinstance(value, kind):
        return records.check(value, kind, name)
    if not isinstance(value, Mapping):
        raise InvalidRecord(f"must be a dict, not {type(value).__name__}", field=name)
    for field in value:
        if field in kind.keys:
            raise InvalidRecord("a record's key cannot change", field=field)
        if field not in kind.__struct_fields__:
            msg = f"a {kind.record.__name__} has no such field"
            raise InvalidRecord(msg, field=str(field))
    return records.check(kind(**value), kind, name)
