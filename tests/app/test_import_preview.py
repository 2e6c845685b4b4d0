"""The preview of an import, the questions that it asks, and undoing."""

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.app.import_state import ImportPreview
from roomkeep.app.import_texts import left_out, likely_people, say_import
from roomkeep.app.time_zones import OffsetZone
from roomkeep.models import Room
from support.archives import Picked, line, text
from support.chat import Chat, until
from support.laws import law

DATA = Path(__file__).parent.parent / "data" / "archives"
CHAT = (
    "3/4/24, 9:05 AM - Messages are end-to-end encrypted.\n"
    "3/4/24, 9:06 AM - Ada: Hello\n"
    "3/4/24, 9:07 AM - Bob: Hi\n"
    "3/5/24, 9:08 AM - Bob: See you <Media omitted>\n"
)
NAME = "WhatsApp Chat with Bob.txt"


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with Chat.opened() as opened:
        yield opened


async def preview(chat: Chat, *files: Picked) -> ImportPreview:
    await chat.effects.imports.open(files)
    return current(chat)


def current(chat: Chat) -> ImportPreview:
    found = chat.account.imports.preview()
    assert found is not None
    return found


def day(ms: int | None) -> str:
    assert ms is not None
    return datetime.fromtimestamp(ms / 1_000, UTC).isoformat(timespec="minutes")[:16]


async def test_a_preview_writes_nothing_and_guesses_the_answers(chat: Chat) -> None:
    found = await preview(chat, Picked(CHAT.encode(), NAME))
    assert found.survey.format == "whatsapp"
    assert (found.survey.messages, len(found.survey.people)) == (3, 2)
    assert found.survey.people[found.answers.me or ""] == "Ada"
    assert [each.text for each in left_out(found.survey)] == [
        "1 notice, such as who joined",
    ]
    assert chat.account.importing() is None
    assert await chat.db.get_all_rooms() == []
    assert await chat.db.get_imports() == []


async def test_the_preview_follows_the_answers_and_so_does_the_import(chat: Chat) -> None:
    found = await preview(chat, Picked(CHAT.encode(), NAME))
    chat.effects.imports.answer_time_zone(UTC)
    await until(lambda: not current(chat).is_reading)
    chat.effects.imports.answer_day_first(day_first=True)
    await until(lambda: not current(chat).is_reading)
    assert day(current(chat).survey.first) == "2024-04-03T09:06"
    chat.effects.imports.answer_day_first(day_first=False)
    chat.effects.imports.answer_time_zone(ZoneInfo("Asia/Tokyo"))
    chat.effects.imports.answer_me(None)
    await until(lambda: not current(chat).is_reading)
    assert day(current(chat).survey.first) == "2024-03-04T00:06"
    assert current(chat).survey is not found.survey
    await chat.effects.imports.start()
    (room,) = await chat.db.get_all_rooms()
    messages = await chat.db.get_messages(room.id)
    assert [day(message.timestamp) for message in messages] == [
        "2024-03-04T00:06",
        "2024-03-04T00:07",
        "2024-03-05T00:08",
    ]
    # Nobody of them was said to be Ada, although one has the name.
    assert chat.account.user_id not in {message.sender_id for message in messages}


async def test_an_import_that_begins_while_the_preview_is_read_uses_the_last_answers(
    chat: Chat,
) -> None:
    await preview(chat, Picked(CHAT.encode(), NAME))
    chat.effects.imports.answer_time_zone(ZoneInfo("Asia/Tokyo"))
    chat.effects.imports.answer_day_first(day_first=True)
    await chat.effects.imports.start()
    (room,) = await chat.db.get_all_rooms()
    messages = await chat.db.get_messages(room.id)
    assert day(messages[0].timestamp) == "2024-04-03T00:06"
    assert room.created_at == messages[0].timestamp


async def test_what_the_person_wrote_becomes_their_own(chat: Chat) -> None:
    await preview(chat, Picked(CHAT.encode(), NAME))
    await chat.effects.imports.start()
    (room,) = await chat.db.get_all_rooms()
    own = [m.content for m in await chat.db.get_messages(room.id) if m.sender_id == "Ada"]
    assert own == ["Hello"]


