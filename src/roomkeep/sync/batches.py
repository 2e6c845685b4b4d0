"""A response to `/sync` as one batch for the storage: pure functions.

The rooms that a response changes are viewed before the batch is made: `learn_kinds`, `find_changed`
and `find_plain` tell which. Then `make_batch` puts all of it together.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from roomkeep.models import Message, User
from roomkeep.storage.remote import (
    ChannelUpdates,
    FullyRead,
    MessageEdit,
    NewMessage,
    NewReaction,
    ReadUpTo,
    Redaction,
    SyncBatch,
    SyncedRoom,
    TimelineUpdate,
)
from roomkeep.sync.homes import Homes, read_kind
from roomkeep.sync.mapping.members import read_member
from roomkeep.sync.mapping.state import SHOWN_TYPES
from roomkeep.sync.mapping.texts import line, person_name
from roomkeep.sync.mapping.timeline import Place, read_event, read_notes
from roomkeep.sync.mapping.updates import RoomUpgrade, Typing
from roomkeep.sync.wire.types import Event, JoinedRoom, StrippedRoom, SyncResponse

__all__ = [
    "Changed",
    "Invite",
    "find_changed",
    "find_encrypted",
    "find_plain",
    "learn_kinds",
    "make_batch",
    "new_users",
    "read_invite",
    "read_typing",
    "read_updates",
]

_STORED: Final = (NewMessage, MessageEdit, NewReaction, Redaction)


class Changed(Struct, frozen=True, kw_only=True):
    """The rooms that a response changes.

    Attributes:
        rooms: those to view anew.
        left: those that the user is no longer in.
    """

    rooms: frozenset[str]
    left: tuple[str, ...]


class Invite(Struct, frozen=True, kw_only=True, rename="camel"):
    """An invitation to a room.

    Attributes:
        by: who invites; None if unknown.
        is_direct: whether it is to a direct chat.
    """

    room_id: str
    name: str
    by: str | None = None
    by_name: str | None = None
    is_direct: bool = False


def learn_kinds(response: SyncResponse, homes: Homes) -> list[str]:
    """Learn what the joined rooms are; return those whose kind the response does not tell."""
    unknown = []
    for room_id, said in response.joined.items():
        kind = read_kind((*said.state, *said.timeline))
        if kind is not None:
            homes.kinds[room_id] = kind
        elif homes.room_of(room_id) is None and room_id not in homes.rooms | homes.kinds:
            unknown.append(room_id)
    return unknown


def find_changed(response: SyncResponse, homes: Homes, user_id: str) -> Changed:
    """Return the rooms to view before the batch can be made.

    Args:
        response: the homeserver's response.
        homes: the known rooms, and the kinds that the response tells.
        user_id: the user.
    """
    found = set[str]()
    for room_id, said in response.joined.items():
        kind = homes.kinds.get(room_id)
        home = homes.room_of(room_id)
        if room_id in homes.rooms:
            if said.limited or any(map(_is_of_a_room, _changes(said))):
                found.add(room_id)
        elif kind is not None and kind.is_space:
            found.add(room_id)
        elif home is not None and any(_is_of_a_channel(one, user_id) for one in _changes(said)):
            found.add(home)
    left = []
    for room_id in response.left:
        if room_id in homes.rooms:
            left.append(room_id)
        elif (home := homes.room_of(room_id)) is not None:
            found.add(home)
    return Changed(rooms=frozenset(found.difference(left)), left=tuple(left))


def find_plain(response: SyncResponse, homes: Homes) -> frozenset[str]:
    """Return the joined rooms that belong to no other: rooms of one channel, to view too."""
    return frozenset(
        room_id
        for room_id in response.joined
        if homes.room_of(room_id) is None
        and (kind := homes.kinds.get(room_id)) is not None
        and not kind.is_space
    )


def make_batch(
    response: SyncResponse,
    since: str | None,
    homes: Homes,
    user_id: str,
    *,
    rooms: Iterable[SyncedRoom] = (),
    users: Iterable[User] = (),
    left: Iterable[str] = (),
) -> SyncBatch:
    """Return a response as a batch.

    Args:
        response: the homeserver's response.
        since: the token that was asked with.
        homes: the known rooms, including the viewed ones.
        user_id: the user, whose receipts alone are kept.
        rooms: the viewed rooms.
        users: the profiles that changed.
        left: the rooms that the user is no longer in.
    """
    channels = []
    for channel_id, said in {**response.left, **response.joined}.items():
        room_id = homes.room_of(channel_id)
        if room_id is None or room_id in left:
            continue
        starts_here = any(event.type == "m.room.create" for event in said.timeline)
        found = ChannelUpdates(
            room_id=room_id,
            channel_id=channel_id,
            updates=read_updates(
                said.timeline, said.state, room_id=room_id, channel_id=channel_id, homes=homes
            ),
            gap_token=said.prev_batch if said.limited and not starts_here else None,
            read_up_to=tuple(
                note
                for note in read_notes((*said.ephemeral, *said.account_data))
                if isinstance(note, FullyRead)
                or (isinstance(note, ReadUpTo) and note.user_id == user_id)
            ),
        )
        if found.updates or found.gap_token or found.read_up_to:
            channels.append(found)
    return SyncBatch(
        since=since,
        token=response.next_batch,
        channels=tuple(channels),
        rooms=tuple(map(homes.own, rooms)),
        users=tuple(users),
        left=tuple(left),
    )


def read_updates(
    events: Iterable[Event],
    state: Iterable[Event],
    *,
    room_id: str,
    channel_id: str,
    homes: Homes,
) -> tuple[TimelineUpdate, ...]:
    """Return what some events of a channel mean for the storage.

    Args:
        events: the events, oldest first.
        state: the memberships of their senders, where the server told them along.
        room_id: the room.
        channel_id: the channel.
        homes: the known rooms, with the names of their members.
    """
    events = tuple(events)
    names = homes.names_in(room_id)
    for event in (*state, *events):
        member = read_member(event, room_id)
        if member is not None and member.membership == "join":
            names[member.member.oder_id] = member.member.display_name
    place = Place(room_id=room_id, channel_id=channel_id, name_of=names.get)
    found: list[TimelineUpdate] = []
    for event in events:
        update = read_event(event, place)
        if isinstance(update, RoomUpgrade):
            update = _upgrade_notice(event, update, place)
        if isinstance(update, _STORED):
            found.append(update)
    return tuple(found)


def new_users(rooms: Iterable[SyncedRoom], before: Mapping[str, SyncedRoom]) -> tuple[User, ...]:
    """Return the profiles of the members that are new, or changed, in some rooms."""
    users: dict[str, User] = {}
    for one in rooms:
        earlier = before.get(one.room.id)
        known = frozenset() if earlier is None else frozenset(earlier.room.members)
        for member in one.room.members:
            if member not in known:
                users[member.oder_id] = User(
                    oder_id=member.oder_id,
                    username=member.username,
                    display_name=member.display_name,
                    avatar_url=member.avatar_url,
                )
    return tuple(users.values())


def find_encrypted(response: SyncResponse) -> frozenset[str]:
    """Return the channels of which the response says that they are encrypted."""
    return frozenset(
        room_id
        for room_id, said in response.joined.items()
        if any(event.type == "m.room.encryption" for event in (*said.state, *said.timeline))
    )


def read_typing(response: SyncResponse, user_id: str) -> dict[str, tuple[str, ...]]:
    """Return who is typing now, but for the user, in the channels where that changed."""
    return {
        channel_id: tuple(user for user in note.user_ids if user != user_id)
        for channel_id, said in response.joined.items()
        for note in read_notes(said.ephemeral)
        if isinstance(note, Typing)
    }


def read_invite(room_id: str, said: StrippedRoom, user_id: str) -> Invite:
    """Return an invitation."""
    state = {(event.type, event.state_key): event for event in said.state}
    name = _content(state.get(("m.room.name", "")), "name")
    alias = _content(state.get(("m.room.canonical_alias", "")), "alias")
    mine = state.get(("m.room.member", user_id))
    by = None if mine is None else mine.sender or None
    by_name = None
    if by is not None:
        by_name = person_name(_content(state.get(("m.room.member", by)), "displayname"), by)
    return Invite(
        room_id=room_id,
        name=line(name) or line(alias) or by_name or "unnamed",
        by=by,
        by_name=by_name,
        is_direct=_content(mine, "is_direct") is True,
    )


def _changes(said: JoinedRoom) -> Iterable[Event]:
    """Return the state that changed: the server also tells memberships that did not."""
    yield from (event for event in said.state if event.type != "m.room.member")
    yield from (event for event in said.timeline if event.state_key is not None)


def _is_of_a_room(event: Event) -> bool:
    return event.type in SHOWN_TYPES or event.type == "m.room.member"


def _is_of_a_channel(event: Event, user_id: str) -> bool:
    # Of a channel's members, only the user counts: people are members of the room.
    is_mine = event.type == "m.room.member" and event.state_key == user_id
    return event.type in SHOWN_TYPES or is_mine


def _upgrade_notice(event: Event, upgrade: RoomUpgrade, place: Place) -> NewMessage:
    text = upgrade.text or "This room has been replaced"
    message = Message(
        id=event.event_id,
        room_id=place.room_id,
        channel_id=place.channel_id,
        sender_id=event.sender,
        sender_name=person_name(place.name_of(event.sender), event.sender),
        content=f"{text} ({upgrade.replacement_id})",
        timestamp=event.origin_server_ts,
    )
    return NewMessage(message=message, kind="fallback")


def _content(event: Event | None, name: str) -> object:
    return None if event is None else event.content.get(name)
