"""Exports of Telegram Desktop."""

import json

import pytest

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers
from support.archive_files import Found, data, iso, opened, zipped


def test_a_chat_with_its_media_is_read_whole() -> None:
    files = {
        "ChatExport/result.json": data("telegram/chat.json"),
        "ChatExport/photos/photo_1.jpg": b"jpg",
    }
    importer = opened(zipped(files), "ChatExport.zip")
    assert importer.format == "telegram"
    found = Found(importer)
    assert [(room.id, room.name) for room in found.rooms] == [("telegram:4711", "Hiking")]
    assert found.said == [
        ("2024-01-02 10:01:00", "Ann", "See the map (https://example.org/map), now"),
        ("2024-01-02 10:02:00", "Bob", "Nice"),
        ("2024-01-02 10:04:00", "Bob", ""),
        ("2024-01-02 10:05:00", "Ann", ""),
        ("2024-01-02 10:06:00", "Deleted account", "Forwarded from News\nSunny"),
        ("2024-01-02 10:07:00", "Ann", "When?\n- Sat\n- Sun"),
    ]
    answer = found.messages[1]
    assert (answer.id, answer.reply_to_id) == ("telegram:4711:3", "telegram:4711:2")
    assert iso(answer.edited_at or 0) == "2024-01-02 10:03:00"
    (reaction,) = answer.reactions
    assert (reaction.person_id, reaction.emoji) == ("telegram:user10", "👍")
    (photo,), (route,) = found.messages[2].files, found.messages[3].files
    assert photo.open is not None
    assert photo.open().read() == b"jpg"
    assert (route.name, route.size, route.open) == ("route.gpx", 2048, None)
    assert {note.kind: note.sample for note in found.notes} == {
        "notice": "Ann create_group",
        "reaction": "telegram:4711 3",
        "file_missing": "route.gpx",
        "field": "self_destruct_period_seconds",
    }
    assert found.noted("reaction") == 2


def test_an_account_names_the_person_and_asks_the_zone_of_old_times() -> None:
    found = Found(opened(data("telegram/account.json"), "result.json"), Answers())
    assert [(room.id, room.name) for room in found.rooms] == [
        ("telegram:11", "Bob"),
        ("telegram:10", "Saved messages"),
    ]
    assert [one.content for one in found.messages] == ["Hi", "Buy milk"]
    assert found.messages[0].id != found.messages[1].id
    assert found.questions["me"].suggestion == "telegram:user10"
    assert "time_zone" in found.questions
    assert found.messages[0].sender_id == "telegram:user10"


def test_a_message_that_cannot_be_read_is_noted_and_hides_no_other() -> None:
    chat = json.loads(data("telegram/chat.json"))
    chat["messages"][2]["text"] = {"not": "text"}
    found = Found(opened(json.dumps(chat).encode(), "result.json"))
    assert len(found.messages) == 5
    assert found.noted("message") == 1


@pytest.mark.parametrize("time", ["99999999999999", "0000000000000000000000009", "7999999999"])
def test_a_time_that_no_chat_can_be_from_is_refused_with_its_message(time: str) -> None:
    chat = json.loads(data("telegram/chat.json"))
    chat["messages"][2]["date_unixtime"] = time
    if time.startswith("0"):
        chat["messages"][2]["date_unixtime"] = None
        chat["messages"][2]["date"] = "0001-01-01T00:00:00"
    with pytest.raises(ArchiveError, match="telegram:4711 3 has a date"):
        Found(opened(json.dumps(chat).encode(), "result.json"))


def test_messages_before_the_chat_is_named_are_refused() -> None:
    chat = {"messages": [{"id": 1, "type": "message", "date": "2024-01-02T10:00:00", "text": "x"}]}
    text = json.dumps(chat | {"from_id": 1}).encode()
    with pytest.raises(ArchiveError, match="which chat"):
        Found(opened(text, "result.json"))
