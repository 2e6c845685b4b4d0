"""The fields of a JSON object that no rule of an importer knows."""

import functools

import msgspec
from msgspec import Struct, structs

__all__ = ["unknown_fields"]

_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])


def unknown_fields(data: bytes, kind: type[Struct]) -> list[str]:
    """Return the names of those fields of an object that its type does not have."""
    try:
        fields = _objects.decode(data)
    except UnicodeDecodeError:
        # A decoder passes over the names of fields that it does not know, even those that are none.
        fields = _objects.decode(data.decode("utf-8", "replace"))
    return [name for name in fields if name not in _known(kind)]


@functools.cache
def _known(kind: type[Struct]) -> frozenset[str]:
    return frozenset(field.encode_name for field in structs.fields(kind))
