"""The types of the operations' arguments, and their check.

The page checks what a caller gives. The desktop's main process checks what the page sends. What
fails a check raises `InvalidRecord`, which names the argument or the field in it.
"""

import typing
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct, structs

from roomkeep.errors import InvalidRecord
from roomkeep.models import Id, Message, Record, Room, User
from roomkeep.storage.search.segments import Block, Place
from roomkeep.storage.unknown_fields import check_unknown_fields
from roomkeep.storage.validation import check_bounds, check_json, check_record, check_value

Check = Callable[[Any, str], object]
"""Returns an argument, given with its name, as it can be kept; raises `InvalidRecord` if not."""

Limit = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""How many records, or how many to pass over. IndexedDB counts in 32 bits."""

Ids = Sequence[Id]
"""Several ids."""

# The program itself has made these, so they are not checked.
Blocks = Annotated[Sequence[Block], "blocks"]
"""Blocks of the search index."""

Places = Annotated[Sequence[Place], "places"]
"""Where messages are."""

JsonValue = Annotated[object, "JSON"]
"""Any value that JSON can carry."""

Settings = Annotated[Mapping[str, object], "settings"]
"""Settings by their keys: any JSON values; None deletes one."""

UnknownFields = Annotated[Sequence[Mapping[str, object]], "unknown fields"]
"""Fields that this version does not know, each with the key of its record."""

Data = Annotated[object, "bytes"]
"""The bytes of a file: `bytes`, or a Blob in a browser; None for none."""


class Update(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """Fields of a record that are to change; those that stay are `UNSET`.

    Attributes:
        record: the record's type.
        keys: the names of the fields of its key, which cannot change.
    """

    record: ClassVar[type[Record]]
    keys: ClassVar[tuple[str, ...]]


def _update_of(record: type[Record], *keys: str) -> type[Update]:
    """Derive the update of a record from its fields."""
    fields = [
        (field.name, field.type | UnsetType, UNSET)
        for field in structs.fields(record)
        if field.name not in keys
    ]
    namespace = {"record": record, "keys": keys, "__doc__": f"Changes of a {record.__name__}."}
    return typing.cast(
        "type[Update]",
        defstruct(
            f"{record.__name__}Update", fields, bases=(Update,), namespace=namespace, kw_only=True
        ),
    )


if TYPE_CHECKING:
    # A caller gives a dict; `check_of` makes the struct.
    MessageUpdate = Any
    RoomUpdate = Any
    UserUpdate = Any
else:
    MessageUpdate = _update_of(Message, "id")
    RoomUpdate = _update_of(Room, "id")
    UserUpdate = _update_of(User, "oder_id")


def changed_fields(update: Update) -> dict[str, object]:
    """Return the fields that are to change, by their Python names."""
    values = ((name, getattr(update, name)) for name in update.__struct_fields__)
    return {name: value for name, value in values if value is not UNSET}


def check_of(kind: Any) -> Check:
    """Return what checks an argument to be of its declared type and not too long."""
    if isinstance(kind, type) and issubclass(kind, Record):
        return lambda value, name: check_record(value, kind, name)
    if isinstance(kind, type) and issubclass(kind, Update):
        return lambda value, name: _check_update(value, kind, name)
    if kind == Ids:
        return _check_ids
    if typing.get_origin(kind) is Sequence:
        (item,) = typing.get_args(kind)
        return lambda value, name: _check_records(value, item, name)
    if kind in _CHECKS:
        return _CHECKS[kind]
    return lambda value, name: check_value(value, kind, name)


def check_decoded(value: Any, kind: Any, name: str) -> Any:
    """Return an argument that was decoded as its declared type, checked not to be too long."""
    if kind in _CHECKS:
        return _CHECKS[kind](value, name)
    # Fields of a record are named as they are where the page checks it.
    check_bounds(value, kind, "" if isinstance(value, Record | Update) else name)
    return value


def check_size(size: int, data: object) -> None:
    """Check that an attachment's size is that of its data, where there are any."""
    actual = _data_size(data)
    if actual is not None and actual != size:
        raise InvalidRecord(f"is {size:,}, but the data are {actual:,} bytes", field="size")


def _data_size(data: Any) -> int | None:
    """Return how many bytes there are; None where none are given."""
    if data is None:
        return None
    if isinstance(data, bytes):
        return len(data)
    if hasattr(data, "arrayBuffer") and isinstance(getattr(data, "size", None), int):
        return int(data.size)
    msg = f"must be bytes or a browser's Blob, not a {type(data).__name__}"
    raise InvalidRecord(msg, field="data")


def _check_ids(value: object, name: str) -> tuple[str, ...]:
    ids = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
    checked: tuple[str, ...] = check_value(ids, tuple[Id, ...], name)
    return checked


def _check_records(value: object, kind: type[Record], name: str) -> list[Record]:
    if not isinstance(value, Sequence):
        raise InvalidRecord(f"must be a list, not {type(value).__name__}", field=name)
    return [
        check_record(record, kind, f"{name}[{index}]", prefix=f"{name}[{index}].")
        for index, record in enumerate(value)
    ]


def _check_settings(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise InvalidRecord(f"must be a dict, not {type(value).__name__}", field=name)
    return {
        check_value(key, Id, name): check_json(item, f"{name}[{key!r}]")
        for key, item in value.items()
    }


def _check_unknown_fields(value: object, name: str) -> list[dict[str, Any]]:
    if not isinstance(value, Sequence):
        raise InvalidRecord(f"must be a list, not {type(value).__name__}", field=name)
    return [check_unknown_fields(one, f"{name}[{index}]") for index, one in enumerate(value)]


def _check_update(value: object, kind: type[Update], name: str) -> Update:
    if isinstance(value, kind):
        return check_record(value, kind, name)
    if not isinstance(value, Mapping):
        raise InvalidRecord(f"must be a dict, not {type(value).__name__}", field=name)
    for field in value:
        if field in kind.keys:
            raise InvalidRecord("a record's key cannot change", field=field)
        if field not in kind.__struct_fields__:
            msg = f"a {kind.record.__name__} has no such field"
            raise InvalidRecord(msg, field=str(field))
    return check_record(kind(**value), kind, name)


# The rule checks data, once it knows what size they should have.
_CHECKS: dict[Any, Check] = {
    JsonValue: check_json,
    Settings: _check_settings,
    UnknownFields: _check_unknown_fields,
    Data: lambda value, _name: value,
    Blocks: lambda value, _name: value,
    Places: lambda value, _name: value,
}
