"""The session at a homeserver, and what is known of its ids."""

from roomkeep.models import Id, Room
from roomkeep.storage.arguments import Ids
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.attachments import RoomOf
from roomkeep.storage.operations.sync_records import (
    EVENT,
    MEDIA,
    PICTURE,
    ROOM,
    SERVER,
    SESSION,
    TOKEN,
    OwnPicture,
    RoomState,
    read,
    read_all,
    read_many,
    synced_rooms,
    write_many,
)
from roomkeep.storage.remote import Rights, SyncedRoom, SyncSession, Token
from roomkeep.storage.together import together
from roomkeep.storage.transaction import Transaction


@writes("meta")
async def save_sync_session(tx: Transaction, session: SyncSession) -> None:
    """Write the session at a homeserver, in place of the one before."""
    write_many(tx, SESSION, {"": session})
    write_many(tx, SERVER, {"": session.server})


@reads("meta")
async def get_sync_session(tx: Transaction) -> SyncSession | None:
    """Return the session at a homeserver; None where the account has none."""
    return await read(tx, SESSION, SyncSession)


@writes("meta")
async def delete_sync_session(tx: Transaction) -> None:
    """Forget the session, as one signs out. What was synchronized stays, and so does the outbox."""
    write_many(tx, SESSION, {"": None})


@reads("meta")
async def get_sync_server(tx: Transaction) -> str | None:
    """Return the address of the account's homeserver, also once one has signed out; None for none.

    What was synchronized, and what waits to be sent, is for this one alone.
    """
    return await read(tx, SERVER, str)


@reads("meta")
async def get_sync_token(tx: Transaction) -> Token | None:
    """Return the token to ask the server with next; None for the first time."""
    return await read(tx, TOKEN, str)


@reads("rooms", "meta")
async def get_synced_rooms(tx: Transaction) -> list[SyncedRoom]:
    """Return the rooms that are on the server, without their bans."""
    states = await read_all(tx, ROOM, RoomState)
    rooms = {room.id: room for room in await tx.get_many("rooms", list(states), Room)}
    return [
        SyncedRoom(
            room=rooms[room_id],
            revision=state.revision,
            rights=state.rights,
            bans=(),
            entered=state.entered,
            has_all_members=state.has_all_members,
            member_count=state.member_count,
        )
        for room_id, state in states.items()
        if room_id in rooms
    ]


@reads("meta")
async def get_rights(tx: Transaction, room_id: Id) -> Rights | None:
    """Return what the user may do in a room on the server; None where it is on none."""
    state = await read(tx, ROOM + room_id, RoomState)
    return None if state is None else state.rights


@reads("messages", "meta")
async def get_event_ids(tx: Transaction, record_ids: Ids) -> dict[str, str]:
    """Return the server's ids of messages and of one's own reactions, by their ids here.

    Those that are not on the server are left out. `reaction_id` makes the id of a reaction.
    """
    on_server, messages = await together(
        synced_rooms(tx), tx.get_many("messages", list(dict.fromkeys(record_ids)), RoomOf)
    )
    found = {one.id: one.id for one in messages if one.room_id in on_server}
    found |= await read_many(tx, EVENT, record_ids, str)
    return {record_id: event_id for record_id, event_id in found.items() if event_id}


@writes("meta")
async def save_own_picture(tx: Transaction, address: Id, url: str) -> None:
    """Note where the user's own picture is on the server.

    Args:
        tx: the transaction.
        address: its address there. A profile from the server that has it gets `url` instead.
        url: the picture as a `data:` URL.
    """
    write_many(tx, PICTURE, {"": OwnPicture(address=address, url=url)})


@reads("meta")
async def get_media_addresses(tx: Transaction, attachment_ids: Ids) -> dict[str, str]:
    """Return where the server keeps the bytes of attachments; of those that it has."""
    return await read_many(tx, MEDIA, attachment_ids, str)
