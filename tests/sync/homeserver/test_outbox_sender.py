"""Sending to a real homeserver, from an outbox that the test fills."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from roomkeep.models import Attachment, Channel
from roomkeep.storage.remote import (
    AddChannel,
    AddReaction,
    BanUser,
    ChangeRoom,
    DeleteMessage,
    EditMessage,
    MarkRead,
    OrderChannels,
    OutboxEntry,
    RemoveChannel,
    RemoveReaction,
    RenameChannel,
    SendMessage,
    UnbanUser,
    reaction_id,
)
from roomkeep.sync.errors import NotReachable, UnknownToken
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.outbox_requests import OutboxRequests
from roomkeep.sync.outbox_sender import OutboxSender
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.wire import Request, Response, Wire, account, events, media, rooms
from roomkeep.sync.wire.types import Event
from support.homeserver import Person
from support.noted_database import NotedDatabase, follower, make_club

pytestmark = pytest.mark.homeserver

Two = tuple[Person, Person]


class Desk:
    """Someone who sends to the first channel of a room of theirs."""

    def __init__(self, person: Person, database: NotedDatabase) -> None:
        self.person = person
        self.database = database
        self.room, self.channel = "", ""
        self._count = 0

    async def open(self, wire: Wire | None = None) -> None:
        if not self.room:
            self.room, (self.channel, *_) = await make_club(self.person, "general", "porch")
        following = await follower(self.person, self.database)
        await following.step(wait_ms=0)
        directory = MatrixDirectory(wire or self.person.wire, self.person.user_id)
        own = OwnAccount(self.database, self.person.user_id)  # type: ignore[arg-type] # stands in.
        requests = OutboxRequests(own, wire or self.person.wire, directory, following)
        self.sender = OutboxSender(own, requests, 0.01)
        self.running = asyncio.create_task(self.sender.run())

    def channels(self) -> tuple[Channel, ...]:
        return self.database.rooms[self.room].room.channels

    async def close(self) -> None:
        self.running.cancel()
        await asyncio.wait([self.running])

    def entry(self, request: Any, channel: str | None = "", **more: Any) -> OutboxEntry:
        self._count += 1
        return OutboxEntry(
            id=f"{self._count:03}",
            room_id=self.room,
            channel_id=self.channel if channel == "" else channel,
            transaction_id=f"t{self._count}",
            request=request,
            **more,
        )

    def add(self, *requests: Any, channel: str | None = "") -> None:
        self.database.add(*(self.entry(request, channel) for request in requests))

    async def said(self) -> list[Event]:
        page = await events.get_messages(self.person.wire, self.channel)
        return [one for one in page.events[::-1] if one.state_key is None]


@pytest.fixture
async def desk(ada_and_ben: Two) -> AsyncIterator[Desk]:
    made = Desk(ada_and_ben[0], NotedDatabase())
    yield made
    await made.close()


async def test_messages_go_out_in_order_and_what_depends_on_them_too(desk: Desk) -> None:
    await desk.open()
    desk.add(
        SendMessage(message_id="a", content="one"),
        EditMessage(message_id="a", content="two"),
        AddReaction(message_id="a", emoji="👍"),
        RemoveReaction(message_id="a", emoji="👍"),
        SendMessage(message_id="b", content="three", reply_to_id="a"),
        MarkRead(message_id="b"),
        DeleteMessage(message_id="b"),
    )
    await desk.database.until_left()
    one, two, thumb, _, three, _ = await desk.said()
    assert [one.content["body"], two.content["body"]] == ["one", "* two"]
    assert thumb.unsigned.redacted_because is not None
    assert desk.database.event_ids == {
        "a": one.event_id,
        "b": three.event_id,
        reaction_id("a", desk.person.user_id, "👍"): thumb.event_id,
    }
    assert three.unsigned.redacted_because is not None
    following = await events.sync(desk.person.wire)
    assert following.joined[desk.channel].account_data[0].content == {"event_id": three.event_id}


class Cut:
    """A connection that is cut when an answer comes back."""

    def __init__(self, inner: Any, times: int) -> None:
        self.inner, self.times = inner, times

    async def send(self, request: Request) -> Response:
        answer: Response = await self.inner.send(request)
        if request.method in ("PUT", "POST") and self.times:
            self.times -= 1
            raise NotReachable("cut")
        return answer


def cut(person: Person, times: int) -> Wire:
    transport = Cut(person.wire._transport, times)
    return Wire(transport, person.wire.base_url, person.wire._token)


async def test_what_is_sent_again_arrives_once(desk: Desk) -> None:
    await desk.open(cut(desk.person, 3))
    desk.add(SendMessage(message_id="a", content="one"), SendMessage(message_id="b", content="two"))
    await desk.database.until_left()
    assert [one.content["body"] for one in await desk.said()] == ["one", "two"]


async def test_a_channel_is_made_once(desk: Desk) -> None:
    await desk.open(cut(desk.person, 4))
    desk.add(AddChannel(channel_id="mine", name="shed", type="voice"), channel=None)
    # What is written to it waits until it has an id.
    desk.add(SendMessage(message_id="a", content="one"), channel="mine")
    await desk.database.until(lambda: len(desk.channels()) == 3)
    ((_, made),) = desk.database.created
    channels = desk.channels()
    assert [(one.id == made, one.name) for one in channels] == [
        (False, "general"),
        (False, "porch"),
        (True, "shed"),
    ]
    joined = await rooms.get_joined_rooms(desk.person.wire)
    assert joined == {desk.room, *(one.id for one in channels)}


async def test_what_is_refused_for_good_is_told_and_holds_nothing_up(
    desk: Desk, ada_and_ben: Two
) -> None:
    await desk.open()
    desk.add(
        SendMessage(message_id="a", content="x" * 70_000),
        EditMessage(message_id="a", content="shorter"),
        SendMessage(message_id="b", content="after"),
        SendMessage(message_id="d", content="gone", attachment_id="1"),
    )
    desk.add(SendMessage(message_id="e", content="where"), channel="!none:localhost")
    left = (
        ("SendMessage", "RequestTooLarge"),
        ("EditMessage", None),
        ("SendMessage", "file_gone"),
        ("SendMessage", "NoRight"),
    )
    await desk.database.until_left(*left)
    assert [one.content["body"] for one in await desk.said()] == ["after"]
    # They are not sent again by themselves, even if they could be.
    await desk.database.save_attachment(
        Attachment(id="1", message_id="d", filename="a", size=1, mime="text/plain"), b"a"
    )
    desk.add(SendMessage(message_id="f", content="later"))
    await desk.database.until_left(*left)
    assert [one.content["body"] for one in await desk.said()] == ["after", "later"]


async def test_nothing_is_written_in_clear_to_an_encrypted_channel(desk: Desk) -> None:
    await desk.open()
    content = {"algorithm": "m.megolm.v1.aes-sha2"}
    await events.put_state(desk.person.wire, desk.channel, "m.room.encryption", "", content)
    desk.database.event_ids["z"] = "$z"
    desk.add(
        SendMessage(message_id="a", content="secret"),
        SendMessage(message_id="b", content="", attachment_id="1"),
        AddReaction(message_id="z", emoji="👍"),
    )
    await desk.database.until_left(
        ("SendMessage", "encrypted"),
        ("SendMessage", "encrypted"),
        ("AddReaction", "encrypted"),
    )
    assert await desk.said() == []


async def test_a_file_goes_before_its_message(desk: Desk) -> None:
    await desk.open()
    data = bytes(range(256))
    file = Attachment(id="f", message_id="a", filename="a.png", size=len(data), mime="image/png")
    await desk.database.save_attachment(file, data)
    desk.add(SendMessage(message_id="a", content="look", attachment_id="f"))
    await desk.database.until_left()
    (said,) = await desk.said()
    assert (said.content["body"], said.content["filename"]) == ("look", "a.png")
    assert (await media.download(desk.person.wire, said.content["url"], size=256)).data == data


async def test_changes_of_a_room_reach_the_server(desk: Desk, ada_and_ben: Two) -> None:
    _, ben = ada_and_ben
    await desk.open()
    await MatrixDirectory(ben.wire, ben.user_id).join_room(desk.room)
    general, porch = (one.id for one in desk.database.rooms[desk.room].room.channels)
    desk.add(
        ChangeRoom(name="Circle", topic="Round"),
        RenameChannel(channel_id=porch, name="veranda"),
        OrderChannels(channel_ids=(porch, general)),
        BanUser(user_id=ben.user_id, reason="loud"),
        channel=None,
    )
    await desk.database.until(lambda: desk.database.rooms[desk.room].bans != ())
    now = desk.database.rooms[desk.room]
    assert (now.room.name, now.room.topic) == ("Circle", "Round")
    assert [one.name for one in now.room.channels] == ["veranda", "general"]
    assert [(one.user_id, one.reason) for one in now.bans] == [(ben.user_id, "loud")]
    # Nor does one read on in its channels.
    assert await rooms.get_joined_rooms(ben.wire) == set()
    desk.add(UnbanUser(user_id=ben.user_id), RemoveChannel(channel_id=porch), channel=None)
    await desk.database.until(lambda: len(desk.channels()) == 1)
    now = desk.database.rooms[desk.room]
    assert (now.bans, [one.name for one in now.room.channels]) == ((), ["general"])
    await MatrixDirectory(ben.wire, ben.user_id).join_room(desk.room)
    assert general in await rooms.get_joined_rooms(ben.wire)


async def test_a_session_that_ended_ends_the_sender(desk: Desk) -> None:
    await desk.open()
    await account.log_out(desk.person.wire)
    desk.add(SendMessage(message_id="a", content="one"))
    with pytest.raises(UnknownToken):
        await desk.running
    await desk.database.until_left(("SendMessage", None))
