"""What people do in other clients, such as Element, as it is here."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from roomkeep.models import Message
from roomkeep.sync.errors import NotFound
from roomkeep.sync.mapping.content import message_content
from roomkeep.sync.mapping.timeline import ENCRYPTED_CONTENT
from roomkeep.sync.wire import Wire, events, rooms
from support.sync_people import SyncedPerson, synced_people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver


class Element:
    """Another client, which Ada uses."""

    def __init__(self, ada: SyncedPerson) -> None:
        self.user_id = ada.user_id
        self.wire: Wire = ada.client._connected.wire
        self._number = 0

    async def create(self, **settings: Any) -> str:
        return await rooms.create(self.wire, settings)

    async def send(self, room_id: str, content: Any, type_: str = "m.room.message") -> str:
        self._number += 1
        return await events.send(self.wire, room_id, type_, f"e{self._number}", content)

    async def say(self, room_id: str, text: str) -> str:
        return await self.send(room_id, message_content(text))


@pytest.fixture
async def two(homeserver: Homeserver) -> AsyncIterator[tuple[Element, SyncedPerson]]:
    async with synced_people(homeserver, "ada", "ben") as (ada, ben):
        yield Element(ada), ben


Two = tuple[Element, SyncedPerson]


async def until_there(person: SyncedPerson, room_id: str) -> None:
    async def is_there() -> bool:
        return await person.database.get_room(room_id) is not None

    await person.until(is_there)


async def until_invited(person: SyncedPerson) -> Any:
    (invite,) = await person.until(person.client.get_invites)
    return invite


async def the_failure(person: SyncedPerson) -> str:
    async def failure() -> str | None:
        return next((one.error for one in await person.database.get_outbox() if one.error), None)

    found = await person.until(failure)
    assert found is not None
    return found


async def test_a_direct_chat(two: Two) -> None:
    element, ben = two
    chat = await element.create(is_direct=True, invite=[ben.user_id], preset="trusted_private_chat")
    invite = await until_invited(ben)
    assert (invite.is_direct, invite.by) == (True, element.user_id)
    await ben.client.join_room(chat)
    await element.say(chat, "hi")
    heard = await ben.until_text(chat, "hi")
    # It is a room of one channel, named after the other person.
    room = await ben.database.get_room(chat)
    assert room is not None
    assert (room.name, [one.id for one in room.channels]) == ("Ada", [chat])
    await ben.say(chat, chat, "hi Ada", reply_to_id=heard.id)
    await ben.until_sent()
    page = await events.get_messages(element.wire, chat)
    assert page.events[0].content["body"] == "hi Ada"


@pytest.mark.parametrize(
    "link",
    ["{alias}", "{room}", "https://matrix.to/#/{alias}", "https://matrix.to/#/{room}?via=localhost",
     "matrix:r/{name}?action=join", "matrix:roomid/{bare}"],
)  # fmt: skip
async def test_a_link_leads_into_its_room(two: Two, link: str) -> None:
    element, ben = two
    name = f"club-{ben.user_id[5:13]}"
    room = await element.create(
        preset="public_chat", room_alias_name=name, name="Club", room_version="11"
    )
    bare, alias = room.removeprefix("!"), f"#{name}:localhost"
    address = link.format(alias=alias, room=room, name=alias[1:], bare=bare)
    joined = await ben.client.join_room(address)
    assert (joined.room.id, joined.room.name) == (room, "Club")
    await element.say(room, "welcome")
    await ben.until_text(room, "welcome")


async def test_a_link_to_nowhere_is_told(two: Two) -> None:
    _, ben = two
    with pytest.raises(NotFound):
        await ben.client.join_room("https://matrix.to/#/#nowhere:localhost")


async def test_an_encrypted_room_is_shown_as_such_and_nothing_is_written_to_it(two: Two) -> None:
    element, ben = two
    encryption = {
        "type": "m.room.encryption",
        "state_key": "",
        "content": {"algorithm": "m.megolm.v1.aes-sha2"},
    }
    room = await element.create(preset="public_chat", name="Secrets", initial_state=[encryption])
    await ben.client.join_room(room)
    secret = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": "AwgAEnACgAkLmt6qF84IK",
        "device_id": "D",
        "sender_key": "k",
        "session_id": "s",
    }
    event_id = await element.send(room, secret, "m.room.encrypted")
    heard = await ben.until_text(room, ENCRYPTED_CONTENT)
    assert heard.id == event_id
    await ben.say(room, room, "in clear")
    assert await the_failure(ben) == "encrypted"
    page = await events.get_messages(element.wire, room)
    assert [one.type for one in page.events if one.sender == ben.user_id] == ["m.room.member"]


async def test_an_upgraded_room_says_where_it_goes_on(two: Two) -> None:
    element, ben = two
    room = await element.create(preset="public_chat", name="Club", room_version="10")
    await ben.client.join_room(room)
    await element.say(room, "before")
    await ben.until_text(room, "before")
    upgraded = await element.wire.ask(
        dict[str, str],
        "POST",
        f"/_matrix/client/v3/rooms/{room}/upgrade",
        {"new_version": "11"},
    )
    new = upgraded["replacement_room"]

    async def notice() -> Message | None:
        found = await ben.database.get_messages(room)
        return next((one for one in found if new in one.content), None)

    told = await ben.until(notice)
    assert told is not None
    assert told.sender_id == element.user_id
    # What was said stays; what is written there now is refused, and told.
    assert "before" in await ben.texts(room, room)
    await ben.say(room, room, "too late")
    assert await the_failure(ben) == "NoRight"
    joined = await ben.client.join_room(new)
    assert joined.room.name == "Club"
    await element.say(new, "after")
    await ben.until_text(new, "after")


async def test_a_thread_and_a_poll_are_messages(two: Two) -> None:
    element, ben = two
    room = await element.create(preset="public_chat", name="Club")
    await ben.client.join_room(room)
    first = await element.say(room, "who comes?")
    latest = await element.send(
        room,
        {
            **message_content("I do"),
            "m.relates_to": {
                "rel_type": "m.thread",
                "event_id": first,
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": first},
            },
        },
    )
    answer = await ben.until_text(room, "I do")
    assert (answer.id, answer.reply_to_id) == (latest, first)
    poll = {
        "org.matrix.msc1767.text": "Tea or coffee?\n1. Tea\n2. Coffee",
        "org.matrix.msc3381.poll.start": {
            "kind": "org.matrix.msc3381.poll.disclosed",
            "max_selections": 1,
            "question": {"org.matrix.msc1767.text": "Tea or coffee?"},
            "answers": [
                {"id": "1", "org.matrix.msc1767.text": "Tea"},
                {"id": "2", "org.matrix.msc1767.text": "Coffee"},
            ],
        },
    }
    asked = await element.send(room, poll, "org.matrix.msc3381.poll.start")
    await ben.until_text(room, "Tea or coffee?\n1. Tea\n2. Coffee")
    # A vote is not a message.
    vote = {
        "m.relates_to": {"rel_type": "m.reference", "event_id": asked},
        "org.matrix.msc3381.poll.response": {"answers": ["1"]},
    }
    await element.send(room, vote, "org.matrix.msc3381.poll.response")
    await element.say(room, "thanks")
    await ben.until_text(room, "thanks")
    assert len(await ben.texts(room, room)) == 4
