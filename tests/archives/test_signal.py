"""Chats that signal-export wrote."""

from support.archive_files import Found, data, folder, opened


def test_chats_with_media_are_read_whole() -> None:
    importer = opened(folder("signal"), "signal.zip")
    assert importer.format == "signal"
    found = Found(importer)
    assert [room.name for room in found.rooms] == ["Aya", "Group"]
    assert found.said == [
        ("2019-05-29 15:04:32", "Me", "How is everyone?"),
        ("2019-05-29 15:10:00", "Aya", "We're great!  \nreally"),
        ("2019-05-29 15:11:00", "Aya", ""),
        ("2019-05-29 15:13:00", "Jim", "> Something else entirely\nLate  \n🐈"),
        ("2019-05-29 15:04:00", "Me", "Hi: all"),
        ("2019-05-29 15:04:00", "Me", "Hi: all"),
    ]
    question, answer, picture, late, *_ = found.messages
    assert answer.reply_to_id == question.id
    assert late.reply_to_id is None
    assert [(one.person_name, one.emoji) for one in answer.reactions] == [
        ("Me", "👍"),
        ("Jim", "❤️"),
    ]
    (file,) = picture.files
    assert file.open is not None
    assert (file.name, file.open().read()) == ("cat.jpg", b"jpg")
    assert [note.kind for note in found.notes] == ["deleted"]
    assert found.questions["me"].suggestion == question.sender_id
    assert len({one.id for one in found.messages}) == 6


def test_one_chat_alone_is_told_from_whatsapp() -> None:
    importer = opened(data("signal/Aya/chat.md"), "chat.md")
    assert importer.format == "signal"
    assert Found(importer).noted("file_missing") == 1
    assert opened(data("whatsapp/iphone-en.txt"), "chat.txt").format == "whatsapp"
