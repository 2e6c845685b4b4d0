"""The tables of an account's database, as the newest migration leaves them.

A column holds a field of a record under its Python name; where a column holds NULL, the record does
not have the field. `extra` keeps, as JSON, what a record holds that has no column or does not fit
its own: fields of other versions of the program. What is in a table beside the record comes after
it. Columns but the keys may be NULL, so that a record that others wrote is there, and is passed
over where it cannot be read, as in the browser.

`sort_id` is the id in a form that SQLite's own order of text puts into the order of the other
engines, see `sort_id` in `rows.py`.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    literal_column,
)
from sqlalchemy.types import TypeEngine

__all__ = [
    "CHANNEL",
    "PAGING_INDEXES",
    "STORES",
    "attachments",
    "bans",
    "messages",
    "meta",
    "metadata",
    "reactions",
    "room_channels",
    "room_members",
    "rooms",
    "users",
]

metadata = MetaData()

CHANNEL = literal_column("coalesce(channel_id, 'general')", Text())
"""A message's channel; one that names none is of the default channel. The index is on just this."""


def _columns(kind: type[TypeEngine[Any]], *names: str) -> list[Column[Any]]:
    return [Column(name, kind) for name in names]


messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    *_columns(Text, "room_id", "channel_id", "sender_id", "sender_name", "content"),
    *_columns(Integer, "timestamp", "edited_at"),
    Column("reply_to_id", Text),
    Column("is_deleted", Integer),
    Column("extra", Text),
    Column("sort_id", Text, nullable=False),
)
PAGING_INDEXES = {
    "roomId_timestamp": Index(
        "messages_by_room_and_time",
        messages.c.room_id,
        messages.c.timestamp,
        messages.c.sort_id,
    ),
    "roomId_channelId_timestamp": Index(
        "messages_by_channel_and_time",
        messages.c.room_id,
        CHANNEL,
        messages.c.timestamp,
        messages.c.sort_id,
        _table=messages,
    ),
}
"""What makes paging fast, by the names of the browser's indexes. Never needed to be right."""

reactions = Table(
    "reactions",
    metadata,
    Column("message_id", Text, nullable=False),
    Column("oder_id", Text, nullable=False),
    Column("emoji", Text, nullable=False),
    Column("timestamp", Integer),
    Column("extra", Text),
    # A message's reactions lie together. They may come before their message: no foreign key.
    PrimaryKeyConstraint("message_id", "oder_id", "emoji"),
    sqlite_with_rowid=False,
)

users = Table(
    "users",
    metadata,
    Column("oder_id", Text, primary_key=True, nullable=False),
    *_columns(Text, "username", "display_name", "avatar_url", "status"),
    Column("joined_at", Integer),
    *_columns(Text, "bio", "extra"),
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    *_columns(Text, "name", "topic", "icon", "host_id"),
    *_columns(Integer, "is_private", "created_at"),
    Column("extra", Text),
)

room_channels = Table(
    "room_channels",
    metadata,
    *_columns(Text, "id", "name", "type"),
    Column("position", Integer),
    Column("extra", Text),
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("room_id", "place"),
    sqlite_with_rowid=False,
)

room_members = Table(
    "room_members",
    metadata,
    *_columns(Text, "oder_id", "username", "display_name", "avatar_url", "role"),
    Column("joined_at", Integer),
    Column("extra", Text),
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("room_id", "place"),
    sqlite_with_rowid=False,
)

bans = Table(
    "bans",
    metadata,
    Column("oder_id", Text, primary_key=True, nullable=False),
    *_columns(Text, "room_id", "user_id", "banned_by", "display_name", "reason"),
    *_columns(Integer, "timestamp", "expires_at"),
    Column("extra", Text),
)
Index("bans_by_room", bans.c.room_id)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    *_columns(Text, "message_id", "filename"),
    Column("size", Integer),
    *_columns(Text, "mime", "uploader_id"),
    Column("created_at", Integer),
    Column("extra", Text),
    # The name of the file that holds the bytes; NULL where there are none.
    Column("data_hash", Text),
)
Index("attachments_by_message", attachments.c.message_id)
Index("attachments_by_hash", attachments.c.data_hash)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True, nullable=False),
    Column("value", Text),
)

STORES = {
    "messages": messages,
    "users": users,
    "rooms": rooms,
    "reactions": reactions,
    "bans": bans,
    "attachments": attachments,
    "meta": meta,
}
"""The tables that stand for the stores of the other engines, in their order."""