async def test_dates_that_are_in_no_calendar_are_refused(chat: Chat) -> None:
    # Both orders are in it, and each makes one of the dates impossible.
    quoted = "3/30/24, 9:06 AM - Ada: Hello\n30/3/24, 9:07 AM - Bob: Hi\n"
    await chat.effects.imports.open((Picked(quoted.encode(), NAME),))
    refusal = chat.account.imports.refusal()
    assert refusal is not None
    assert "isn't in any calendar" in refusal.text
    assert refusal.advice == "Nothing was imported. Fix the file or choose another."
    assert chat.account.importing() is None
    assert await chat.db.get_imports() == []


async def test_files_of_one_format_are_one_import(chat: Chat) -> None:
    files = [
        Picked(CHAT.encode(), NAME),
        Picked(CHAT.replace("Bob", "Cid").encode(), "WhatsApp Chat with Cid.txt"),
    ]
    said = await chat.import_files(*files)
    assert said.startswith("done: Imported 6 messages from 3 people in 2 rooms.")
    (one,) = await chat.db.get_imports()
    assert one.file_name == "WhatsApp Chat with Bob.txt and 1 more file"
    assert say_import(one) == "WhatsApp: 6 messages"


async def test_files_of_several_formats_are_refused(chat: Chat) -> None:
    files = (Picked(CHAT.encode(), NAME), Picked(text(line())))
    assert await chat.import_files(*files) == (
        "refused: These files come from different apps. Nothing was imported."
        " Import them one after the other."
    )
    other = (Picked(CHAT.encode(), NAME), Picked(b"\x89PNG", "a.png"))
    said = "refused: “a.png”: This isn't a chat archive that can be imported."
    assert (await chat.import_files(*other)).startswith(said)


async def test_a_zip_that_leads_out_is_refused_and_another_file_is_taken(chat: Chat) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../_chat.txt", CHAT)
    said = await chat.import_files(Picked(made.getvalue(), "chat.zip"))
    assert said.startswith("refused: The file contains a path that leads out of it")
    assert (await chat.import_files(Picked(CHAT.encode(), NAME))).startswith("done: Imported 3")


async def test_an_import_is_undone_after_asking(chat: Chat) -> None:
    await chat.import_files(Picked(text(line()), "before.jsonl"))
    await chat.import_files(Picked(CHAT.encode(), NAME))
    past = chat.account.imports.past()
    assert past is not None
    assert [one.file_name for one in past] == [NAME, "before.jsonl"]
    chat.effects.imports.ask_undo(past[0])
    chat.effects.imports.cancel_undo()
    told = chat.told
    await chat.effects.imports.undo()
    assert len(await chat.db.get_imports()) == 2
    assert chat.told == told
    chat.effects.imports.ask_undo(past[0])
    await chat.effects.imports.undo()
    assert {room.id for room in chat.account.rooms() or ()} == {"r"}
    assert [one.file_name for one in chat.account.imports.past() or ()] == ["before.jsonl"]
    assert f"The import of “{NAME}” was undone." in chat.told


async def test_an_import_that_is_undone_meanwhile_stops(chat: Chat) -> None:
    """As another tab does it."""
    lines = [line(id=f"m{n}", senderId="s", senderName="S") for n in range(5_000)]
    await preview(chat, Picked(text(*lines)))
    task = chat.effects.imports.start()
    await until(lambda: "Imported" in getattr(chat.account.importing(), "text", ""))
    (one,) = await chat.db.get_imports()
    # What somebody writes keeps the room.
    await chat.hear("Still here", "r")
    await chat.db.undo_import(one.id)
    await task
    importing = chat.account.importing()
    assert importing is not None
    assert importing.text == "Import stopped because what it had added was deleted."
    assert [message.content for message in await chat.db.get_messages("r")] == ["Still here"]


