"""Following a real homeserver, with a database that only notes what it is given."""

import asyncio

import pytest

from roomkeep.errors import StorageFull
from roomkeep.storage.remote import Edge, Gap, NewMessage, SyncedRoom
from roomkeep.sync.directory import NewChannel
from roomkeep.sync.errors import NotReachable, UnknownToken
from roomkeep.sync.history import fill_gap
from roomkeep.sync.mapping.content import message_content
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.pending import INVITES, read_invites
from roomkeep.sync.wire import account, events, rooms
from support.homeserver import Person
from support.noted_database import NotedDatabase, follower, make_club

pytestmark = pytest.mark.homeserver

Two = tuple[Person, Person]


async def say(person: Person, channel_id: str, text: str) -> str:
    return await events.send(person.wire, channel_id, "m.room.message", text, message_content(text))


def texts(database: NotedDatabase) -> list[tuple[str, str, str]]:
    return [
        (update.message.room_id, update.message.channel_id, update.message.content)
        for batch in database.batches
        for channel in batch.channels
        for update in channel.updates
        if isinstance(update, NewMessage)
    ]


async def test_a_room_comes_with_its_messages(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    club, (general,) = await make_club(ada, "general")
    await MatrixDirectory(ben.wire, ben.user_id).join_room(club)
    await say(ada, general, "hello")
    database = NotedDatabase()
    following = await follower(ben, database)
    await following.step(wait_ms=0)
    (batch,) = database.batches
    assert [one.room.name for one in batch.rooms] == ["Club"]
    assert {user.display_name for user in batch.users} == {"Ada", "Ben"}
    assert texts(database) == [(club, general, "hello")]
    # With nothing new, one request is all.
    await following.step(wait_ms=0)
    assert (database.batches[-1].rooms, database.batches[-1].channels) == ((), ())


async def test_new_channels_are_entered_and_changes_are_seen(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    club, _ = await make_club(ada, "general")
    rooms_of_ada = MatrixDirectory(ada.wire, ada.user_id)
    await MatrixDirectory(ben.wire, ben.user_id).join_room(club)
    database = NotedDatabase()
    following = await follower(ben, database)
    await following.step(wait_ms=0)
    made = await rooms_of_ada.add_channel(club, NewChannel(name="porch"))
    porch = made.room.channels[1].id
    await say(ada, porch, "first")
    await following.step(wait_ms=10_000)
    assert [one.name for one in database.rooms[club].room.channels] == ["general", "porch"]
    assert porch in database.rooms[club].entered
    await following.step(wait_ms=10_000)
    assert (club, porch, "first") in texts(database)
    await rooms_of_ada.rename_channel(club, porch, "veranda")
    await following.step(wait_ms=10_000)
    assert [one.name for one in database.rooms[club].room.channels] == ["general", "veranda"]
    # A channel that is removed is still its room's.
    await rooms_of_ada.remove_channel(club, porch)
    await following.step(wait_ms=10_000)
    assert [one.name for one in database.rooms[club].room.channels] == ["general"]
    await say(ada, porch, "last")
    await following.step(wait_ms=10_000)
    assert texts(database)[-1] == (club, porch, "last")
    assert database.rooms.keys() == {club}
    # Also after a start, which knows only what is stored.
    again = await follower(ben, database)
    await say(ada, porch, "more")
    await again.step(wait_ms=10_000)
    assert texts(database)[-1] == (club, porch, "more")


async def test_a_channel_that_is_just_being_made_is_no_room(ada_and_ben: Two) -> None:
    ada, _ = ada_and_ben
    database = NotedDatabase()
    following = await follower(ada, database)
    await following.step(wait_ms=0)
    making = asyncio.create_task(make_club(ada, "general", "porch"))
    while not making.done():
        await following.step(wait_ms=50)
    await following.step(wait_ms=0)
    club, channels = making.result()
    assert {one.room.id for batch in database.batches for one in batch.rooms} == {club}
    assert [one.id for one in database.rooms[club].room.channels] == channels


async def test_a_kick_is_no_reason_to_come_back(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    club, (general, porch) = await make_club(ada, "general", "porch")
    await MatrixDirectory(ben.wire, ben.user_id).join_room(club)
    database = NotedDatabase()
    following = await follower(ben, database)
    await following.step(wait_ms=0)
    await rooms.kick(ada.wire, porch, ben.user_id)
    await following.step(wait_ms=10_000)
    assert database.rooms[club].entered == (general,)
    await rooms.kick(ada.wire, club, ben.user_id)
    await following.step(wait_ms=10_000)
    assert database.batches[-1].left == (club,)
    assert database.rooms == {}


async def test_a_direct_chat_is_a_room_of_one_channel(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    database = NotedDatabase()
    following = await follower(ben, database)
    await following.step(wait_ms=0)
    settings = {"is_direct": True, "invite": [ben.user_id], "preset": "trusted_private_chat"}
    chat = await rooms.create(ada.wire, settings)
    await following.step(wait_ms=10_000)
    (invite,) = read_invites(await database.get_setting(INVITES))
    assert (invite.room_id, invite.by, invite.is_direct) == (chat, ada.user_id, True)
    await rooms.join(ben.wire, chat)
    await say(ada, chat, "hi")
    while (chat, chat, "hi") not in texts(database):
        await following.step(wait_ms=10_000)
    assert read_invites(await database.get_setting(INVITES)) == ()
    assert [one.id for one in database.rooms[chat].room.channels] == [chat]
    assert {one.display_name for one in database.rooms[chat].room.members} == {"Ada", "Ben"}


async def test_nothing_is_lost_when_a_view_fails(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    club, (general,) = await make_club(ada, "general")
    await MatrixDirectory(ben.wire, ben.user_id).join_room(club)
    database = NotedDatabase()
    following = await follower(ben, database)
    await following.step(wait_ms=0)
    await rooms.create(ada.wire, {"invite": [ben.user_id]})
    await events.put_state(ada.wire, club, "m.room.name", "", {"name": "Circle"})
    await say(ada, general, "here")
    view = following._directory.view_room
    before = database.token

    async def fail(_: str) -> SyncedRoom:
        raise NotReachable("cut")

    following._directory.view_room = fail  # type: ignore[method-assign,assignment] # broken.
    with pytest.raises(NotReachable):
        await following.step(wait_ms=10_000)
    assert database.token == before
    following._directory.view_room = view  # type: ignore[method-assign] # whole.
    # It goes on with what it has.
    await following.step(wait_ms=0)
    assert database.rooms[club].room.name == "Circle"
    assert texts(database) == [(club, general, "here")]


async def test_what_could_not_be_stored_is_learned_again(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    club, (general,) = await make_club(ada, "general")
    await MatrixDirectory(ben.wire, ben.user_id).join_room(club)
    await say(ada, general, "here")
    database = NotedDatabase()
    database.is_full = True
    following = await follower(ben, database)
    with pytest.raises(StorageFull):
        await following.step(wait_ms=0)
    assert following.homes.rooms == {}
    database.is_full = False
    await following.step(wait_ms=0)
    (batch,) = database.batches
    assert [one.room.id for one in batch.rooms] == [club]
    assert {user.display_name for user in batch.users} == {"Ada", "Ben"}
    assert texts(database) == [(club, general, "here")]


async def test_a_gap_is_filled_page_by_page(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    club, (general,) = await make_club(ada, "general")
    await MatrixDirectory(ben.wire, ben.user_id).join_room(club)
    said = [f"{number:03}" for number in range(150)]
    for text in said:
        await say(ada, general, text)
    database = NotedDatabase()
    following = await follower(ben, database)
    await following.step(wait_ms=0)
    (channel,) = database.batches[0].channels
    assert channel.gap_token is not None
    token: str | None = channel.gap_token
    found = [text for _, _, text in texts(database)]
    own = OwnAccount(database, ben.user_id)  # type: ignore[arg-type] # it stands in for one.
    while token is not None:
        gap = Gap(
            id="g", room_id=club, channel_id=general, token=token, before=Edge(timestamp=0, id="$x")
        )
        assert await fill_gap(own, ben.wire, following.homes, gap)
        _, asked, updates, token = database.filled[-1]
        assert asked == gap.token
        found = [one.message.content for one in updates if isinstance(one, NewMessage)] + found
        if token is None:
            break
    assert found == said
    # It ends where what is known begins.
    oldest = next(u for _, _, us, _ in database.filled for u in us if isinstance(u, NewMessage))
    known = Edge(timestamp=oldest.message.timestamp, id=oldest.message.id)
    gap = Gap(
        id="g",
        room_id=club,
        channel_id=general,
        token=channel.gap_token,
        before=Edge(timestamp=0, id="$x"),
        after=known,
    )
    await fill_gap(own, ben.wire, following.homes, gap)
    assert database.filled[-1][3] is None


async def test_a_session_that_ended_is_told(ada_and_ben: Two) -> None:
    _, ben = ada_and_ben
    following = await follower(ben, NotedDatabase())
    await account.log_out(ben.wire)
    with pytest.raises(UnknownToken):
        await following.step(wait_ms=0)
