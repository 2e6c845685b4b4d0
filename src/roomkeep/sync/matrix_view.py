"""Requesting a space and converting it to a snapshot."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from roomkeep.models import Room
from roomkeep.storage.remote import SyncedRoom
from roomkeep.sync.directory import RoomPreview
from roomkeep.sync.errors import BadResponse, NoRight
from roomkeep.sync.mapping.members import media_or_none, read_bans, read_roster
from roomkeep.sync.mapping.power import Power, read_power
from roomkeep.sync.mapping.room import (
    SPACE_TYPE,
    is_private,
    ordered_children,
    read_channels,
)
from roomkeep.sync.mapping.state import RoomState, name_of_people
from roomkeep.sync.mapping.texts import content_text, line
from roomkeep.sync.room_states import RoomStates
from roomkeep.sync.wire import Wire, events, rooms
from roomkeep.sync.wire.types import Event, JoinedRoom, RoomSummary

__all__ = ["SpaceView", "preview", "view_space"]

MANY_MEMBERS: Final = 2_000
"""Above this number of members, only those with a role are requested."""
_MOST_SINGLE: Final = 50
"""The most memberships that are requested one by one."""
_MOST_CHANNELS: Final = 1_000
"""The most channels of a room; those after them are left out."""
_MOST_PEOPLE: Final = 50_000
"""The most members or bans that a room may have whose server says that they are few."""

_ENTRIES: Final[Mapping[str, Literal["open", "invite", "knock"]]] = {
    "public": "open",
    "restricted": "open",
    "knock": "knock",
    "knock_restricted": "knock",
}


class SpaceView(Struct, frozen=True, kw_only=True):
    """A space: its snapshot, and the data behind it.

    Attributes:
        children: the events that name its children.
        order: the ids of its children, in order.
        power: who may do what.
    """

    snapshot: SyncedRoom
    children: tuple[Event, ...]
    order: tuple[str, ...]
    power: Power

    def entered(self, channels: frozenset[str]) -> SyncedRoom:
        """Return the snapshot with these channels joined."""
        listed = (channel.id for channel in self.snapshot.room.channels)
        return replace(self.snapshot, entered=tuple(one for one in listed if one in channels))

    def levels(self, *, besides: str) -> Mapping[str, int]:
        """Return the power levels for a new channel created by `besides`, copied from the space."""
        made = dict.fromkeys(self.power.creators, 100)
        return {
            user: level for user, level in {**self.power.users, **made}.items() if user != besides
        }


async def view_space(
    wire: Wire,
    states: RoomStates,
    room_id: str,
    user_id: str,
    revision: int,
    known: Mapping[str, JoinedRoom] | None = None,
) -> SpaceView:
    """Return a room that the user has joined: a space, or a room of one channel, which is itself.

    Args:
        wire: the homeserver, signed in.
        states: asks for the states of rooms.
        room_id: the room.
        user_id: the user.
        revision: the revision of the view.
        known: what a sync from the beginning has told of all joined rooms; None to ask.

    Raises:
        NoRight: the user has not joined it.
    """
    state = (await states.ask([room_id], known)).get(room_id)
    if state is None:
        raise NoRight(403, "M_FORBIDDEN", "you are not in this room")
    create = state.event("m.room.create")
    if create is None or not create.sender:
        raise BadResponse("the homeserver does not tell who made the room")
    levels = state.event("m.room.power_levels")
    power = read_power(create, None if levels is None else levels.content)
    children = tuple(one for one in state.all_of("m.space.child") if ordered_children([one]))
    order = ordered_children(children)[:_MOST_CHANNELS]
    space = state.summary(room_id)
    if space.room_type != SPACE_TYPE and not children:
        # A direct chat, or a room outside of any space.
        order = [room_id]
    has_all = state.member_count <= MANY_MEMBERS
    members, entered = await asyncio.gather(
        _members(wire, room_id, power, user_id, has_all=has_all), states.ask(order, known)
    )
    channels = read_channels(order, await _summaries(wire, room_id, order, entered))
    people = name_of_people((*state.all_of("m.room.member"), *members), user_id)
    room = Room(
        id=room_id,
        name=line(space.name) or line(space.canonical_alias) or line(people) or "unnamed",
        topic=None if space.topic is None else content_text(space.topic),
        icon=media_or_none(space.avatar_url),
        host_id=create.sender,
        is_private=is_private(space.join_rule),
        created_at=create.origin_server_ts,
        channels=channels,
        members=read_roster(members, room_id, power),
    )
    snapshot = SyncedRoom(
        room=room,
        revision=revision,
        rights=power.rights(user_id),
        bans=read_bans(members, room_id),
        entered=tuple(channel.id for channel in channels if channel.id in entered),
        has_all_members=has_all,
        member_count=state.member_count,
    )
    return SpaceView(snapshot=snapshot, children=children, order=tuple(order), power=power)


def preview(summary: RoomSummary) -> RoomPreview:
    """Return the preview of a room."""
    return RoomPreview(
        id=summary.room_id,
        name=line(summary.name) or line(summary.canonical_alias) or "unnamed",
        topic=None if summary.topic is None else content_text(summary.topic),
        icon=media_or_none(summary.avatar_url),
        address=summary.canonical_alias,
        member_count=summary.num_joined_members,
        # The list of public rooms leaves out the default rule.
        entry=_ENTRIES.get(summary.join_rule or "public", "invite"),
    )


async def _summaries(
    wire: Wire, space_id: str, order: Sequence[str], entered: Mapping[str, RoomState]
) -> dict[str, RoomSummary]:
    """Return what is known of a space's children; of those not joined the list of rooms tells."""
    found = {room_id: state.summary(room_id) for room_id, state in entered.items()}
    if any(room_id not in found for room_id in order):
        hierarchy = await rooms.get_hierarchy(wire, space_id)
        found = {room.room_id: room for room in hierarchy.rooms} | found
    return found


async def _members(
    wire: Wire, room_id: str, power: Power, user_id: str, *, has_all: bool
) -> tuple[Event, ...]:
    """Return a room's members and bans; in a very large room only members with a role."""
    if has_all:
        joined, banned = await asyncio.gather(
            rooms.get_members(wire, room_id, membership="join"),
            rooms.get_members(wire, room_id, membership="ban"),
        )
        if max(len(joined), len(banned)) > _MOST_PEOPLE:
            raise BadResponse("the homeserver tells of far more members than it says there are")
        return joined + banned
    named = {user_id: None, **dict.fromkeys(power.creators), **dict.fromkeys(power.users)}
    asked = (
        events.get_state_event(wire, room_id, "m.room.member", user)
        for user in list(named)[:_MOST_SINGLE]
    )
    return tuple(event for event in await asyncio.gather(*asked) if event is not None)
