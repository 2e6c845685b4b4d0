"""Exporting the messages of a room, or those that a search finds."""

import json
from collections.abc import AsyncIterator, Sequence

import pytest

from roomkeep.app.effects import transcript_run
from roomkeep.app.effects.transcript_run import KEPT, PAGE
from roomkeep.app.job import Job
from roomkeep.models import Message
from support.archives import Picked
from support.backups import App, begin, everything
from support.make import attachment, channel, member, message, reaction, room


@pytest.fixture
async def app() -> AsyncIterator[App]:
    """An account with the room r1, which is open."""
    made = await begin()
    members = (member("Ada", display_name="Ada", role="host"), member("ann"), member("bob"))
    await made.db.save_room(room(name="Tea", host_id="Ada", members=members))
    await made.effects.rooms.load(made.account)
    await made.effects.rooms.show(made.account, "r1")
    yield made
    await made.db.close()


def job(app: App) -> Job:
    found = app.account.transcript.job()
    assert found is not None
    return found


def ids(text: str) -> list[str]:
    return [json.loads(line)["id"] for line in text.splitlines()]


async def fill(app: App, count: int = 2 * PAGE + 7) -> list[Message]:
    """Fill the room, several messages at a time of the clock."""
    messages = [message(f"m{n:05}", timestamp=n // 4) for n in range(count)]
    await app.db.save_messages(messages)
    return messages


async def test_all_messages_of_a_room_are_exported_the_oldest_first(app: App) -> None:
    messages = await fill(app)
    await app.db.save_message(message("elsewhere", room_id="r2"))
    await app.db.delete_message("m00003")
    await app.db.save_attachment(attachment(message_id="m00004", filename="pot.png"), b"cat")
    await app.db.save_reaction(reaction("bob", message_id="m00004"))
    app.effects.transcripts.open_for_room()
    assert app.account.dialog() == "transcript"
    text = await app.export_messages()
    assert ids(text) == [one.id for one in messages if one.id != "m00003"]
    named = json.loads(text.splitlines()[3])
    assert (named["roomName"], named["channelName"]) == ("Tea", "general")
    assert named["files"][0]["name"] == "pot.png"
    assert named["reactions"][0]["personName"] == "Bob"
    assert app.saved.name.startswith("Tea 20")
    assert app.saved.name.endswith(".jsonl")
    assert job(app).phase == "done"
    assert job(app).text.startswith("Exported 506 messages, ")


async def test_what_is_exported_as_json_comes_back_where_it_is_missing(app: App) -> None:
    two = (channel(), channel("c2", name="pots", position=1))
    await app.db.update_room("r1", channels=two)
    await app.effects.rooms.load(app.account)
    await fill(app, 20)
    one = message("in c2", channel_id="c2", edited_at=9, reply_to_id="m00001", timestamp=30)
    await app.db.save_message(one)
    await app.db.save_reaction(reaction("bob", message_id="in c2"))
    app.effects.transcripts.open_for_room()
    text = await app.export_messages()
    other = await begin("Ada")
    told = await other.import_files(Picked(text.encode(), "tea.jsonl"))
    assert told.startswith("done: Imported 21 messages from")
    assert (await everything(other.db))["messages"] == (await everything(app.db))["messages"]
    restored = await other.db.get_room("r1")
    assert restored is not None
    assert restored.name == "Tea"
    assert {one.id: one.name for one in restored.channels} == {"general": "general", "c2": "pots"}
    # And where nothing is missing, nothing changes.
    before = await everything(app.db)
    await app.import_files(Picked(text.encode(), "tea.jsonl"))
    after = await everything(app.db)
    assert (after["messages"], after["rooms"]) == (before["messages"], before["rooms"])
    await other.db.close()


async def test_a_reply_quotes_what_was_said_however_long_ago(app: App) -> None:
    await fill(app, KEPT + 20)
    for number in range(3):
        late = message(f"late{number}", reply_to_id="m00005", timestamp=10**6 + number)
        await app.db.save_message(late)
    await app.db.save_message(message("gone", reply_to_id="none", timestamp=10**7))
    app.effects.transcripts.open_for_room()
    text = await app.export_messages("text")
    assert text.count("(In reply to Ann: content of m00005)") == 3
    assert text.count("In reply to") == 3
    await app.db.delete_message("m00005")
    assert "In reply to" not in await app.export_messages("text")
    assert "<blockquote" not in await app.export_messages("html")


async def test_channels_are_named_where_there_are_several(app: App) -> None:
    await fill(app, 1)
    app.effects.transcripts.open_for_room()
    assert "(#general)" not in await app.export_messages("text")
    await app.db.update_room("r1", channels=(channel(), channel("c2", position=1)))
    await app.effects.rooms.load(app.account)
    assert "Ann (#general): content" in await app.export_messages("text")


async def test_all_that_a_search_finds_is_exported(app: App) -> None:
    await fill(app)
    await app.db.save_room(room("r2", name="Pots"))
    await app.effects.rooms.load(app.account)
    await app.db.save_message(message("other", room_id="r2", content="content", timestamp=10**6))
    await app.db.save_message(message("none", content="else", timestamp=10**6))
    search = app.effects.search
    search.open(in_front=False)
    search.type("content")
    await app.idle()
    app.effects.transcripts.open_for_search()
    found = ids(await app.export_messages())
    assert len(found) == len(set(found)) == 2 * PAGE + 7
    assert found[:2] == ["m00506", "m00505"]
    assert app.saved.name.startswith("Search results for content 20")
    search.choose_scope("everywhere")
    await app.idle()
    app.effects.transcripts.open_for_search()
    text = await app.export_messages("text")
    assert text.startswith("Search results for content\nExported from Roomkeep on 20")
    assert "Ann (Pots): content\n" in text
    assert "Ann (Tea): content of m00506\n" in text


async def test_messages_that_go_meanwhile_hide_no_others(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = await fill(app)
    write = transcript_run.TranscriptRun._write_page

    async def write_and_undo(run: transcript_run.TranscriptRun, page: Sequence[Message]) -> None:
        await write(run, page)
        if page[0].id == "m00000":
            # The last one of the page, which is in the middle of a time of the clock.
            await app.db.clear_room_messages("r1")
            await app.db.save_messages([one for one in messages if one.id != "m00249"])

    monkeypatch.setattr(transcript_run.TranscriptRun, "_write_page", write_and_undo)
    app.effects.transcripts.open_for_room()
    assert ids(await app.export_messages()) == [one.id for one in messages]


async def test_it_can_be_canceled_and_then_saves_nothing(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(app)
    monkeypatch.setattr("roomkeep.app.effects.job_run.BREATH", 0)
    write = transcript_run.TranscriptRun._write_page
    shares = []

    async def write_and_cancel(run: transcript_run.TranscriptRun, page: Sequence[Message]) -> None:
        await write(run, page)
        shares.append(job(app).done)
        app.effects.transcripts.cancel()

    monkeypatch.setattr(transcript_run.TranscriptRun, "_write_page", write_and_cancel)
    app.effects.transcripts.open_for_room()
    await app.export_messages()
    assert shares == [250 / 507]
    assert (job(app).phase, job(app).text) == ("stopped", "Export canceled. No file was saved.")
    assert app.saved.name == ""
    # Asked for again, it begins anew.
    app.effects.transcripts.open_for_room()
    assert app.account.transcript.job() is None


async def test_one_that_runs_is_shown_whatever_is_asked_for(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(app, 3)
    seen = []
    write = transcript_run.TranscriptRun._write_page

    async def ask_again(run: transcript_run.TranscriptRun, page: Sequence[Message]) -> None:
        app.effects.transcripts.open_for_room()
        await app.effects.transcripts.start()
        seen.append(job(app).phase)
        await write(run, page)

    monkeypatch.setattr(transcript_run.TranscriptRun, "_write_page", ask_again)
    app.effects.transcripts.open_for_room()
    assert len(ids(await app.export_messages())) == 3
    assert seen == ["running"]


async def test_a_failure_is_told(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(app, 3)

    async def fail(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(transcript_run.TranscriptRun, "_write_page", fail)
    app.effects.transcripts.open_for_room()
    await app.export_messages()
    assert job(app).phase == "failed"
    assert job(app).text.startswith("Couldn't export the messages.")
    assert job(app).advice.endswith("No file was saved.")
    assert app.saved.name == ""
