"""Requesting a space and converting it to a snapshot."""

import asyncio
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from roomkeep.models import Room
from roomkeep.storage.remote import SyncedRoom
from roomkeep.sync.directory import RoomPreview
from roomkeep.sync.errors import BadResponse
from roomkeep.sync.mapping.members import media_or_none, read_bans, read_roster
from roomkeep.sync.mapping.power import Power, read_power
from roomkeep.sync.mapping.room import (
    SPACE_TYPE,
    is_private,
    ordered_children,
    read_channels,
)
from roomkeep.sync.mapping.state import name_of_people
from roomkeep.sync.mapping.texts import content_text, line
from roomkeep.sync.room_states import RoomStates
from roomkeep.sync.wire import Wire, events
from roomkeep.sync.wire.types import Event, JoinedRoom, RoomSummary

__all__ = ["SpaceView", "preview", "view_space"]

_MOST_SINGLE: Final = 50
"""The most memberships that are asked for one by one."""
_MOST_CHANNELS: Final = 1_000
"""The most channels of a room; those after them are left out."""

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
    state = await states.ask(room_id, known)
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
    if order == [room_id]:
        summaries, entered = {room_id: space}, frozenset(order)
    else:
        summaries, entered = await states.ask_channels(room_id, order, known)
    channels = read_channels(order, summaries)
    members = state.all_of("m.room.member")
    people = name_of_people(members, user_id)
    if not state.has_members:
        members += await _people_with_roles(wire, room_id, power, user_id)
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
        has_all_members=state.has_members,
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


async def _people_with_roles(
    wire: Wire, room_id: str, power: Power, user_id: str
) -> tuple[Event, ...]:
    """Return the memberships of the user, and of those who have a role."""
    named = {user_id: None, **dict.fromkeys(power.creators), **dict.fromkeys(power.users)}
    asked = (
        events.get_state_event(wire, room_id, "m.room.member", user)
        for user in list(named)[:_MOST_SINGLE]
    )
    return tuple(event for event in await asyncio.gather(*asked) if event is not None)
