"""Schema version 2: the stores, their keys and their indexes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote, unquote

from roomkeep.errors import StorageError

__all__ = [
    "BY_CHANNEL_AND_TIME",
    "BY_ROOM_AND_TIME",
    "LEGACY_DATABASE",
    "SCHEMA",
    "VERSION",
    "StoreSchema",
    "account_of",
    "check_stores",
    "database_name",
]

VERSION = 2
LEGACY_DATABASE = "roomkeep"
ANONYMOUS_DATABASE = "roomkeep-anonymous"
ACCOUNT_PREFIX = "roomkeep::"

BY_ROOM_AND_TIME = "roomId_timestamp"
BY_CHANNEL_AND_TIME = "roomId_channelId_timestamp"

KeyPath = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreSchema:
    """A store: where its records carry their key, and its indexes by name."""

    key_path: KeyPath
    indexes: Mapping[str, KeyPath] = field(default_factory=dict)


SCHEMA: Mapping[str, StoreSchema] = MappingProxyType(
    {
        "messages": StoreSchema(
            "id",
            {
                "roomId": "roomId",
                # These two make paging fast. An older client's database may lack them.
                BY_ROOM_AND_TIME: ("roomId", "timestamp"),
                BY_CHANNEL_AND_TIME: ("roomId", "channelId", "timestamp"),
            },
        ),
        "users": StoreSchema("oderId"),
        "rooms": StoreSchema("id"),
        "reactions": StoreSchema(("oderId", "emoji", "messageId"), {"messageId": "messageId"}),
        "bans": StoreSchema("oderId", {"roomId": "roomId"}),
        "attachments": StoreSchema("id", {"messageId": "messageId"}),
        "meta": StoreSchema("key"),
    }
)


def check_stores(name: str, present: list[str]) -> None:
    """Make sure that an open database has every store.

    Raises:
        StorageError: one is missing, so the database is not ours or is damaged. It is not taken for
            a browser without storage: memory would hide what there is.
    """
    missing = sorted(set(SCHEMA) - set(present))
    if missing:
        msg = f"the database {name!r} lacks the stores {', '.join(missing)}"
        raise StorageError(msg)


def database_name(user_id: str | None) -> str:
    """Return the name of an account's own database; None is nobody."""
    return ANONYMOUS_DATABASE if user_id is None else ACCOUNT_PREFIX + quote(user_id, safe="")


def account_of(name: str) -> str | None:
    """Return the account whose own database has this name; None where it is nobody's."""
    if not name.startswith(ACCOUNT_PREFIX):
        return None
    return unquote(name.removeprefix(ACCOUNT_PREFIX))
