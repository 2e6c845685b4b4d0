"""Element's exports of Matrix rooms."""

from support.archive_files import Found, data, folder, iso, opened


def test_a_room_with_edits_reactions_and_files_is_read_whole() -> None:
    importer = opened(folder("element"), "element.zip")
    assert importer.format == "matrix"
    found = Found(importer)
    (room,) = found.rooms
    assert (room.id, room.name, room.topic) == ("matrix:!kitchen:example.org", "Kitchen", "Food")
    assert [(one.sender_name, one.content) for one in found.messages] == [
        ("Ann", "Soup?"),
        ("bob", "Yes"),
        ("bob", ""),
        ("Ann", "* Ann chops onions"),
    ]
    question, answer, picture, _ = found.messages
    assert iso(question.edited_at or 0) == "2018-01-01 09:46:44"
    assert answer.edited_at is None
    assert answer.reply_to_id == question.id
    (reaction,) = answer.reactions
    assert (reaction.person_name, reaction.emoji, iso(reaction.time or 0)) == (
        "Ann",
        "👍",
        "2018-01-01 09:46:45",
    )
    (file,) = picture.files
    assert file.open is not None
    assert (file.name, file.mime, file.open().read()) == ("pan.png", "image/png", b"png")
    assert [note.kind for note in found.notes] == ["notice", "deleted", "message"]


def test_a_file_alone_names_what_is_missing() -> None:
    found = Found(opened(data("element/export.json"), "export.json"))
    assert found.noted("file_missing") == 1
    assert len(found.messages) == 4
