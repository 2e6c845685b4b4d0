"""Records as they are stored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct


def encode(record: object) -> str:
    """Encode a checked record as JSON."""
    return msgspec.json.encode(record).decode()


def stored_fields(record: Struct, names: Iterable[str]) -> dict[str, Any]:
    """Return some fields of a record as they are stored, under their stored names."""
    stored = _stored_names(type(record))
    return {stored[name]: msgspec.to_builtins(getattr(record, name)) for name in names}


def keep_unknown_fields(
    items: Sequence[Mapping[str, Any]], stored: object, kind: type[Struct], key: str
) -> list[dict[str, Any]]:
    """Lay the items of a list over the stored ones with the same key.

    Fields of the stored items that this version does not know stay in them.

    Args:
        items: the new items, as they are stored.
        stored: what is stored in place of them; anything, since others may have written it.
        kind: the type of the items.
        key: the field that tells them apart.
    """
    known = _stored_names(kind)
    key = known[key]
    unknown: dict[object, dict[str, Any]] = {}
    for item in stored if isinstance(stored, list) else ():
        if isinstance(item, dict) and isinstance(item.get(key), str):
            unknown[item[key]] = {name: item[name] for name in item.keys() - known.values()}
    return [{**unknown.get(item[key], {}), **item} for item in items]


def _stored_names(kind: type[Struct]) -> dict[str, str]:
    """Return the stored names of a type's fields, by their Python names."""
    # Not by `structs.fields`, which looks at all annotations: that costs more than a transaction.
    return dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