async def test_no_step_of_an_import_lands_in_an_account_that_was_switched_to(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await preview(chat, Picked(text(line())))
    look = chat.db.get_room

    async def look_and_switch(room_id: str) -> Room | None:
        found = await look(room_id)
        monkeypatch.undo()
        await chat.effects.accounts.create("Grace")
        return found

    monkeypatch.setattr(chat.db, "get_room", look_and_switch)
    await chat.effects.imports.start()
    assert chat.account.user_id == "Grace"
    assert await chat.db.get_imports() == []
    assert await chat.db.get_all_rooms() == []


async def test_reading_for_the_preview_can_be_canceled(chat: Chat) -> None:
    data = text(*(line(id=f"m{n}") for n in range(20_000)))
    task = chat.effects.imports.open([Picked(data)])
    await until(lambda: "Checked" in getattr(chat.account.importing(), "text", ""))
    chat.effects.imports.cancel()
    await task
    assert chat.account.imports.preview() is None
    assert chat.account.importing() is None


async def test_of_very_many_people_those_who_wrote_most_are_offered(chat: Chat) -> None:
    lines = [line(id=f"m{n}", senderId=f"s{n}", senderName=f"S{n}") for n in range(500)]
    lines += [line(id="x", senderId="s300", senderName="S300")]
    found = await preview(chat, Picked(text(*lines)))
    people = likely_people(found.survey, "s499")
    assert len(people) == 201
    assert (people[0].name, people[0].messages) == ("S300", 2)
    assert people[-1].id == "s499"


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


@law
@given(
    zone=st.sampled_from(ZONES),
    wall=st.datetimes(datetime(1970, 1, 5), datetime(2037, 12, 1)),  # noqa: DTZ001 of any zone
    fold=st.integers(0, 1),
)
async def test_law_a_zone_made_of_offsets_is_that_zone(
    zone: str, wall: datetime, fold: int
) -> None:
    known = ZoneInfo(zone)

    def offset_at(seconds: int) -> int:
        offset = datetime.fromtimestamp(seconds, known).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    made = OffsetZone(zone, offset_at)
    wall = wall.replace(fold=fold)
    is_skipped = wall.replace(tzinfo=known).astimezone(UTC).astimezone(known).replace(
        tzinfo=None
    ) != wall.replace(fold=0)
    if not is_skipped or fold == 0:
        assert made.utcoffset(wall) == wall.replace(tzinfo=known).utcoffset()


def test_a_zone_knows_the_hours_that_clocks_skip_and_show_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    def offset_at(seconds: int) -> int:
        offset = datetime.fromtimestamp(seconds, berlin).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    made = OffsetZone("Europe/Berlin", offset_at)
    for wall in ("2024-03-31T02:30", "2024-10-27T02:30", "2024-10-27T01:59", "2024-10-27T03:00"):
        when = datetime.fromisoformat(wall)
        assert made.utcoffset(when) == when.replace(tzinfo=berlin).utcoffset()
    twice = datetime(2024, 10, 27, 2, 30, fold=1)  # noqa: DTZ001 on the wall
    assert made.utcoffset(twice) == twice.replace(tzinfo=berlin).utcoffset()


LATER = "3/4/24, 10:00 AM - Ada: Later\n"


async def test_what_was_answered_once_is_the_default_of_the_next_import(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomkeep.app.effects.import_run.find_zone", ZoneInfo)
    imports = chat.effects.imports
    await preview(chat, Picked(CHAT.encode(), NAME))
    assert current(chat).answers.day_first is True
    imports.answer_time_zone(ZoneInfo("Pacific/Kiritimati"))
    imports.answer_day_first(day_first=False)
    await until(lambda: not current(chat).is_reading)
    await imports.start()
    imports.forget()
    next_one = await preview(chat, Picked(LATER.encode(), NAME))
    assert next_one.answers.time_zone == ZoneInfo("Pacific/Kiritimati")
    assert next_one.answers.day_first is False
    # It is asked all the same, and what is shown was read with these answers.
    assert next_one.survey.questions.keys() == {"me", "time_zone", "day_first"}
    assert day(next_one.survey.first) == "2024-03-03T20:00"
    await imports.start()
    (found,) = await chat.db.get_all_rooms()
    times = [one.timestamp for one in await chat.db.get_messages(found.id)]
    assert next_one.survey.first in times


async def test_the_device_s_own_zone_is_an_answer_too(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomkeep.app.effects.import_run.find_zone", ZoneInfo)
    await chat.db.save_setting("importAnswers", {"timeZone": "Asia/Tokyo", "dayFirst": True})
    await preview(chat, Picked(b"12/31/24, 9:06 AM - Ada: Hello\n", NAME))
    chat.effects.imports.answer_time_zone(None)
    await until(lambda: not current(chat).is_reading)
    await chat.effects.imports.start()
    # What this file did not leave open stays.
    assert await chat.db.get_setting("importAnswers") == {"timeZone": "", "dayFirst": True}


@pytest.mark.parametrize("kept", [None, 5, [], {"timeZone": 7, "dayFirst": "no"}])
async def test_answers_that_cannot_be_read_count_as_none(chat: Chat, kept: object) -> None:
    await chat.db.save_setting("importAnswers", kept)
    found = await preview(chat, Picked(CHAT.encode(), NAME))
    assert (found.answers.time_zone, found.answers.day_first) == (None, True)
