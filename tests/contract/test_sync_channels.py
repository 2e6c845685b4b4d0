"""Changes of a room and its channels wait, and meet what others change."""

from typing import Any

import pytest

from roomkeep.errors import InvalidRecord
from roomkeep.persistence import setting_key
from roomkeep.storage.remote import (
    AddChannel,
    ChangeRoom,
    OrderChannels,
    RemoveChannel,
    RenameChannel,
    SendMessage,
)
from support.make import channel
from support.synced import CHANNEL, ROOM, Synced, of_mine, synced, synced_room, the_room
from support.worlds import World


@pytest.fixture
async def device(world: World) -> Synced:
    return await synced(world)


def listed(*channels: tuple[str, str], **fields: Any) -> dict[str, Any]:
    made = (channel(id_, name=name, position=at) for at, (id_, name) in enumerate(channels))
    return {"channels": tuple(made), **fields}


GENERAL = (CHANNEL, "general")


async def test_each_change_waits(device: Synced) -> None:
    await device.db.update_room(ROOM, name="New", topic="t")
    await device.db.save_room(the_room(name="New"))
    await device.change_channels(GENERAL, ("shed", "shed"))
    await device.change_channels(("shed", "tools"), GENERAL)
    await device.change_channels(("shed", "tools"))
    assert [entry.request for entry in await device.outbox()] == [
        ChangeRoom(name="New", topic="t"),
        ChangeRoom(topic=""),
        AddChannel(channel_id="shed", name="shed", type="text"),
        RenameChannel(channel_id="shed", name="tools"),
        OrderChannels(channel_ids=("shed", CHANNEL)),
        RemoveChannel(channel_id=CHANNEL),
    ]
    assert {entry.channel_id for entry in await device.outbox()} == {None}


async def test_a_later_change_takes_the_place_of_an_earlier_one(device: Synced) -> None:
    await device.db.update_room(ROOM, name="A")
    await device.db.update_room(ROOM, topic="t")
    await device.db.update_room(ROOM, name="B")
    await device.change_channels((CHANNEL, "one"))
    await device.change_channels((CHANNEL, "two"))
    assert [entry.request for entry in await device.outbox()] == [
        ChangeRoom(topic="t"),
        ChangeRoom(name="B"),
        RenameChannel(channel_id=CHANNEL, name="two"),
    ]


async def test_what_waits_is_laid_over_what_others_changed(device: Synced) -> None:
    await device.db.update_room(ROOM, topic="mine")
    await device.change_channels(("shed", "shed"), GENERAL)
    theirs = listed((CHANNEL, "lobby"), ("!new", "new"), name="Theirs", topic="theirs")
    await device.db.apply_room(synced_room(2, **theirs))
    found = await device.db.get_room(ROOM)
    assert found is not None
    assert (found.name, found.topic) == ("Theirs", "mine")
    assert await device.channels() == [("shed", "shed"), (CHANNEL, "lobby"), ("!new", "new")]
    assert [one.position for one in found.channels] == [0, 1, 2]


async def test_a_change_that_is_accepted_stays(device: Synced) -> None:
    await device.db.update_room(ROOM, name="Mine")
    mine = synced_room(2, **listed(GENERAL, name="Mine"))
    await device.db.room_changed((await device.the_entry()).id, mine)
    assert await device.outbox() == []
    await device.change_channels((CHANNEL, "lobby"))
    await device.db.discard_outbox((await device.the_entry()).id)
    found = await device.db.get_room(ROOM)
    assert found is not None
    assert found.name == "Mine"
    assert await device.channels() == [GENERAL]


async def test_what_others_changed_after_that_stays(device: Synced) -> None:
    await device.db.update_room(ROOM, name="Mine")
    await device.change_channels((CHANNEL, "mine"))
    named, renamed = await device.outbox()
    # A sync tells of both changes before the request of the first one is answered.
    theirs = listed((CHANNEL, "theirs"), name="Theirs")
    await device.db.apply_room(synced_room(4, **theirs))
    assert await device.channels() == [(CHANNEL, "mine")]
    await device.db.room_changed(renamed.id, synced_room(3, **listed((CHANNEL, "mine"))))
    assert await device.channels() == [(CHANNEL, "theirs")]
    await device.db.room_changed(named.id, synced_room(3, **listed(GENERAL, name="Mine")))
    await device.db.room_changed(named.id, synced_room(5, **listed(GENERAL, name="Mine")))
    found = await device.db.get_room(ROOM)
    assert found is not None
    assert (found.name, await device.outbox()) == ("Theirs", [])


