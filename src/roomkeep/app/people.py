"""The people of a room: how they are listed, and who may ban whom. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from roomkeep.models import Ban, Role, Room, RoomMember, User
from roomkeep.persistence import KnownAccount, Rights

__all__ = [
    "BAN_LENGTHS",
    "ROLE_NAMES",
    "STATUS_NAMES",
    "Avatar",
    "Person",
    "PersonGroup",
    "Status",
    "faces_of",
    "find_ban",
    "group_people",
    "list_people",
    "may_ban",
    "may_moderate",
    "person_of",
    "picture_of",
    "roles_to_give",
    "sort_people",
]

Status = Literal["online", "away", "busy", "offline"]

ROLE_NAMES: Mapping[Role, str] = MappingProxyType(
    {
        "host": "role.host",
        "admin": "role.admin",
        "moderator": "role.moderator",
        "member": "role.member",
    }
)
"""The texts of the roles."""
STATUS_NAMES: Mapping[Status, str] = MappingProxyType(
    {
        "online": "status.online",
        "away": "status.away",
        "busy": "status.busy",
        "offline": "status.offline",
    }
)
"""The texts of the statuses."""
BAN_LENGTHS: Mapping[str, int | None] = MappingProxyType(
    {"hour": 3_600_000, "day": 86_400_000, "week": 604_800_000, "forever": None}
)
"""How long a ban can last, in ms; None for permanently."""

# The bitmaps that browsers draw. A picture from elsewhere would have to be fetched, and an SVG is
# a document more than a picture.
PICTURES = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "webp", "gif"))

_RANKS: Mapping[Role | None, int] = MappingProxyType(
    {"host": 3, "admin": 2, "moderator": 1, "member": 0, None: 0}
)


class Avatar(Struct, frozen=True):
    """A person's name and picture, beside messages."""

    name: str
    picture: str | None


class Person(Struct, frozen=True, kw_only=True):
    """A person, as the page shows one.

    Attributes:
        user_id: the user's id.
        name: what the person is called.
        username: the name that stays.
        picture: a `data:` URL of the person's picture.
        status: whether the person is there; `"offline"` where it is not known.
        bio: what the person says of themselves.
        joined_at: when the person joined, in ms: the room, or else Roomkeep.
        role: what the person is in the room; None for who is not on its roster.
        is_me: this is the signed-in account.
    """

    user_id: str
    name: str
    username: str
    picture: str | None = None
    status: Status = "offline"
    bio: str = ""
    joined_at: int | None = None
    role: Role | None = None
    is_me: bool = False


class PersonGroup(Struct, frozen=True):
    """People listed under one title.

    Attributes:
        total: how many they are, those that are not listed yet too.
        people: those to list.
    """

    total: int
    people: tuple[Person, ...]


def list_people(room: Room, users: Iterable[User], my_id: str) -> tuple[Person, ...]:
    """Return the people of a room's roster: the highest role first, then by name.

    Who has no stored profile is shown as the roster knows them.
    """
    profiles = {user.oder_id: user for user in users}
    roster = {member.oder_id: member for member in room.members}
    return sort_people(
        person_of(user_id, profiles.get(user_id), member, room=room, my_id=my_id)
        for user_id, member in roster.items()
    )


def sort_people(people: Iterable[Person]) -> tuple[Person, ...]:
    """Return people in the order of a roster: the highest role first, then by name."""
    return tuple(sorted(people, key=lambda p: (-_RANKS[p.role], p.name.casefold(), p.user_id)))


def person_of(
    user_id: str,
    user: User | None,
    member: RoomMember | None,
    *,
    room: Room | None,
    my_id: str,
    name: str = "",
) -> Person:
    """Combine a person's profile and membership.

    Args:
        user_id: the user's id.
        user: the profile, where one is stored.
        member: the entry in the room's roster, where there is one.
        room: the room that is looked from.
        my_id: the signed-in account.
        name: what to call someone of whom nothing is known.
    """
    role: Role | None = None if member is None else member.role
    if room is not None and room.host_id == user_id:
        role = "host"
    known = user or member
    joined_at = None if member is None else member.joined_at
    return Person(
        user_id=user_id,
        name=(known.display_name or known.username if known else name) or user_id,
        username=known.username if known else "",
        picture=picture_of(known) if known else None,
        status="offline" if user is None else user.status,
        bio=(user.bio or "") if user else "",
        joined_at=user.joined_at if joined_at is None and user is not None else joined_at,
        role=role,
        is_me=user_id == my_id,
    )


def group_people(
    people: Iterable[Person], query: str, limit: int
) -> tuple[PersonGroup, PersonGroup]:
    """Return the people to list: those who are there, and those who are not.

    Args:
        people: the people of a room, in order.
        query: only those whose names hold this.
        limit: how many people to list at most.
    """
    wanted = query.casefold().strip().removeprefix("@")
    found = [
        person
        for person in people
        if wanted in person.name.casefold() or wanted in person.username.casefold()
    ]
    there = [person for person in found if person.status != "offline"]
    away = [person for person in found if person.status == "offline"]
    return (
        PersonGroup(len(there), tuple(there[:limit])),
        PersonGroup(len(away), tuple(away[: max(limit - len(there), 0)])),
    )


def faces_of(people: Iterable[Person]) -> dict[str, Avatar]:
    """Return people's names and pictures, by their ids."""
    return {person.user_id: Avatar(person.name, person.picture) for person in people}


def may_moderate(me: Person | None) -> bool:
    """Tell whether a person may ban others from the room."""
    return me is not None and _RANKS[me.role] > 0


def may_ban(me: Person | None, other: Person) -> bool:
    """Tell whether a person may ban another: never themselves, the host, or a higher role."""
    if me is None or not may_moderate(me) or other.is_me or other.role == "host":
        return False
    return _RANKS[me.role] >= _RANKS[other.role]


def roles_to_give(me: Person | None, other: Person, rights: Rights | None) -> tuple[Role, ...]:
    """Return the roles that a person may give to another one, highest first.

    Args:
        me: who gives it.
        other: who gets it.
        rights: what `me` may do in the room; None where it is on no server.
    """
    if me is None or rights is None or not rights.change_roles or other.role is None:
        return ()
    rank = _RANKS[me.role]
    if other.is_me or _RANKS[other.role] >= rank:
        return ()
    return tuple(role for role in ROLE_NAMES if role != "host" and _RANKS[role] <= rank)


def find_ban(bans: Sequence[Ban], user_id: str) -> Ban | None:
    """Return a user's ban; of several, the one that lasts longest."""
    mine = [ban for ban in bans if ban.user_id == user_id]
    for_ever = [ban for ban in mine if ban.expires_at is None]
    if for_ever:
        return for_ever[0]
    return max(mine, key=lambda ban: ban.expires_at or 0, default=None)


def picture_of(known: User | RoomMember | KnownAccount) -> str | None:
    """Return a person's picture as a `data:` URL; None if none can be shown."""
    url = known.avatar_url
    return url if url is not None and url.startswith(PICTURES) else None
