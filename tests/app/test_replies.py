"""Replies: what they save, what is shown of what they answer, and the way there."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from roomkeep.app.timeline import MOST
from roomkeep.app.views.rows import make_quote
from roomkeep.errors import StorageFull
from roomkeep.models import Message
from support.chat import Chat, until


@pytest.fixture
async def in_room() -> AsyncIterator[Chat]:
    async with Chat.opened("Tea") as made:
        yield made


def message(number: int, room_id: str, *, answers: str | None = None) -> Message:
    return Message(
        id=f"m{number:04}",
        room_id=room_id,
        sender_id="s",
        sender_name="S",
        content=str(number),
        timestamp=number,
        reply_to_id=answers,
    )


async def test_a_reply_says_what_it_answers(in_room: Chat) -> None:
    await in_room.write("question")
    timeline = in_room.account.timeline()
    assert timeline is not None
    question = timeline.messages[0]
    answered = []

    def note() -> None:
        answered.append(in_room.account.reply)

    in_room.effects.sending.begin_reply(question.id)
    note()
    in_room.effects.sending.cancel_reply()
    note()
    in_room.effects.sending.begin_reply(question.id)
    await in_room.write("answer")
    note()
    assert answered == [question, None, None]
    found = await in_room.db.get_messages(question.room_id)
    assert [m.reply_to_id for m in found] == [None, question.id]


async def test_what_one_answers_shows_as_it_is_now(in_room: Chat) -> None:
    await in_room.write("question")
    timeline = in_room.account.timeline()
    assert timeline is not None
    question = timeline.messages[0]
    in_room.effects.sending.begin_reply(question.id)
    await in_room.db.update_message(question.id, content="better question")
    await until(lambda: in_room.account.reply != question)
    assert in_room.account.reply is not None
    assert in_room.account.reply.content == "better question"
    in_room.effects.edits.ask_delete(question.id)
    await in_room.effects.edits.delete()
    assert in_room.account.reply is not None
    assert in_room.account.reply.is_deleted
    await in_room.write("answer")
    found = await in_room.db.get_messages(question.room_id)
    assert [m.reply_to_id for m in found] == [None, question.id]


async def test_what_one_answers_is_followed_in_other_rooms_too(in_room: Chat) -> None:
    tea = in_room.room_id
    asked = await in_room.hear("question", tea)
    await until(lambda: in_room.shown)
    in_room.effects.sending.begin_reply(asked.id)
    await in_room.effects.setting_writer.flush(in_room.account)
    await in_room.effects.rooms.create("Cake")
    await in_room.idle()
    in_room.account.originals.set({asked.id: asked})
    await in_room.db.delete_message(asked.id)
    original = in_room.account.originals()[asked.id]
    assert original is not None
    assert original.is_deleted
    await in_room.effects.rooms.open(tea)
    assert in_room.account.reply is not None
    assert in_room.account.reply.is_deleted


async def test_a_reply_that_fails_is_kept(in_room: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    await in_room.write("question")
    timeline = in_room.account.timeline()
    assert timeline is not None

    async def full(_: Message, **__: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(in_room.db, "send_message", full)
    in_room.effects.sending.begin_reply(timeline.messages[0].id)
    await in_room.write("answer")
    assert in_room.account.draft == "answer"
    assert in_room.account.reply == timeline.messages[0]


async def test_goes_to_a_message_far_back_and_on_from_there(in_room: Chat) -> None:
    room_id = in_room.account.room_id() or ""
    messages = [message(n, room_id) for n in range(1_200)]
    messages.append(message(1_200, room_id, answers="m0030"))
    messages.append(message(1_201, room_id, answers="nowhere"))
    await in_room.db.save_messages(messages)
    await in_room.effects.messages.show_latest()
    originals = in_room.account.originals
    await until(lambda: originals() == {"m0030": messages[30], "nowhere": None})
    await in_room.effects.replies.show("m0030")
    assert in_room.account.target() == "m0030"
    assert "30" in in_room.shown
    assert len(in_room.shown) <= MOST
    while in_room.shown[-1] != "1201":
        await in_room.effects.messages.show_newer()
    await in_room.effects.replies.show("nowhere")
    assert in_room.told == ["That message is no longer here."]


async def test_who_goes_elsewhere_meanwhile_is_not_told_that_a_message_is_gone(
    in_room: Chat,
) -> None:
    tea = in_room.room_id
    far = await in_room.hear("far", tea)
    await in_room.effects.rooms.create("Cake")
    cake = in_room.room_id
    going = in_room.effects.replies.show(far.id)
    while in_room.account.room_id() != tea:  # noqa: ASYNC110 what is waited for tells nobody
        await asyncio.sleep(0)
    await asyncio.gather(going, in_room.effects.rooms.open(cake))
    assert in_room.room_id == cake
    assert in_room.told == []
    assert far.id not in in_room.account.originals()


def test_what_a_quote_shows() -> None:
    there = message(1, "r")
    assert make_quote(None, {}, {}, {}) is None
    cases: list[tuple[dict[str, Message], dict[str, Message | None]]] = [
        ({"m": there}, {}),
        ({}, {"m": replace(there, is_deleted=True)}),
        ({}, {"m": None}),
        ({}, {}),
    ]
    states = [make_quote("m", here, originals, {}) for here, originals in cases]
    assert [quote and quote.state for quote in states] == [
        "there",
        "deleted",
        "missing",
        "loading",
    ]
