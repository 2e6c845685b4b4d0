"""What an archive holds."""

import pytest

from roomkeep.app import archive_scan
from roomkeep.app.archive_scan import ArchiveScan
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.lines import Reader
from roomkeep.models import Channel, Room, RoomMember, User
from support.archives import line, text

HOST = User(oder_id="me", username="me", display_name="Me")


def count(data: bytes) -> ArchiveScan:
    counted = ArchiveScan()
    reader = Reader()
    for block in (*reader.feed(data), *reader.finish()):
        counted.add(block)
    counted.finish()
    return counted


def test_counts_messages_rooms_and_people() -> None:
    counted = count(
        text(
            line(id="1", timestamp=5),
            line(id="2", timestamp=3, channelId="tea", senderId="bob", senderName=""),
            line(id="3", roomId="other"),
        )
    )
    assert counted.messages == 3
    assert counted.people == {"ada": "Ada", "bob": ""}
    room = counted.room("r", HOST, None)
    assert (room.name, room.host_id, room.created_at) == ("r", "me", 3)
    assert [(channel.id, channel.position) for channel in room.channels] == [
        ("general", 0),
        ("tea", 1),
    ]
    assert [(member.oder_id, member.display_name, member.role) for member in room.members] == [
        ("me", "Me", "host"),
        ("ada", "Ada", "member"),
        ("bob", "bob", "member"),
    ]
    assert [user.display_name for user in counted.users(["ada", "bob"])] == ["Ada", "bob"]


def test_adds_to_a_room_that_is_there_and_changes_nothing_else() -> None:
    known = Room(
        id="r",
        name="Tea",
        topic="cake",
        host_id="x",
        created_at=9,
        channels=(Channel(id="general", name="All", type="text", position=0),),
        members=(RoomMember(oder_id="ada", username="a", display_name="Countess", role="admin"),),
    )
    room = count(text(line(), line(senderId="bob"))).room("r", HOST, known)
    assert (room.name, room.topic, room.host_id, room.created_at) == ("Tea", "cake", "x", 9)
    assert room.channels == known.channels
    assert room.members[0] == known.members[0]
    assert [member.oder_id for member in room.members] == ["ada", "bob"]


def test_nothing_is_an_error() -> None:
    with pytest.raises(ArchiveError, match="no messages"):
        count(b"\n \n")


@pytest.mark.parametrize("bound", ["MAX_ROOMS", "MAX_PEOPLE", "MAX_PLACES", "MAX_NAMES_SIZE"])
def test_memory_has_bounds(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = text(*(line(roomId=f"r{n}", senderId=f"s{n}") for n in range(20)))
    count(data)
    monkeypatch.setattr(archive_scan, bound, 10)
    with pytest.raises(ArchiveError, match=r"contains more|messages from more|too many"):
        count(data)


def test_only_a_few_unknown_fields_are_named() -> None:
    counted = count(text(*(line(**{f"field{n}" * 20: n}) for n in range(20))))
    assert counted.lines_with_unknown == 20
    assert len(counted.unknown) == 5
    assert all(len(name) <= 40 for name in counted.unknown)
