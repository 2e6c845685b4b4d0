"""WhatsApp's exports, from both phones and in several languages."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers
from roomkeep.archives.records import Looking
from support.archive_files import Found, data, iso, opened, zipped

NAME = "WhatsApp Chat with Ann.txt"


def read(file: str, answers: Answers | None = None) -> Found:
    importer = opened(data(f"whatsapp/{file}"), NAME)
    assert importer.format == "whatsapp"
    return Found(importer, answers or Answers(time_zone=UTC))


@pytest.mark.parametrize(
    "file",
    [
        *("android-de", "android-es", "android-ja", "android-zh", "android-ko", "android-ar"),
        *("android-fi", "android-th", "android-tr", "iphone-de", "iphone-en-us"),
    ],
)
def test_dates_and_names_are_read_in_every_language(file: str) -> None:
    found = read(f"{file}.txt")
    first, second = found.messages
    assert iso(first.time)[:16] == "2020-12-31 23:59"
    if file == "android-de":
        assert iso(second.time) == "2021-01-13 08:05:00"
    else:
        assert iso(second.time) == "2021-01-01 00:00:00"
    assert [first.sender_name, second.sender_name] == ["Ann", "Bob"]
    assert "day_first" not in found.questions
    assert found.notes == [] or file == "iphone-de"


def test_an_android_export_is_read_whole() -> None:
    found = read("android-en-us.txt")
    assert found.said == [
        ("2020-12-31 23:59:00", "Ann", "Happy new year!\nwith fireworks: see 1/1/21"),
        ("2021-01-01 00:00:00", "Bob Miller", "Same to you"),
        ("2021-01-01 00:00:00", "Bob Miller", "Same to you"),
        ("2021-01-01 12:01:00", "Ann", "<Media omitted>"),
        ("2021-01-01 12:02:00", "+49 170 1234567", "the view"),
        ("2021-01-01 12:04:00", "Ann", "typo"),
    ]
    assert len({one.id for one in found.messages}) == 6
    assert [one.edited_at is not None for one in found.messages] == [False] * 5 + [True]
    (file,) = found.messages[4].files
    assert (file.name, file.mime, file.open) == ("IMG-20210101-WA0001.jpg", "image/jpeg", None)
    assert [note.kind for note in found.notes] == [
        "notice",
        "file_missing",
        "file_missing",
        "notice",
    ]
    assert [room.name for room in found.rooms] == ["Ann"]


def test_an_iphone_export_with_media_is_read_whole() -> None:
    photo = "00000003-PHOTO-2021-01-01-00-00-00.jpg"
    content = zipped({"_chat.txt": data("whatsapp/iphone-en.txt"), photo: b"jpg"})
    found = Found(opened(content, "WhatsApp Chat - Ann.zip"))
    assert [room.name for room in found.rooms] == ["Ann"]
    assert found.said[1:] == [
        ("2020-12-31 23:59:01", "Ann", "Happy new year!\nsecond line"),
        ("2021-01-01 00:00:00", "Bob", ""),
        ("2021-01-01 00:00:01", "Bob", "image omitted"),
    ]
    (file,) = found.messages[2].files
    assert (file.name, file.mime, file.size) == (photo, "image/jpeg", 3)
    assert file.open is not None
    assert file.open().read() == b"jpg"


def test_exports_that_overlap_give_the_same_ids_to_the_same_messages() -> None:
    whole = data("whatsapp/android-en-us.txt").decode().splitlines(keepends=True)
    ids = [one.id for one in Found(opened("".join(whole).encode(), NAME)).messages]
    later = Found(opened("".join(whole[3:]).encode(), "WhatsApp Chat with Ann (1).txt"))
    assert [one.id for one in later.messages] == ids[1:]
    # The same with the file that the other export left out.
    with_file = "".join(whole).replace("<Media omitted>", "IMG-20210101-WA0000.jpg (file attached)")
    assert [one.id for one in Found(opened(with_file.encode(), NAME)).messages] == ids


def test_what_the_file_leaves_open_is_asked_with_what_is_likelier() -> None:
    lines = "1/2/21, 10:00 - Ann: one\n2/2/21, 10:00 - Ann: two\n1/3/21, 10:00 - Ann: three\n"
    found = Found(opened(lines.encode(), NAME), Answers())
    assert found.questions.keys() == {"me", "time_zone", "day_first"}
    assert found.questions["day_first"].suggestion is True
    zone = ZoneInfo("Europe/Berlin")
    by_day = Found(opened(lines.encode(), NAME), Answers(time_zone=zone, day_first=True))
    assert iso(by_day.messages[0].time) == "2021-02-01 09:00:00"
    by_month = Found(opened(lines.encode(), NAME), Answers(time_zone=zone, day_first=False))
    assert iso(by_month.messages[0].time) == "2021-01-02 09:00:00"
    assert "time_zone" not in by_month.questions


def test_a_summer_hour_that_comes_twice_does_not_make_messages_one() -> None:
    lines = (
        "31.10.21, 02:30 - Ann: tick\n31.10.21, 02:40 - Ann: tock\n31.10.21, 02:30 - Ann: tick\n"
    )
    found = Found(opened(lines.encode(), NAME), Answers(time_zone=ZoneInfo("Europe/Berlin")))
    assert len({one.id for one in found.messages}) == 3


def test_utf_16_is_read_and_other_encodings_are_refused() -> None:
    text = "31.12.20, 23:59 - Ann: Grüße\n"
    assert Found(opened(text.encode("utf-16"), NAME)).said[0][2] == "Grüße"
    with pytest.raises(ArchiveError, match=r"Line 1 of “WhatsApp Chat with Ann\.txt” isn't text"):
        Found(opened(text.encode("latin-1"), NAME))


def test_a_date_that_no_chat_can_be_from_is_refused_with_its_line() -> None:
    text = "31.12.20, 23:59 - Ann: now\n31.12.1920, 23:59 - Ann: then\n"
    with pytest.raises(ArchiveError, match=r"Line 2 of “WhatsApp Chat with Ann.txt” has a date"):
        Found(opened(text.encode(), NAME))


def test_a_colon_in_the_new_name_of_a_group_makes_no_sender() -> None:
    text = "31.12.20, 23:58 - Ann: hi\n31.12.20, 23:59 - Ann changed the group name to “a: b”\n"
    found = Found(opened(text.encode(), NAME))
    assert [one.sender_name for one in found.messages] == ["Ann"]
    assert found.noted("notice") == 1


def test_a_long_chat_is_looked_through_in_short_steps() -> None:
    chat = "".join(f"1/2/24, 9:05 - Ann: {n}\n" for n in range(10_000)).encode()
    items = Found(opened(chat, NAME)).items
    assert sum(isinstance(item, Looking) for item in items[:60]) >= 10_000 // 200
