"""Records as they are stored."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct, structs


def encode(record: object) -> str:
    """Encode a checked record as JSON."""
    return msgspec.json.encode(record).decode()


def stored_fields(record: Struct, names: Iterable[str]) -> dict[str, Any]:
    """Return some fields of a record as they are stored, under their stored names."""
    stored = {field.name: field.encode_name for field in structs.fields(record)}
    return {stored[name]: msgspec.to_builtins(getattr(record, name)) for name in names}
