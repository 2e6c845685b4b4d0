"""The first tables."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE messages (
    id TEXT NOT NULL, room_id TEXT, channel_id TEXT, sender_id TEXT,
    sender_name TEXT, content TEXT, timestamp INTEGER, edited_at INTEGER, reply_to_id TEXT,
    is_deleted INTEGER, extra TEXT, sort_id TEXT NOT NULL, PRIMARY KEY (id)
);
CREATE INDEX messages_by_room_and_time ON messages (room_id, timestamp, sort_id);
CREATE INDEX messages_by_channel_and_time ON messages (
    room_id, coalesce(channel_id, 'general'), timestamp, sort_id
);
CREATE TABLE reactions (
    message_id TEXT NOT NULL, oder_id TEXT NOT NULL, emoji TEXT NOT NULL, timestamp INTEGER,
    extra TEXT, PRIMARY KEY (message_id, oder_id, emoji)
) WITHOUT ROWID;
CREATE TABLE users (
    oder_id TEXT NOT NULL, username TEXT, display_name TEXT, avatar_url TEXT, status TEXT,
    joined_at INTEGER, bio TEXT, extra TEXT, PRIMARY KEY (oder_id)
);
CREATE TABLE rooms (
    id TEXT NOT NULL, name TEXT, topic TEXT, icon TEXT, host_id TEXT, is_private INTEGER,
    created_at INTEGER, extra TEXT, PRIMARY KEY (id)
);
CREATE TABLE room_channels (
    id TEXT, name TEXT, type TEXT, position INTEGER, extra TEXT, room_id TEXT NOT NULL,
    place INTEGER NOT NULL, PRIMARY KEY (room_id, place),
    FOREIGN KEY(room_id) REFERENCES rooms (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE room_members (
    oder_id TEXT, username TEXT, display_name TEXT, avatar_url TEXT, role TEXT,
    joined_at INTEGER, extra TEXT, room_id TEXT NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (room_id, place),
    FOREIGN KEY(room_id) REFERENCES rooms (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE bans (
    oder_id TEXT NOT NULL, room_id TEXT, user_id TEXT, banned_by TEXT, display_name TEXT,
    reason TEXT, timestamp INTEGER, expires_at INTEGER, extra TEXT, PRIMARY KEY (oder_id)
);
CREATE INDEX bans_by_room ON bans (room_id);
CREATE TABLE attachments (
    id TEXT NOT NULL, message_id TEXT, filename TEXT, size INTEGER, mime TEXT, uploader_id TEXT,
    created_at INTEGER, extra TEXT, data_hash TEXT, PRIMARY KEY (id)
);
CREATE INDEX attachments_by_message ON attachments (message_id);
CREATE INDEX attachments_by_hash ON attachments (data_hash);
CREATE TABLE meta ("key" TEXT NOT NULL, value TEXT, PRIMARY KEY ("key"));
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES.split(";")[:-1]:
        op.execute(statement)
