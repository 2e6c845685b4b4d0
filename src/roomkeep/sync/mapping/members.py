"""Members and bans."""

from collections.abc import Iterable
from typing import cast, get_args

from roomkeep.models import Ban, RoomMember
from roomkeep.sync.errors import BadAddress
from roomkeep.sync.mapping.power import Power
from roomkeep.sync.mapping.texts import line, person_name
from roomkeep.sync.mapping.updates import Membership, MemberUpdate
from roomkeep.sync.wire.addresses import localpart, media_parts
from roomkeep.sync.wire.types import Event

__all__ = ["media_or_none", "read_bans", "read_member", "read_roster"]


def read_member(event: Event, room_id: str, power: Power | None = None) -> MemberUpdate | None:
    """Return the meaning of a membership event; None if it is malformed.

    Args:
        event: the event.
        room_id: the room.
        power: the power levels that determine roles; without them everyone is a member.
    """
    content, user_id = event.content, event.state_key
    membership = content.get("membership")
    if event.type != "m.room.member" or not user_id or membership not in get_args(Membership):
        return None
    before = event.unsigned.prev_content
    known = {**(before if isinstance(before, dict) else {}), **content}
    name = person_name(known.get("displayname"), user_id)
    reason = line(content.get("reason"), 1_000) or None
    member = RoomMember(
        oder_id=user_id,
        username=localpart(user_id),
        display_name=name,
        avatar_url=media_or_none(known.get("avatar_url")),
        role="member" if power is None else power.role(user_id),
        joined_at=event.origin_server_ts if membership == "join" else None,
    )
    ban = None
    if membership == "ban":
        ban = Ban(
            room_id=room_id,
            user_id=user_id,
            banned_by=event.sender,
            display_name=name,
            reason=reason,
            timestamp=event.origin_server_ts,
        )
    return MemberUpdate(
        member=member,
        membership=cast("Membership", membership),
        by=event.sender,
        timestamp=event.origin_server_ts,
        reason=reason,
        ban=ban,
        is_kick=membership == "leave" and event.sender != user_id,
    )


def read_roster(events: Iterable[Event], room_id: str, power: Power) -> tuple[RoomMember, ...]:
    """Return the members of a room, sorted by user ID."""
    found = (read_member(event, room_id, power) for event in events)
    members = {
        update.member.oder_id: update.member
        for update in found
        if update is not None and update.membership == "join"
    }
    return tuple(members[user_id] for user_id in sorted(members))


def read_bans(events: Iterable[Event], room_id: str) -> tuple[Ban, ...]:
    """Return the bans of a room, sorted by user ID."""
    found = (read_member(event, room_id) for event in events)
    bans = {update.ban.user_id: update.ban for update in found if update and update.ban}
    return tuple(bans[user_id] for user_id in sorted(bans))


def media_or_none(address: object) -> str | None:
    """Return an `mxc://` address; None for anything else."""
    try:
        media_parts(address if isinstance(address, str) else "")
    except BadAddress:
        return None
    return str(address)
