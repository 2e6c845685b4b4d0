"""The tables of an account's database, as the newest migration leaves them.

A column holds a field of a record under its Python name; where a column holds NULL, the record does
not have the field. `extra` keeps, as JSON, what a record holds that has no column or does not fit
its own: fields of other versions of the program. What is in a table beside the record comes after
it. Columns but the keys may be NULL, so that a record that others wrote is there, and is passed
over where it cannot be read, as in the browser.

`sort_id` is the id in a form that SQLite's own order of text puts into the order of the other
engines, see `sort_id` in `key_order.py`.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    literal_column,
)

metadata = MetaData()
index_metadata = MetaData()
"""The tables of the search index, which is in a file of its own."""

CHANNEL = literal_column("coalesce(channel_id, 'general')", Text())
"""A message's channel; one that names none is of the default channel. The index is on just this."""

_INTEGERS = {
    *("timestamp", "edited_at", "joined_at", "created_at", "expires_at"),
    *("is_deleted", "is_private", "position", "size", "since", "until", "count"),
}


def _table(
    name: str,
    key: str,
    names: str,
    *beside: Column[Any],
    within: MetaData = metadata,
    **options: Any,
) -> Table:
    """Return a table whose columns have these names; `key` names those of the primary key."""
    keys = key.split()
    columns = [
        Column(one, Integer if one in _INTEGERS else Text, nullable=one not in keys)
        for one in names.split()
    ]
    return Table(name, within, *columns, *beside, PrimaryKeyConstraint(*keys), **options)


def _in_room() -> tuple[Column[Any], Column[Any]]:
    """Return the columns of an item of a room: whose it is, and its place in the list."""
    room_id: Column[Any] = Column(
        "room_id", ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False
    )
    return room_id, Column("place", Integer, nullable=False)


messages = _table(
    "messages",
    "id",
    "id room_id channel_id sender_id sender_name content timestamp edited_at reply_to_id"
    " is_deleted extra",
    Column("sort_id", Text, nullable=False),
)
# A message's reactions lie together. They may come before their message: no foreign key.
reactions = _table(
    "reactions",
    "message_id oder_id emoji",
    "message_id oder_id emoji timestamp extra",
    sqlite_with_rowid=False,
)
users = _table(
    "users",
    "oder_id",
    "oder_id username display_name avatar_url status joined_at bio extra",
)
rooms = _table("rooms", "id", "id name topic icon host_id is_private created_at extra")
room_channels = _table(
    "room_channels",
    "room_id place",
    "id name type position extra",
    *_in_room(),
    sqlite_with_rowid=False,
)
room_members = _table(
    "room_members",
    "room_id place",
    "oder_id username display_name avatar_url role joined_at extra",
    *_in_room(),
    sqlite_with_rowid=False,
)
bans = _table(
    "bans",
    "oder_id",
    "oder_id room_id user_id banned_by display_name reason timestamp expires_at extra",
)
attachments = _table(
    "attachments",
    "id",
    "id message_id filename size mime uploader_id created_at extra",
    # The name of the file that holds the bytes; NULL where there are none.
    Column("data_hash", Text),
)
Index("attachments_by_hash", attachments.c.data_hash)
meta = _table("meta", "key", "key value")

segments = _table("segments", "id", "id generation since until count", within=index_metadata)
blocks = _table(
    "blocks",
    "name segment",
    "segment name text",
    Column("data", LargeBinary),
    within=index_metadata,
)
Index("blocks_by_segment", blocks.c.segment)

_by_time = (messages.c.timestamp, messages.c.sort_id)
INDEXES = {
    "messages.roomId_timestamp": Index("messages_by_room_and_time", messages.c.room_id, *_by_time),
    "messages.roomId_channelId_timestamp": Index(
        "messages_by_channel_and_time", messages.c.room_id, CHANNEL, *_by_time, _table=messages
    ),
    "bans.roomId": Index("bans_by_room", bans.c.room_id),
    "attachments.messageId": Index("attachments_by_message", attachments.c.message_id),
}
"""The indexes of the schema that have one of their own here, by store and index."""
