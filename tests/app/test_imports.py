"""Imports of archives whose ids are unique only in their room, and of very many people."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.archives import lines as archive
from roomkeep.archives import run as imports
from roomkeep.archives.errors import ArchiveError
from roomkeep.errors import InvalidRecord
from roomkeep.models import Message
from roomkeep.persistence import check_record
from support.archives import Picked, line, text
from support.chat import Chat
from support.laws import law
from support.make import channel, member, room

Lines = list[dict[str, Any]]

FAMILY = [
    line(id="1", roomId="family", content="Dinner?"),
    line(id="2", roomId="family", content="At eight", replyToId="1"),
    line(id="3", roomId="family", content="Bring cake", replyToId="2"),
]
WORK = [
    line(id="1", roomId="work", content="Stand-up?"),
    line(id="2", roomId="work", content="At nine", replyToId="1"),
    line(id="3", roomId="work", content="Bring numbers", replyToId="2"),
]


async def import_lines(chat: Chat, lines: Lines) -> str:
    return await chat.import_files(Picked(text(*lines)))


async def read(chat: Chat, room_id: str) -> dict[str, str | None]:
    """Return a room's messages by what they say, with what the one that they answer says."""
    messages = await chat.db.get_messages(room_id, 1_000)
    said: dict[str, str | None] = {}
    for message in messages:
        original = None
        if message.reply_to_id is not None:
            original = await chat.db.get_message_by_id(message.reply_to_id)
        assert original is None or original.room_id == room_id
        said[message.content] = None if original is None else original.content
    assert len(said) == len(messages)
    return said


@pytest.mark.parametrize("batch", [1, 2, 4, 250])
async def test_rooms_of_one_file_may_use_the_same_ids(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", batch)
    family = {"Dinner?": None, "At eight": "Dinner?", "Bring cake": "At eight"}
    work = {"Stand-up?": None, "At nine": "Stand-up?", "Bring numbers": "At nine"}
    async with Chat.opened() as chat:
        said = await import_lines(chat, FAMILY + WORK)
        assert said == "done: Imported 6 messages from 1 person in 2 rooms."
        assert await read(chat, "family") == family
        assert await read(chat, "work") == work

        again = "done: Imported 0 messages from 1 person in 2 rooms. 6 messages were already here"
        assert (await import_lines(chat, FAMILY + WORK)).startswith(again)
        assert (await import_lines(chat, WORK[::-1] + FAMILY[::-1])).startswith(again)

        await chat.db.delete_room("family")
        said = await import_lines(chat, WORK + FAMILY)
        assert said.startswith(
            "done: Imported 3 messages from 1 person in 2 rooms. 3 messages were"
        )
        assert await read(chat, "family") == family
        assert await read(chat, "work") == work


async def test_a_later_file_takes_no_message_out_of_a_room() -> None:
    async with Chat.opened() as chat:
        await import_lines(chat, FAMILY)
        assert (await import_lines(chat, WORK)).startswith("done: Imported 3 messages from")
        assert len(await read(chat, "family")) == 3
        assert (await import_lines(chat, FAMILY + WORK)).startswith(
            "done: Imported 0 messages from"
        )


async def test_a_reply_to_what_its_room_lacks_answers_no_message_of_another_room() -> None:
    reply = line(id="9", roomId="work", content="Agreed", replyToId="1")
    async with Chat.opened() as chat:
        for lines in ([reply, *FAMILY], [*FAMILY, reply]):
            await import_lines(chat, lines)
            assert await read(chat, "work") == {"Agreed": None}
            await chat.db.clear_all_data()


ROOMS = ("a", "b", "c")
IDS = ("1", "2", "3", "4")


@law
@given(
    used=st.dictionaries(
        st.tuples(st.sampled_from(ROOMS), st.sampled_from(IDS)),
        st.none() | st.sampled_from(IDS),
        min_size=1,
    ),
    batch=st.integers(1, 5),
    order=st.randoms(use_true_random=False),
    deleted=st.sampled_from(ROOMS),
)
async def test_law_every_message_of_every_room_is_there_once(
    used: dict[tuple[str, str], str | None], batch: int, order: random.Random, deleted: str
) -> None:
    lines = [
        line(id=id_, roomId=room_id, replyToId=answered, content=f"{room_id}{id_}")
        for (room_id, id_), answered in used.items()
    ]
    expected: dict[str, dict[str, str | None]] = {room_id: {} for room_id in ROOMS}
    for (room_id, id_), answered in used.items():
        is_there = answered is not None and (room_id, answered) in used
        expected[room_id][f"{room_id}{id_}"] = f"{room_id}{answered}" if is_there else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imports, "BATCH", batch)
        async with Chat.opened() as chat:
            for number in (len(lines), 0, len(expected[deleted])):
                said = await import_lines(chat, lines)
                assert said.startswith(f"done: Imported {number} message")
                for room_id in ROOMS:
                    assert await read(chat, room_id) == expected[room_id]
                if number == 0:
                    await chat.db.delete_room(deleted)
                order.shuffle(lines)


