"""Moving a room of this device to a homeserver, in the app without its views."""

import re

import pytest
from msgspec.structs import replace
from reaktiv import Effect, untracked

from roomkeep.app.moves import Move
from roomkeep.models import Attachment, Channel, Message
from support.app_people import Person, people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver

MARCH = 1_772_000_000_000
TIME = re.compile(r"\(2026-0\d-\d\d \d\d:\d\d\) ?")


async def make_local_room(ada: Person) -> str:
    """Make a room of two channels on this device, with messages of Ada's and of somebody else's."""
    await ada.chat.effects.rooms.create("Allotment")
    room_id = ada.chat.room_id
    room = ada.account.room
    assert room is not None
    beds = Channel(id="beds", name="beds", type="text", position=1)
    await ada.chat.db.update_room(room_id, topic="Plots 4 to 9", channels=(*room.channels, beds))
    await ada.until(lambda: ada.account.room is not None and len(ada.account.room.channels) == 2)
    return room_id


def message(ada: Person, room_id: str, number: int, content: str, **fields: object) -> Message:
    made = Message(
        id=f"m{number}",
        room_id=room_id,
        channel_id="general",
        sender_id=ada.user_id,
        sender_name="Ada",
        content=content,
        timestamp=MARCH + number * 60_000,
    )
    return replace(made, **fields)


def move_of(person: Person, room_id: str) -> Move:
    return person.account.sync.moves()[room_id]


async def posted(person: Person, room_id: str, channel_id: str) -> list[str]:
    """Return what is in a channel, without the times in front."""
    listed = await person.chat.db.get_latest_messages(room_id, 1_000, None, channel_id)
    assert all(TIME.match(one.content) for one in listed)
    return [TIME.sub("", one.content, count=1) for one in listed]


async def test_a_room_is_moved_with_ones_own_messages(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        room_id = await make_local_room(ada)
        db, effects = ada.chat.db, ada.chat.effects.move_room
        assert effects.can_move(room_id)
        stranger = {"sender_id": "cleo", "sender_name": "Cleo"}
        await db.save_messages(
            [
                message(ada, room_id, 1, "The beans are in."),
                message(ada, room_id, 2, "Which beans?", **stranger),
                message(ada, room_id, 3, "Runner beans.", reply_to_id="m2"),
                message(ada, room_id, 4, "I mean these.", reply_to_id="m1"),
                message(ada, room_id, 5, "nonsense"),
                message(ada, room_id, 6, "Bed 4 is mine.", channel_id="beds"),
                message(ada, room_id, 7, ""),
            ]
        )
        await db.delete_message("m5")
        for name, data in (("plan.txt", b"beans, peas"), ("lost.txt", None)):
            size = 11
            file = Attachment(
                id=name, message_id="m7", filename=name, size=size, mime="text/plain", created_at=1
            )
            await db.save_attachment(file, data)

        effects.open_dialog()
        await effects.start("public")
        job = ada.account.sync.moving()
        assert job is not None
        assert (job.phase, job.advice) == (
            "done",
            "Posted 5 messages. 1 file isn't on this device, so only its name was posted.",
        )
        assert not effects.can_move(room_id)
        move = move_of(ada, room_id)
        assert move.is_done
        assert move.to is not None
        await ada.until_sent()
        # The room here stays as it was.
        assert len(await db.get_messages(room_id)) == 7

        await ben.chat.effects.server_rooms.join(move.to)
        room = ben.account.room
        assert room is not None
        assert (room.name, room.topic) == ("Allotment", "Plots 4 to 9")
        assert [one.name for one in room.channels] == ["general", "beds"]
        general, beds = (one.id for one in room.channels)
        texts = ["The beans are in.", "Runner beans.", "I mean these.", "lost.txt"]
        await ben.until_holds(lambda: posted(ben, room.id, general), texts)
        await ben.until_holds(lambda: posted(ben, room.id, beds), ["Bed 4 is mine."])
        listed = await ben.chat.db.get_latest_messages(room.id, 10, None, general)
        assert [one.reply_to_id for one in listed] == [None, None, listed[0].id, None]
        (file,) = await ben.chat.db.get_attachments_for_message(listed[3].id)
        assert (file.filename, file.size) == ("plan.txt", 11)


async def test_a_move_goes_on_where_it_was_interrupted(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        room_id = await make_local_room(ada)
        texts = [f"message {number}" for number in range(60)]
        await ada.chat.db.save_messages(
            [
                # Some were written at the very same time.
                replace(message(ada, room_id, number, text), timestamp=MARCH + number // 3)
                for number, text in enumerate(texts)
            ]
        )
        texts = [one.content for one in await ada.chat.db.get_messages(room_id, 100)]
        # The network is lost in the midst of creating the room, then as messages are posted.
        ada.transport.cut_after(4)
        ada.chat.effects.move_room.start("public")
        await ada.until(lambda: ada.transport.is_cut)
        for least in (10, 30):
            # As by a reload: what is under way ends, and what is stored is read again.
            await ada.chat.effects.accounts.sign_out()
            ada.transport.mend()
            await ada.chat.effects.accounts.switch(ada.user_id)
            await ada.until(lambda: room_id in ada.account.sync.moves())
            await ada.until(lambda n=least: move_of(ada, room_id).posted >= n)  # type: ignore[misc]
            ada.transport.cut()
        assert not move_of(ada, room_id).is_done
        ada.transport.mend()
        ada.chat.effects.homeserver.wake()
        await ada.until(lambda: move_of(ada, room_id).is_done)
        assert move_of(ada, room_id).posted == 60
        await ada.until_sent()
        to = move_of(ada, room_id).to
        assert to is not None
        await ben.chat.effects.server_rooms.join(to)
        room = ben.account.room
        assert room is not None
        await ben.until_holds(lambda: all_posted(ben, to), texts)
        assert len([one for one in ada.account.rooms() or () if one.name == "Allotment"]) == 2


async def all_posted(ben: Person, room_id: str) -> list[str]:
    room = ben.account.room
    assert room is not None
    channel_id = room.channels[0].id
    gaps = await ben.chat.db.get_gaps(room_id, channel_id)
    for gap in gaps:
        await ben.chat.effects.homeserver.get_client().fill(gap)
    return await posted(ben, room_id, channel_id)


async def test_a_canceled_move_goes_on_when_it_is_asked_to(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada") as (ada,):
        room_id = await make_local_room(ada)
        await ada.chat.db.save_messages(
            [message(ada, room_id, number, f"message {number}") for number in range(40)]
        )
        effects = ada.chat.effects.move_room

        def cancel_once_there_is_a_room() -> None:
            move = ada.account.sync.moves().get(room_id)
            if move is not None and move.to is not None:
                untracked(effects.cancel)

        canceling = Effect(cancel_once_there_is_a_room)
        effects.start("private")
        await ada.until(
            lambda: room_id in ada.account.sync.moves() and move_of(ada, room_id).is_stopped
        )
        canceling.dispose()
        before = move_of(ada, room_id).posted
        assert before < 40
        # Not by itself.
        await ada.chat.effects.accounts.sign_out()
        await ada.chat.effects.accounts.switch(ada.user_id)
        await ada.until(lambda: ada.account.sync.connection() == "online")
        await ada.until(lambda: room_id in ada.account.sync.moves())
        await ada.chat.idle()
        assert move_of(ada, room_id).posted == before
        await ada.chat.effects.rooms.open(room_id)
        await ada.chat.effects.move_room.start("private")
        assert (move_of(ada, room_id).posted, move_of(ada, room_id).is_done) == (40, True)
