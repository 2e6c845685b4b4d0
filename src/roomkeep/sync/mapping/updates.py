"""The meaning of Matrix events that the storage does not keep; `storage.remote` has the others."""

from typing import Literal, TypeAlias

from msgspec import Struct

from roomkeep.models import Ban, RoomMember
from roomkeep.storage.remote import TimelineUpdate

__all__ = ["ChannelUpdate", "MemberUpdate", "RoomUpgrade", "Typing"]

Membership: TypeAlias = Literal["join", "invite", "knock", "leave", "ban"]


class MemberUpdate(Struct, frozen=True, kw_only=True):
    """A change of someone's membership, name or avatar.

    Attributes:
        member: their entry in the roster, without a role.
        ban: the ban, if they are banned.
        by: who changed it.
        is_kick: whether someone else removed them.
    """

    member: RoomMember
    membership: Membership
    by: str
    timestamp: int
    reason: str | None = None
    ban: Ban | None = None
    is_kick: bool = False


class RoomUpgrade(Struct, frozen=True, kw_only=True):
    """The room or channel was replaced by another one."""

    replacement_id: str
    text: str


class Typing(Struct, frozen=True, kw_only=True):
    """The people who are typing."""

    user_ids: tuple[str, ...]


ChannelUpdate: TypeAlias = TimelineUpdate | MemberUpdate | RoomUpgrade
