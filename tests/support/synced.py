"""An account with a room on a server, and what the server says, made up."""

from typing import Any

from msgspec import structs

from roomkeep.models import Message, Room
from roomkeep.persistence import Change, DatabaseService
from roomkeep.storage.remote import (
    ChannelUpdates,
    MessageEdit,
    NewMessage,
    NewReaction,
    OutboxEntry,
    Redaction,
    Rights,
    SyncBatch,
    SyncedRoom,
    TimelineUpdate,
)
from support.make import channel, message, reaction, room
from support.worlds import World

ME = "@ann:x"
BEN = "@ben:x"
ROOM = "!room"
CHANNEL = "!general"


class Synced:
    """Someone's device, with one room on a server."""

    def __init__(self, db: DatabaseService) -> None:
        self.db = db
        self.token: str | None = None
        self.heard: list[Change] = []
        db.subscribe(self.heard.append)

    async def sync(self, *updates: TimelineUpdate, **fields: Any) -> None:
        """Apply what a server says of the channel."""
        said = {name: fields.pop(name) for name in ("gap_token", "read_up_to") if name in fields}
        channels = (
            ChannelUpdates(room_id=ROOM, channel_id=CHANNEL, updates=tuple(updates), **said),
        )
        following = f"t{int((self.token or 't0')[1:]) + 1}"
        batch = SyncBatch(since=self.token, token=following, **{"channels": channels, **fields})
        assert await self.db.apply_sync(batch)
        self.token = following

    async def contents(self) -> list[str]:
        return [one.content for one in await self.db.get_messages(ROOM)]

    async def find(self, message_id: str) -> Message:
        found = await self.db.get_message_by_id(message_id)
        assert found is not None
        return found

    async def say(self, id_: str = "mine", content: str = "hello", **fields: Any) -> Message:
        made = of_mine(id_, content, **fields)
        await self.db.send_message(made)
        return made

    async def outbox(self) -> list[OutboxEntry]:
        return await self.db.get_outbox()

    async def the_entry(self) -> OutboxEntry:
        (entry,) = await self.db.get_outbox()
        return entry

    async def channels(self) -> list[tuple[str, str]]:
        found = await self.db.get_room(ROOM)
        assert found is not None
        return [(one.id, one.name) for one in found.channels]

    async def change_channels(self, *channels: tuple[str, str]) -> None:
        made = tuple(
            channel(id_, name=name, position=at) for at, (id_, name) in enumerate(channels)
        )
        await self.db.update_room(ROOM, channels=made)


async def synced(world: World) -> Synced:
    """Sign in, and be told of a room."""
    db = await world.service()
    await db.set_current_user_id(ME)
    assert await db.apply_room(synced_room())
    return Synced(db)


def of_mine(id_: str, content: str, **fields: Any) -> Message:
    return message(
        id_,
        **{
            "room_id": ROOM,
            "channel_id": CHANNEL,
            "sender_id": ME,
            "sender_name": "Ann",
            "content": content,
            "timestamp": 500,
            **fields,
        },
    )


def the_room(**fields: Any) -> Room:
    plain = {"name": "Club", "channels": (channel(CHANNEL, name="general"),), "host_id": BEN}
    return room(ROOM, **{**plain, **fields})


def synced_room(revision: int = 1, **fields: Any) -> SyncedRoom:
    made = {
        name: fields.pop(name)
        for name in tuple(fields)
        if name in Room.__struct_fields__ and name != "id"
    }
    plain = {"bans": (), "entered": (CHANNEL,), "has_all_members": True, "member_count": 2}
    return SyncedRoom(
        room=the_room(**made), revision=revision, **{"rights": Rights(), **plain, **fields}
    )


def said(event: str, content: str = "hi", **fields: Any) -> NewMessage:
    """What a server says of a message."""
    own = {name: fields.pop(name) for name in ("transaction_id", "files", "kind") if name in fields}
    plain = {"room_id": ROOM, "channel_id": CHANNEL, "sender_id": BEN, "sender_name": "Ben"}
    return NewMessage(message=message(event, **{"content": content, **plain, **fields}), **own)


def edit(event: str, of: str, content: str, **fields: Any) -> MessageEdit:
    plain = {"sender_id": BEN, "edited_at": 2_000}
    return MessageEdit(event_id=event, message_id=of, content=content, **{**plain, **fields})


def reacted(
    event: str, to: str, emoji: str = "👍", *, by: str = BEN, at: int = 2_000, **fields: Any
) -> NewReaction:
    row = reaction(by, emoji, message_id=to, timestamp=at)
    return NewReaction(event_id=event, reaction=row, **fields)


def redaction(event: str, of: str, **fields: Any) -> Redaction:
    plain = {"sender_id": BEN, "timestamp": 3_000}
    return Redaction(event_id=event, target_id=of, **{**plain, **fields})


def echo(entry: OutboxEntry, event: str, **fields: Any) -> NewMessage:
    """What a server says of a message that was sent from here."""
    request: Any = entry.request
    made = said(
        event,
        request.content,
        sender_id=ME,
        sender_name="Ann",
        transaction_id=entry.transaction_id,
        reply_to_id=request.reply_to_id,
    )
    return structs.replace(made, message=structs.replace(made.message, **fields))
