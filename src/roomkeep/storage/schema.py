"""The stores of both databases of an account, their keys and indexes, and the names of databases.

The account's own database has schema version 2; the search index has a version of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote

from msgspec import Struct

from indexeddb.keys import Key, extract_key
from roomkeep.models import (
    DEFAULT_CHANNEL_ID,
    Attachment,
    Ban,
    Message,
    Reaction,
    Room,
    User,
)
from roomkeep.storage.search.segments import Block, Segment

VERSION = 2
LEGACY_DATABASE = "roomkeep"
ANONYMOUS_DATABASE = "roomkeep-anonymous"
ACCOUNT_PREFIX = "roomkeep::"

SEARCH_VERSION = 4
"""The version of the search index; one of another version is thrown away and built anew."""
_SEARCH_PREFIX = "roomkeep-search:"

BY_ROOM_AND_TIME = "roomId_timestamp"
BY_CHANNEL_AND_TIME = "roomId_channelId_timestamp"

BYTES = "data"
"""Where IndexedDB keeps the bytes of an attachment, in its record."""

KeyPath = str | tuple[str, ...]


class MetaRecord(Struct, frozen=True, kw_only=True):
    """A key of the meta store, and its value."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class StoreSchema:
    """A store of the database.

    Attributes:
        record: the type of its records.
        key_path: where a record carries its key.
        indexes: the key path of each index, by the index's name.
        defaults: what an index takes for a field that a record does not have.
    """

    record: type[Struct]
    key_path: KeyPath
    indexes: Mapping[str, KeyPath] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)

    def key_of(self, record: Mapping[str, Any]) -> Key | None:
        """Return the key of a stored record; None where it has none."""
        return extract_key(record, self.key_path)

    def index_key_of(self, record: Mapping[str, Any], index: str) -> Key | None:
        """Return the key of a stored record in an index; None where the index leaves it out."""
        return extract_key({**self.defaults, **record}, self.indexes[index])


SCHEMA: Mapping[str, StoreSchema] = MappingProxyType(
    {
        "messages": StoreSchema(
            Message,
            "id",
            {
                "roomId": "roomId",
                # These two make paging fast. An older client's database may lack them.
                BY_ROOM_AND_TIME: ("roomId", "timestamp"),
                BY_CHANNEL_AND_TIME: ("roomId", "channelId", "timestamp"),
            },
            {"channelId": DEFAULT_CHANNEL_ID},
        ),
        "users": StoreSchema(User, "oderId"),
        "rooms": StoreSchema(Room, "id"),
        "reactions": StoreSchema(
            Reaction, ("oderId", "emoji", "messageId"), {"messageId": "messageId"}
        ),
        "bans": StoreSchema(Ban, "oderId", {"roomId": "roomId"}),
        "attachments": StoreSchema(Attachment, "id", {"messageId": "messageId"}),
        "meta": StoreSchema(MetaRecord, "key"),
    }
)

SEARCH_SCHEMA: Mapping[str, StoreSchema] = MappingProxyType(
    {
        "segments": StoreSchema(Segment, "id"),
        # Those with one name of all segments are read together.
        "blocks": StoreSchema(Block, ("name", "segment"), {"segment": "segment"}),
    }
)
"""The stores of the search index, which is a database of its own beside the account's."""

STORES: Mapping[str, StoreSchema] = MappingProxyType({**SCHEMA, **SEARCH_SCHEMA})
"""Every store, of either database."""


def database_name(user_id: str | None) -> str:
    """Return the name of an account's own database; None stands for nobody."""
    return ANONYMOUS_DATABASE if user_id is None else ACCOUNT_PREFIX + quote(user_id, safe="")


def search_database_name(name: str) -> str:
    """Return the name of the database with the search index of another."""
    return _SEARCH_PREFIX + name.removeprefix("roomkeep")


def account_of(name: str) -> str | None:
    """Return the account whose own database has this name; None where it is no account's."""
    if not name.startswith(ACCOUNT_PREFIX):
        return None
    return unquote(name.removeprefix(ACCOUNT_PREFIX))
