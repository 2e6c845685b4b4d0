"""Records as they are stored."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")


def encode(record: object) -> str:
    """Encode a checked record as JSON."""
    return msgspec.json.encode(record).decode()


def stored_fields(record: Struct, names: Iterable[str]) -> dict[str, Any]:
    """Return some fields of a record as they are stored, under their stored names."""
    return stored_values(type(record), {name: getattr(record, name) for name in names})


def stored_values(kind: type[Struct], values: Mapping[str, object]) -> dict[str, Any]:
    """Return values of a type's fields as they are stored, under their stored names."""
    stored = _stored_names(kind)
    return {stored[name]: msgspec.to_builtins(value) for name, value in values.items()}


def convert_value(value: object, kind: type[T]) -> T | None:
    """Return a stored value as a type; None where it is not one, such as of another version."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


def _stored_names(kind: type[Struct]) -> dict[str, str]:
    """Return the stored names of a type's fields, by their Python names."""
    # Not by `structs.fields`, which looks at all annotations: that costs more than a transaction.
    return dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
