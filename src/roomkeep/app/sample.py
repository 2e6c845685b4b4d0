"""Sample rooms, made from the time and the reader; always the same."""

from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from roomkeep.app import sample_garden, sample_hike, sample_team
from roomkeep.app.sample_avatars import avatar
from roomkeep.app.sample_pictures import PICTURES, paint
from roomkeep.app.sample_script import MINUTE, Line, read_script
from roomkeep.models import (
    Attachment,
    Ban,
    Channel,
    Message,
    Reaction,
    Role,
    Room,
    RoomMember,
    User,
)

__all__ = ["Sample", "make_file", "make_samples"]

DAY = 24 * 60 * MINUTE


_PEOPLE: dict[str, tuple[str, str, str]] = {
    "mara": ("Mara Lindqvist", "online", "Beds 1 and 2. Ask me about roses, not about slugs."),
    "tom": ("Tom Akerele", "away", "Compost, mostly."),
    "lena": ("Lena Vogt", "online", "Coffee first, then the mountain."),
    "yusuf": ("Yusuf Demir", "busy", "I fix things. Sometimes they stay fixed."),
    "ines": ("Inês Carvalho", "offline", "Radishes, bees and two small helpers."),
    "oskar": ("Oskar Brandt", "offline", "Gnomes!"),
    "noor": ("Noor Haddad", "online", "If there is a ridge, I am on it."),
    "jonas": ("Jonas Weber", "away", "Is it far?"),
    "priya": ("Priya Raman", "online", "Maps, plasters, snacks."),
    "sam": ("Sam O'Neill", "busy", "Here for the hut."),
    "amina": ("Amina Diallo", "online", "Keeps the list short."),
    "felix": ("Felix Moreau", "online", "Search, and orange socks."),
    "wei": ("Wei Chen", "busy", "Counts in the database."),
    "dana": ("Dana Kovač", "away", "Design. Ask me about grey."),
}

_ROOMS: tuple[tuple[str, str, str, str, Role, dict[str, Role]], ...] = (
    (
        "garden",
        "Garden club",
        "Beds, bees and who waters when",
        "🌻",
        "admin",
        {
            "mara": "host",
            "tom": "moderator",
            "lena": "member",
            "yusuf": "member",
            "ines": "member",
            "oskar": "member",
        },
    ),
    (
        "hike",
        "Ridge weekend",
        "Two days, one hut, too much chocolate",
        "🏔️",
        "member",
        {"noor": "host", "priya": "admin", "jonas": "member", "lena": "member", "sam": "member"},
    ),
    (
        "team",
        "Library app",
        "Small team, 41,000 books",
        "📚",
        "member",
        {"amina": "host", "wei": "admin", "felix": "member", "dana": "member"},
    ),
)

_SCRIPTS = {"garden": sample_garden, "hike": sample_hike, "team": sample_team}

_CSV = """day,morning,evening
Monday,Mara,Tom
Tuesday,Lena,Yusuf
Wednesday,Tom,Mara
Thursday,Ines,Yusuf
Friday,Yusuf,Lena
Saturday,everybody,everybody
Sunday,Mara,Ines
"""
_GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Noor" xmlns="http://www.topografix.com/GPX/1/1">
  <trk><name>Ridge loop</name><trkseg>
    <trkpt lat="46.5912" lon="7.9081"><ele>1034</ele></trkpt>
    <trkpt lat="46.5987" lon="7.9160"><ele>1421</ele></trkpt>
    <trkpt lat="46.6071" lon="7.9245"><ele>1935</ele></trkpt>
    <trkpt lat="46.6012" lon="7.9302"><ele>1610</ele></trkpt>
    <trkpt lat="46.5912" lon="7.9081"><ele>1034</ele></trkpt>
  </trkseg></trk>
</gpx>
"""
_TEXTS = {"csv": ("text/csv", _CSV), "gpx": ("application/gpx+xml", _GPX)}


class Sample(Struct, frozen=True, kw_only=True):
    """A sample room, and all that belongs to it.

    Attributes:
        room: the room, with its channels and its roster.
        users: the people on its roster and those who left, but for the reader.
        messages: its messages, ascending, with their reactions.
        files: its attachments, with what they are made of: see `make_file`.
        bans: who was banned.
    """

    room: Room
    users: tuple[User, ...]
    messages: tuple[Message, ...]
    files: tuple[tuple[Attachment, str], ...]
    bans: tuple[Ban, ...]


def make_samples(reader: User, now: int, zone: tzinfo | None = None) -> list[Sample]:
    """Make the sample rooms; made again, they have the same ids.

    Args:
        reader: who is to find themselves in them.
        now: the time in ms; nothing is later.
        zone: where the times of day are; None for here.
    """
    return [_make(place, reader, now, zone) for place in range(len(_ROOMS))]


def make_file(attachment: Attachment, made_of: str) -> tuple[Attachment, bytes]:
    """Make a file's bytes. A picture takes some 50 ms in a browser."""
    data = paint(made_of) if made_of in PICTURES else _TEXTS[made_of][1].encode()
    return replace(attachment, size=len(data)), data


