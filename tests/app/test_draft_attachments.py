"""Nothing that was typed is lost: drafts with what they answer, and what editors hold."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.channel_ref import DRAFT, setting_key
from roomkeep.app.timeline import Timeline
from roomkeep.errors import StorageFull
from roomkeep.models import Message
from support.chat import Chat, until


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """Two rooms; one message in each; Tea is open."""
    async with Chat.opened() as made:
        for name in ("Cake", "Tea"):
            await made.effects.rooms.create(name)
            await made.write(f"about {name}")
        yield made


def shown(chat: Chat) -> Message:
    timeline = chat.account.timeline()
    assert timeline is not None
    return timeline.messages[0]


def editing(chat: Chat) -> str | None:
    return chat.account.editing


async def go_away_and_come_back(chat: Chat) -> None:
    before = chat.account
    await chat.effects.accounts.sign_out()
    await chat.effects.accounts.switch("Ada")
    assert chat.account is not before


async def test_a_draft_answers_what_it_answered(chat: Chat) -> None:
    chat.effects.sending.begin_reply(shown(chat).id)
    await go_away_and_come_back(chat)
    assert chat.account.reply == shown(chat)
    chat.effects.sending.write_draft(chat.here, "an answer")
    await go_away_and_come_back(chat)
    assert (chat.account.draft, chat.account.reply) == ("an answer", shown(chat))


async def test_what_the_database_did_not_get_any_more_is_there_the_next_time(chat: Chat) -> None:
    effects, account = chat.effects, chat.account
    assert account.channel_ref is not None
    key = setting_key(DRAFT, account.channel_ref)
    effects.sending.write_draft(chat.here, "half a thought")
    stashed = chat.stash()
    assert stashed[key] == "half a thought"
    # The page goes before the database has it, and without a word of what it leaves.
    await chat.reopen(stashed)
    assert chat.account.draft == "half a thought"
    assert await chat.db.get_setting(key) == "half a thought"
    assert chat.resume.load_unsaved("Ada") == {}

    # A page that has stayed after all leaves nothing older behind.
    effects.sending.write_draft(chat.here, "half a thought more")
    effects.setting_writer.stash()
    effects.sending.write_draft(chat.here, "a whole thought")
    await effects.setting_writer.flush(chat.account)
    assert chat.resume.load_unsaved("Ada") == {}

    # Another page of the account goes on from there.
    chat.resume.save_unsaved("Ada", {key: "from the other", "other": ["no draft"]})
    await effects.setting_writer.follow_stashed()
    await until(lambda: chat.account.draft == "from the other")
    assert await chat.db.get_setting("other") is None


async def test_where_one_was_last_outlives_a_page_that_goes_at_once(chat: Chat) -> None:
    await chat.effects.rooms.create("Garden")
    here = chat.account.channel_ref
    await chat.reopen(chat.stash())
    assert chat.account.recent()[0] == here


async def test_what_is_being_sent_is_not_lost_by_a_switch(chat: Chat) -> None:
    may_send = chat.hold_sending()
    chat.effects.sending.write_draft(chat.here, "just sent")
    chat.effects.sending.send(chat.here)
    asyncio.get_running_loop().call_later(0.01, may_send.set)
    await go_away_and_come_back(chat)
    assert chat.shown == ["about Tea", "just sent"]


async def test_a_reply_that_was_cancelled_is_not_kept(chat: Chat) -> None:
    chat.effects.sending.begin_reply(shown(chat).id)
    chat.effects.sending.write_draft(chat.here, "no answer")
    await chat.effects.setting_writer.flush(chat.account)
    chat.effects.sending.cancel_reply()
    await go_away_and_come_back(chat)
    assert (chat.account.draft, chat.account.reply) == ("no answer", None)


async def test_an_answer_to_what_is_gone_is_kept_as_a_draft(chat: Chat) -> None:
    chat.effects.sending.begin_reply(shown(chat).id)
    chat.effects.sending.write_draft(chat.here, "an answer")
    room_id = chat.room_id
    await chat.effects.accounts.sign_out()
    await chat.db.set_current_user_id("Ada")
    await chat.db.clear_room_messages(room_id)
    await chat.db.set_current_user_id(None)
    await chat.effects.accounts.switch("Ada")
    assert (chat.account.draft, chat.account.reply) == ("an answer", None)


async def test_an_editor_keeps_its_text_in_other_channels_and_later(chat: Chat) -> None:
    tea = chat.room_id
    edited = shown(chat).id
    chat.effects.edits.begin(edited)
    chat.effects.edits.write(chat.edited_id, "half a change")
    await chat.effects.rooms.open(next(r.id for r in chat.account.rooms() or () if r.id != tea))
    assert editing(chat) is None
    await chat.effects.rooms.open(tea)
    assert editing(chat) == edited
    await go_away_and_come_back(chat)
    ref = chat.account.channel_ref
    assert ref is not None
    assert editing(chat) == edited
    assert chat.account.edit_texts[ref] == {edited: "half a change"}


async def test_an_editor_that_was_cancelled_is_not_kept(chat: Chat) -> None:
    chat.effects.edits.begin(shown(chat).id)
    chat.effects.edits.write(chat.edited_id, "half a change")
    await chat.effects.setting_writer.flush(chat.account)
    chat.effects.edits.cancel()
    await go_away_and_come_back(chat)
    assert editing(chat) is None
    assert chat.account.edit_texts == {}
    assert await chat.db.get_settings("edit/") == {}


async def test_a_second_editor_leaves_what_the_first_held(chat: Chat) -> None:
    await chat.write("second")
    timeline = chat.account.timeline()
    assert timeline is not None
    first, second = (message.id for message in timeline.messages)
    chat.effects.edits.begin(first)
    chat.effects.edits.write(chat.edited_id, "change of the first")
    chat.effects.edits.begin(second)
    await chat.effects.edits.save(chat.edited_id, "change of the second")
    assert chat.shown == ["about Tea", "change of the second"]
    chat.effects.edits.begin(first)
    ref = chat.account.channel_ref
    assert ref is not None
    assert chat.account.edit_texts[ref][first] == "change of the first"


async def test_what_left_the_page_while_it_was_changed_is_saved(chat: Chat) -> None:
    edited = shown(chat).id
    chat.effects.edits.begin(edited)
    chat.account.timeline.set(Timeline(has_older=True))
    await chat.effects.edits.save(chat.edited_id, "changed")
    message = await chat.db.get_message_by_id(edited)
    assert message is not None
    assert message.content == "changed"
    assert editing(chat) is None


async def test_a_change_of_what_was_deleted_goes_into_the_message_field(chat: Chat) -> None:
    edited = shown(chat).id
    chat.effects.sending.write_draft(chat.here, "begun")
    chat.effects.edits.begin(edited)
    await chat.db.delete_message(edited)
    await chat.effects.edits.save(chat.edited_id, "much work")
    assert chat.told == ["Your edit wasn't saved because the message was deleted."]
    assert chat.account.draft == "much work\nbegun"
    assert editing(chat) is None


async def test_what_cannot_be_kept_holds_one_back_once(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(chat.db, "save_settings", full)
    chat.effects.sending.write_draft(chat.here, "dear diary")
    await chat.effects.accounts.create("Grace")
    assert chat.account.user_id == "Ada"
    assert chat.account.draft == "dear diary"
    [told] = chat.told
    assert told == (
        "Couldn't save your draft, so you're still in this account. This browser's storage is full."
    )
    monkeypatch.undo()
    await chat.effects.accounts.switch("Grace")
    assert chat.account.user_id == "Grace"