async def test_a_room_with_too_many_members_is_refused_before_anything_is_written() -> None:
    people = 100_000
    lines = [line(id=f"m{n}", senderId=f"s{n}") for n in range(people)]
    async with Chat.opened("Tea") as chat:
        rooms = await chat.db.get_all_rooms()
        assert await import_lines(chat, [line(id="x", roomId="first", senderId="s0"), *lines]) == (
            "refused: The room “r” would have 100,001 members. The limit is 100,000."
            " Nothing was imported. Fix the file or choose another."
        )
        assert await chat.db.get_all_rooms() == rooms
        assert (await chat.db.get_records("messages")).messages == ()


async def test_members_who_are_here_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ITEMS", 5)
    async with Chat.opened() as chat:
        await chat.db.save_room(room("r", members=(member("ann"), member("bob"))))
        some = [
            line(id=name, senderId=name, senderName=name) for name in ("ann", "bob", "cid", "dan")
        ]
        assert (await import_lines(chat, some)).startswith(
            "done: Imported 4 messages from 4 people"
        )
        said = await import_lines(chat, [line(id="new", senderId="eve", senderName="Eve")])
        assert said == (
            "failed: The room “r” would have 6 members. The limit is 5."
            " Nothing was imported. Fix the file or choose another."
        )


def test_a_room_may_have_as_many_members_and_channels_as_the_database_keeps() -> None:
    most = archive.MAX_ITEMS
    archive.check_room_size("r", members=most, channels=most)
    check_record(room(members=tuple(member(f"s{n}") for n in range(most))))
    with pytest.raises(ArchiveError, match="members"):
        archive.check_room_size("r", members=most + 1, channels=1)
    with pytest.raises(InvalidRecord, match="members"):
        check_record(room(members=tuple(member(f"s{n}") for n in range(most + 1))))
    with pytest.raises(ArchiveError, match="channels"):
        archive.check_room_size("r", members=1, channels=most + 1)
    with pytest.raises(InvalidRecord, match="channels"):
        check_record(room(channels=tuple(channel(f"c{n}") for n in range(most + 1))))


async def test_people_are_written_some_at_a_time_with_what_they_wrote() -> None:
    async with Chat.opened() as chat:
        write = chat.db.import_into
        sizes: list[int] = []
        known: set[str] = set()

        async def look_for_senders(
            import_id: str, messages: list[Message], shared_ids: Any, users: Any
        ) -> int:
            sizes.append(len(users))
            known.update(user.oder_id for user in users)
            assert {message.sender_id for message in messages} <= known
            return await write(import_id, messages, shared_ids, users)

        chat.db.import_into = look_for_senders  # type: ignore[method-assign, assignment]
        lines = [line(id=f"m{n}", senderId=f"s{n}") for n in range(1_200)]
        assert (await import_lines(chat, lines)).startswith("done: Imported 1,200 messages")
        assert sum(sizes) == 1_200
        assert max(sizes) <= imports.BATCH