def _make(place: int, reader: User, now: int, zone: tzinfo | None) -> Sample:
    key, name, topic, icon, role, roles = _ROOMS[place]
    script = _SCRIPTS[key]
    lines = read_script(script.SCRIPT, now, zone)
    # Rooms are listed by when they were made.
    began = now - (100 - 30 * place) * DAY
    room = Room(
        id=f"sample-{key}",
        name=name,
        topic=topic,
        icon=icon,
        host_id=next(_id(who) for who, is_ in roles.items() if is_ == "host"),
        created_at=began,
        channels=tuple(
            Channel(id=channel, name=channel, type=kind, position=position)
            for position, (channel, kind) in enumerate(script.CHANNELS)
        ),
        members=(
            *(_member(who, is_, began) for who, is_ in roles.items()),
            RoomMember(
                oder_id=reader.oder_id,
                username=reader.username,
                display_name=reader.display_name,
                avatar_url=reader.avatar_url,
                role=role,
                joined_at=now - DAY,
            ),
        ),
    )
    people = dict.fromkeys((*roles, *(line.who for line in lines)))
    return Sample(
        room=room,
        users=tuple(_user(who, began) for who in people),
        messages=tuple(_message(line, room.id, reader) for line in lines),
        files=tuple(file for line in lines for file in _files(line, room.id)),
        bans=_bans(room.id, now) if key == "garden" else (),
    )


def _id(who: str) -> str:
    return f"sample-{who}"


def _message_id(room_id: str, number: int) -> str:
    return f"{room_id}-{number:03}"


def _user(who: str, began: int) -> User:
    name, status, bio = _PEOPLE[who]
    return User(
        oder_id=_id(who),
        username=who,
        display_name=name,
        avatar_url=avatar(who),
        status=status,  # type: ignore[arg-type]
        joined_at=began,
        bio=bio,
    )


def _member(who: str, role: Role, began: int) -> RoomMember:
    return RoomMember(
        oder_id=_id(who),
        username=who,
        display_name=_PEOPLE[who][0],
        avatar_url=avatar(who),
        role=role,
        joined_at=began,
    )


def _message(line: Line, room_id: str, reader: User) -> Message:
    message_id = _message_id(room_id, line.number)
    answers = None if line.answers is None else _message_id(room_id, line.answers)
    return Message(
        id=message_id,
        room_id=room_id,
        channel_id=line.channel,
        sender_id=_id(line.who),
        sender_name=_PEOPLE[line.who][0],
        content=line.text.replace("{me}", reader.display_name),
        timestamp=line.timestamp,
        edited_at=line.timestamp + MINUTE // 2 if line.is_edited else None,
        reply_to_id=answers,
        is_deleted=line.is_deleted,
        reactions=tuple(
            Reaction(
                message_id=message_id,
                oder_id=_id(who),
                emoji=emoji,
                timestamp=line.timestamp + 5_000 * (place + 1),
            )
            for place, (emoji, who) in enumerate(line.reactions)
        ),
    )


def _files(line: Line, room_id: str) -> list[tuple[Attachment, str]]:
    found = []
    for place, (made_of, name) in enumerate(line.files):
        message_id = _message_id(room_id, line.number)
        attachment = Attachment(
            id=f"{message_id}-file-{place}",
            message_id=message_id,
            filename=name,
            size=0,
            mime="image/png" if made_of in PICTURES else _TEXTS[made_of][0],
            uploader_id=_id(line.who),
            created_at=line.timestamp + place,
        )
        found.append((attachment, made_of))
    return found


def _bans(room_id: str, now: int) -> tuple[Ban, ...]:
    return (
        Ban(
            room_id=room_id,
            user_id=_id("oskar"),
            banned_by=_id("mara"),
            display_name=_PEOPLE["oskar"][0],
            reason="Sells garden gnomes, again",
            timestamp=now - 4 * DAY,
            expires_at=now + 10 * DAY,
        ),
    )
