"""Fields that this version does not know: found in stored records, and laid over others.

Other versions and other programs write them into records, and into the channels, members and
reactions inside. Beside a record, they travel with its key and nothing else of it:
`{"id": "r1", "color": "red", "channels": [{"id": "general", "muted": true}]}`.
"""

import functools
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct, defstruct

from roomkeep.errors import InvalidRecord
from roomkeep.models import Attachment, Channel, Message, Reaction, Room, RoomMember
from roomkeep.storage.schema import BYTES, SCHEMA
from roomkeep.storage.validation import check_json

Fields = dict[str, Any]

_LISTS: Final[Mapping[type[Struct], Mapping[str, type[Struct]]]] = {
    Message: {"reactions": Reaction},
    Room: {"channels": Channel, "members": RoomMember},
}
"""The fields that are lists of other records, and the types of their items."""

_PATHS: Final = {schema.record: schema.key_path for schema in SCHEMA.values()}
_KEYS: Final[Mapping[type[Struct], tuple[str, ...]]] = {
    Channel: ("id",),
    RoomMember: ("oderId",),
    **{kind: (path,) if isinstance(path, str) else path for kind, path in _PATHS.items()},
}
"""The stored names of the fields that tell records of a type apart."""

_KNOWN: Final[Mapping[type[Struct], frozenset[str]]] = {
    kind: frozenset(kind.__struct_encode_fields__)
    | ({BYTES} if kind is Attachment else frozenset())
    for kind in _KEYS
}


@functools.cache
def only_known(kind: type[Struct]) -> type[Struct]:
    """Return a type as which records decode that hold no unknown field, whatever else they hold.

    So many records can be looked through at once: most hold none.
    """
    lists = _LISTS.get(kind, {})
    types_ = {name: list[only_known(item)] for name, item in lists.items()}  # type: ignore[misc]
    fields = [(name, types_.get(name, object), None) for name in _KNOWN[kind]]
    return defstruct(kind.__name__, fields, forbid_unknown_fields=True)


def unknown_fields(stored: Mapping[str, Any], kind: type[Struct]) -> Fields | None:
    """Return the fields of a stored record of a type that are unknown, with its key.

    Returns:
        None where there are none, or where its key is not one that we read.
    """
    known = _KNOWN[kind]
    found: Fields = {}
    if not known.issuperset(stored):
        found = {name: value for name, value in stored.items() if name not in known}
    for name, item_kind in _LISTS.get(kind, {}).items():
        items = (unknown_fields(item, item_kind) for item in items_of(stored, name))
        if those := [item for item in items if item is not None]:
            found[name] = those
    if not found:
        return None
    key = {name: stored.get(name) for name in _KEYS[kind]}
    return key | found if all(isinstance(part, str) for part in key.values()) else None


def missing_fields(
    record: Mapping[str, Any], source: Mapping[str, Any], kind: type[Struct]
) -> Fields:
    """Return the unknown fields of `source` that a record lacks.

    Lists of the record whose items lack some come whole, with these.

    Args:
        record: a record of the type, or some of its fields, as they are stored.
        source: the same record as another has stored it, or its unknown fields.
        kind: the type.
    """
    known = _KNOWN[kind]
    found = {n: value for n, value in source.items() if n not in known and n not in record}
    for name, item_kind in _LISTS.get(kind, {}).items():
        sources = {_key(item, item_kind): item for item in items_of(source, name)}
        if sources and name in record:
            found[name] = [
                item | missing_fields(item, sources.get(_key(item, item_kind), {}), item_kind)
                for item in record[name]
            ]
    return found


def with_unknown_fields(record: Struct, unknown: Mapping[str, Any]) -> Fields:
    """Return a record as it is stored, with its unknown fields."""
    stored: Fields = msgspec.to_builtins(record)
    return stored | missing_fields(stored, unknown, type(record))


def items_of(record: Mapping[str, Any], name: str) -> list[Fields]:
    """Return the items of a list; others may have written anything in its place."""
    items = record.get(name)
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def check_unknown_fields(unknown: object, field: str) -> Fields:
    """Return unknown fields, checked to be JSON that can be kept.

    Raises:
        InvalidRecord: they are not; it names the field.
    """
    checked: Any = check_json(unknown, field)
    if not isinstance(checked, dict):
        raise InvalidRecord(f"must be a dict, not {type(checked).__name__}", field=field)
    return checked


def _key(item: Mapping[str, Any], kind: type[Struct]) -> tuple[str, ...]:
    return tuple(str(item.get(name)) for name in _KEYS[kind])