async def test_a_change_that_is_refused_is_undone_until_it_is_tried_again(device: Synced) -> None:
    await device.change_channels((CHANNEL, "lobby"))
    entry = await device.the_entry()
    await device.db.fail_outbox(entry.id, "NoRight")
    assert await device.channels() == [GENERAL]
    await device.db.retry_outbox(entry.id)
    assert await device.channels() == [(CHANNEL, "lobby")]


async def test_a_channel_gets_the_servers_id(device: Synced) -> None:
    await device.change_channels(GENERAL, ("shed", "shed"))
    await device.db.send_message(
        of_mine("a", "x", channel_id="shed"),
        settings={setting_key("lastRead", (ROOM, "shed")): 5},
    )
    await device.change_channels(("shed", "tools"), GENERAL)
    added = (await device.outbox())[0]
    with_shed = synced_room(3, **listed(GENERAL, ("!shed", "shed")))
    await device.db.channel_created(added.id, "!shed", with_shed)
    assert [(entry.channel_id, entry.request) for entry in await device.outbox()] == [
        ("!shed", SendMessage(message_id="a", content="x")),
        (None, RenameChannel(channel_id="!shed", name="tools")),
        (None, OrderChannels(channel_ids=("!shed", CHANNEL))),
    ]
    assert await device.channels() == [("!shed", "tools"), GENERAL]
    assert (await device.find("a")).channel_id == "!shed"
    assert await device.db.get_settings("lastRead/") == {
        setting_key("lastRead", (ROOM, "!shed")): 5
    }
    # Who still has the channel open under its id from here.
    await device.db.send_message(of_mine("b", "y", channel_id="shed"))
    assert (await device.find("b")).channel_id == "!shed"
    await device.db.channel_created(added.id, "!shed", with_shed)
    # A state from before that was still on its way.
    await device.db.apply_room(synced_room(2, **listed(GENERAL)))
    assert await device.channels() == [("!shed", "tools"), GENERAL]


async def test_a_new_channel_is_there_though_a_newer_state_lacks_it(device: Synced) -> None:
    await device.change_channels(GENERAL, ("shed", "shed"))
    entry = await device.the_entry()
    await device.db.apply_room(synced_room(4, **listed(GENERAL)))
    await device.db.channel_created(entry.id, "!shed", synced_room(3, **listed(GENERAL)))
    assert await device.channels() == [GENERAL, ("!shed", "shed")]


async def test_a_channel_that_is_listed_already_is_not_there_twice(device: Synced) -> None:
    await device.change_channels(GENERAL, ("shed", "shed"))
    entry = await device.the_entry()
    await device.db.apply_room(synced_room(2, **listed(GENERAL, ("!shed", "shed"))))
    await device.db.channel_created(
        entry.id, "!shed", synced_room(3, **listed(GENERAL, ("!shed", "shed")))
    )
    assert await device.channels() == [GENERAL, ("!shed", "shed")]


async def test_a_discarded_channel_goes_with_what_was_written_in_it(device: Synced) -> None:
    await device.change_channels(GENERAL, ("shed", "shed"))
    await device.db.send_message(of_mine("a", "x", channel_id="shed"))
    added = (await device.outbox())[0]
    await device.db.fail_outbox(added.id, "NoRight")
    assert await device.channels() == [GENERAL, ("shed", "shed")]
    await device.db.discard_outbox(added.id)
    assert await device.channels() == [GENERAL]
    assert await device.db.get_messages(ROOM) == []
    assert await device.outbox() == []


async def test_a_channel_cannot_change_its_type(device: Synced) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await device.db.update_room(
            ROOM, channels=(channel(CHANNEL, name="general", type="voice"),)
        )
    assert caught.value.field == "channels"
