"""Exports of DiscordChatExporter."""

import json

import pytest

from roomkeep.archives.errors import ArchiveError
from support.archive_files import Found, data, folder, iso, opened

CHANNEL = "discord/Kitchen - Food - soup [8].json"


def test_channels_of_a_server_and_direct_messages_are_read_whole() -> None:
    importer = opened(folder("discord"), "discord.zip")
    assert importer.format == "discord"
    found = Found(importer)
    assert [(room.id, room.name) for room in found.rooms] == [
        ("discord:12", "bob"),
        ("discord:7", "Kitchen"),
    ]
    direct, question, answer, picture, wave = found.messages
    assert (direct.room_id, direct.channel_id, direct.content) == ("discord:12", "general", "Psst")
    assert (question.room_id, question.channel_id) == ("discord:7", "discord:8")
    assert (question.sender_name, question.content) == ("Ann", "Soup?")
    assert iso(question.time) == "2018-01-01 22:52:00"
    assert question.time % 1_000 == 123
    assert iso(question.edited_at or 0) == "2018-01-01 22:59:00"
    assert answer.reply_to_id == question.id
    assert [(one.person_name, one.emoji) for one in answer.reactions] == [
        ("Ann", "👍"),
        ("Bob", ":pot:"),
    ]
    (file,) = picture.files
    assert file.open is not None
    assert (file.name, file.open().read(), file.mime) == ("pan one.png", b"png", "image/png")
    assert wave.content == ":Wave:"
    assert {note.kind: note.count for note in found.notes} == {
        "notice": 1,
        "reaction": 1,
        "field": 1,
    }


def test_one_channel_without_media_names_what_is_missing() -> None:
    found = Found(opened(data(CHANNEL), "soup.json"))
    assert found.noted("file_missing") == 1
    assert len(found.messages) == 4


def test_a_file_without_its_channel_or_a_date_is_refused_with_the_place() -> None:
    channel = json.loads(data(CHANNEL))
    wrong = channel | {"channel": {"name": "soup"}}
    with pytest.raises(ArchiveError, match=r"“soup\.json” doesn't contain what it should"):
        Found(opened(json.dumps(wrong).encode(), "soup.json"))
    channel["messages"][1]["timestamp"] = "yesterday"
    with pytest.raises(ArchiveError, match=r"soup\.json, 2 has a date"):
        Found(opened(json.dumps(channel).encode(), "soup.json"))
