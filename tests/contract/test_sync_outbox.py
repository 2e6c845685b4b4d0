"""What is written in a room on a server waits to be sent, until the server has it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import structs

from roomkeep.errors import InvalidRecord
from roomkeep.models import Reaction
from roomkeep.persistence import Change, DatabaseService, setting_key
from roomkeep.storage.remote import (
    AddReaction,
    BanUser,
    DeleteMessage,
    EditMessage,
    MarkRead,
    MediaFile,
    RemoveReaction,
    SendMessage,
    UnbanUser,
    reaction_id,
)
from support.make import attachment, ban, member, message, reaction, room
from support.synced import (
    BEN,
    CHANNEL,
    ME,
    ROOM,
    Synced,
    echo,
    edit,
    of_mine,
    reacted,
    redaction,
    said,
    synced,
    synced_room,
    the_room,
)
from support.worlds import World

READ = setting_key("lastRead", (ROOM, CHANNEL))


@pytest.fixture
async def device(world: World) -> Synced:
    return await synced(world)


def liked(message_id: str = "$1", emoji: str = "👍") -> Reaction:
    return reaction(ME, emoji, message_id=message_id)


async def requests(device: Synced) -> list[Any]:
    return [entry.request for entry in await device.outbox()]


# What waits


async def test_writes_wait_in_the_order_of_writing(device: Synced) -> None:
    await device.sync(said("$1"))
    await device.say("a", "one", reply_to_id="$1")
    await device.db.update_message("a", content="two", edited_at=9)
    await device.db.send_reaction(liked("a"))
    await device.db.save_reaction(liked("$1"))
    await device.db.remove_reaction("a", ME, "👍")
    await device.db.save_message(of_mine("b", "three"))
    await device.db.delete_message("b")
    await device.db.save_ban(ban("eve", room_id=ROOM, reason="spam"))
    await device.db.remove_ban(ban("eve", room_id=ROOM).oder_id)
    await device.db.save_settings({READ: 1_000, "k": 1})
    assert await requests(device) == [
        SendMessage(message_id="a", content="one", reply_to_id="$1"),
        EditMessage(message_id="a", content="two"),
        AddReaction(message_id="a", emoji="👍"),
        AddReaction(message_id="$1", emoji="👍"),
        RemoveReaction(message_id="a", emoji="👍"),
        SendMessage(message_id="b", content="three"),
        DeleteMessage(message_id="b"),
        BanUser(user_id="eve", reason="spam"),
        UnbanUser(user_id="eve"),
        MarkRead(message_id="$1"),
    ]
    entries = await device.outbox()
    assert [entry.id for entry in entries] == sorted(entry.id for entry in entries)
    assert len({entry.transaction_id for entry in entries}) == len(entries)
    assert {entry.room_id for entry in entries} == {ROOM}
    assert entries[0].channel_id == entries[-1].channel_id == CHANNEL
    assert entries[7].channel_id is None
    assert await device.db.get_setting("k") == 1
    assert await device.db.get_outbox("elsewhere") == []
    assert await device.db.get_outbox(ROOM) == entries


async def test_the_files_of_a_message_wait_with_it(device: Synced) -> None:
    await device.db.save_attachment(attachment(message_id="draft:1"), b"cat")
    await device.db.send_message(of_mine("a", "look"), attachment_ids=["a1"])
    assert (await device.the_entry()).request == SendMessage(
        message_id="a", content="look", attachment_id="a1"
    )


async def test_a_message_on_a_server_has_one_file(device: Synced) -> None:
    for file in ("a1", "a2"):
        await device.db.save_attachment(attachment(file, message_id=f"draft:{file}"), b"cat")
    device.heard.clear()
    with pytest.raises(InvalidRecord, match="one file") as caught:
        await device.db.send_message(of_mine("a", "look"), attachment_ids=["a1", "a2"])
    assert caught.value.field == "attachment_ids"
    assert (device.heard, await device.outbox()) == ([], [])
    assert await device.db.get_message_by_id("a") is None


async def test_a_read_marker_tells_of_the_newest_message_up_to_it(device: Synced) -> None:
    await device.sync(
        said("$1", timestamp=10),
        said("$2", timestamp=20),
        said("$4", timestamp=25, channel_id="!other"),
        said("$3", timestamp=30),
    )
    for time, known in ((9, []), (12, ["$1"]), (15.5, ["$1"]), (20, ["$2"]), (20, ["$2"])):
        await device.db.save_setting(READ, time)
        assert await requests(device) == [MarkRead(message_id=id_) for id_ in known]
    await device.db.save_settings({setting_key("lastRead", (ROOM, "!other")): 99, READ: 99})
    assert [(entry.channel_id, entry.request) for entry in await device.outbox()] == [
        ("!other", MarkRead(message_id="$4")),
        (CHANNEL, MarkRead(message_id="$3")),
    ]


async def test_what_was_read_is_not_told_again(device: Synced) -> None:
    await device.sync(said("$1", timestamp=10), said("$2", timestamp=20))
    await device.db.save_setting(READ, 20)
    await device.db.accept_outbox((await device.the_entry()).id, None)
    for value in (50, 20, 10, None, "later", True, 1e300):
        await device.db.save_setting(READ, value)
        assert await device.outbox() == []


async def test_a_message_that_is_sent_is_read(device: Synced) -> None:
    await device.sync(said("$1", timestamp=10))
    await device.db.send_message(of_mine("a", "x", timestamp=500), settings={READ: 500})
    assert await requests(device) == [
        SendMessage(message_id="a", content="x"),
        MarkRead(message_id="a"),
    ]
    await device.db.delete_message("a")
    assert await requests(device) == [
        SendMessage(message_id="a", content="x"),
        MarkRead(message_id="a"),
        DeleteMessage(message_id="a"),
    ]


async def test_what_was_never_sent_was_never_read(device: Synced) -> None:
    await device.db.send_message(of_mine("a", "x", timestamp=500), settings={READ: 500})
    await device.db.fail_outbox((await device.outbox())[0].id, "NoRight")
    await device.db.delete_message("a")
    assert await device.outbox() == []


async def test_it_survives_and_is_told(world: World, device: Synced) -> None:
    device.heard.clear()
    await device.say("a")
    (told,) = [change for change in device.heard if change.store == "outbox"]
    assert told == Change(store="outbox", action="put", keys=("a",), room_id=ROOM)
    again = await world.service()
    assert await again.get_outbox() == await device.outbox()


async def test_nothing_waits_in_a_room_of_this_device(device: Synced) -> None:
    await device.db.save_room(room())
    await device.db.send_message(message())
    await device.db.save_reaction(reaction())
    await device.db.save_ban(ban())
    await device.db.update_room("r1", name="x")
    await device.db.save_setting(setting_key("lastRead", ("r1", "general")), 2_000)
    await device.db.delete_room("r1")
    assert await device.outbox() == []


Act = Callable[[DatabaseService], Awaitable[object]]

REFUSED: dict[str, tuple[str, Act]] = {
    "many messages": ("room_id", lambda db: db.save_messages([of_mine("a", "x")])),
    "an import": ("room_id", lambda db: db.import_messages([of_mine("a", "x")])),
    "a restore": ("room_id", lambda db: db.add_messages([of_mine("a", "x")])),
    "restored bans": ("room_id", lambda db: db.add_bans([ban(room_id=ROOM)])),
    "a restored room": ("id", lambda db: db.add_room(the_room())),
    "clearing": ("room_id", lambda db: db.clear_room_messages(ROOM)),
    "deleting the room": ("room_id", lambda db: db.delete_room(ROOM)),
    "moving": ("room_id", lambda db: db.move_messages(ROOM, CHANNEL, "x")),
    "someone else's name": ("sender_id", lambda db: db.send_message(said("a").message)),
    "someone else's message": ("sender_id", lambda db: db.update_message("$1", content="x")),
    "deleting it": ("message_id", lambda db: db.delete_message("$1")),
    "another time": ("timestamp", lambda db: db.update_message("$1", timestamp=5)),
    "another room": ("room_id", lambda db: db.update_message("m1", room_id=ROOM)),
    "someone else's reaction": (
        "oder_id",
        lambda db: db.save_reaction(reaction(BEN, message_id="$1")),
    ),
    "taking theirs back": ("oder_id", lambda db: db.remove_reaction("$1", BEN, "👍")),
    "the roster": ("members", lambda db: db.update_room(ROOM, members=())),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_a_server_would_not_hear_is_refused(device: Synced, name: str) -> None:
    await device.db.apply_room(synced_room(2, members=(member(BEN),)))
    await device.db.save_room(room())
    await device.db.save_message(message())
    await device.sync(said("$1"), reacted("$r", "$1"))
    device.heard.clear()
    field, act = REFUSED[name]
    with pytest.raises(InvalidRecord) as caught:
        await act(device.db)
    assert caught.value.field == field
    assert device.heard == []
    assert await device.outbox() == []


# What comes back


async def test_an_echo_makes_the_message_the_servers(device: Synced) -> None:
    await device.say("a", "hello", timestamp=500)
    entry = await device.the_entry()
    assert await device.db.get_event_ids(["a"]) == {}
    await device.db.accept_outbox(entry.id, "$a")
    assert await device.db.get_event_ids(["a"]) == {"a": "$a"}
    assert (await device.the_entry()).event_id == "$a"
    await device.sync(echo(entry, "$a", timestamp=700))
    assert await device.outbox() == []
    (found,) = await device.db.get_messages(ROOM)
    assert (found.id, found.content, found.timestamp) == ("a", "hello", 700)
    await device.sync(echo(entry, "$a", timestamp=700))
    await device.sync(said("$b", "answer", reply_to_id="$a"), reacted("$r", "$a"))
    assert await device.contents() == ["hello", "answer"]
    assert (await device.find("$b")).reply_to_id == "a"
    assert [one.oder_id for one in (await device.find("a")).reactions] == [BEN]
    await device.sync(redaction("$d", "$a"))
    assert (await device.find("a")).is_deleted
    assert await device.db.get_event_ids(["a", "$b", "$x"]) == {"a": "$a", "$b": "$b"}


async def test_an_echo_may_come_before_the_answer(device: Synced) -> None:
    await device.say("a")
    entry = await device.the_entry()
    await device.sync(echo(entry, "$a"))
    assert await device.outbox() == []
    assert await device.db.get_event_ids(["a"]) == {"a": "$a"}
    await device.db.accept_outbox(entry.id, "$a")
    assert await device.outbox() == []
    assert len(await device.db.get_messages(ROOM)) == 1


async def test_a_message_told_of_before_it_is_known_as_ours_becomes_one(device: Synced) -> None:
    await device.say("a")
    entry = await device.the_entry()
    await device.sync(reacted("$r", "$a"), said("$a", "hello", sender_id=ME, timestamp=900))
    await device.db.accept_outbox(entry.id, "$a")
    assert await device.outbox() == []
    (found,) = await device.db.get_messages(ROOM)
    assert (found.id, found.timestamp) == ("a", 900)
    assert [one.oder_id for one in found.reactions] == [BEN]
    await device.sync(redaction("$x", "$r"))
    assert (await device.find("a")).reactions == ()
    assert await device.db.find_problems() == []


async def test_the_file_from_here_stays_and_its_address_is_known(device: Synced) -> None:
    await device.db.save_attachment(attachment(message_id="draft:1"), b"cat")
    await device.db.send_message(of_mine("a", "look"), attachment_ids=["a1"])
    entry = await device.the_entry()
    file = MediaFile(attachment=attachment("$a", message_id="$a"), url="mxc://x/y", has_size=True)
    update = said("$a", "look", sender_id=ME, transaction_id=entry.transaction_id, files=(file,))
    await device.sync(update)
    (found,) = await device.db.get_attachments_for_message("a")
    assert found.id == "a1"
    assert await device.db.get_media_addresses(["a1"]) == {"a1": "mxc://x/y"}


async def test_a_message_that_is_saved_again_is_edited(device: Synced) -> None:
    await device.say("a", "one")
    await device.sync(echo(await device.the_entry(), "$a"))
    await device.db.save_message(structs.replace(await device.find("a"), content="two"))
    assert await requests(device) == [EditMessage(message_id="a", content="two")]
    with pytest.raises(InvalidRecord) as refused:
        await device.db.save_message(structs.replace(await device.find("a"), timestamp=9))
    assert refused.value.field == "timestamp"
    assert (await device.find("a")).content == "two"


async def test_an_edit_that_waits_is_not_overwritten(device: Synced) -> None:
    await device.say("a", "one")
    entry = await device.the_entry()
    await device.db.update_message("a", content="two", edited_at=600)
    await device.sync(echo(entry, "$a"))
    assert (await device.find("a")).content == "two"
    first = await device.the_entry()
    mine = {"sender_id": ME}
    await device.db.accept_outbox(first.id, "$e1")
    await device.db.update_message("a", content="three", edited_at=700)
    _, second = await device.outbox()
    await device.sync(
        edit("$e1", "$a", "two", **mine, edited_at=800, transaction_id=first.transaction_id)
    )
    assert (await device.find("a")).content == "three"
    await device.sync(
        edit("$e2", "$a", "three", **mine, edited_at=900, transaction_id=second.transaction_id)
    )
    assert await device.outbox() == []
    found = await device.find("a")
    assert (found.content, found.edited_at) == ("three", 900)
    await device.sync(edit("$e3", "$a", "from the phone", **mine, edited_at=950))
    assert (await device.find("a")).content == "from the phone"


async def test_a_reaction_comes_back_and_goes(device: Synced) -> None:
    await device.sync(said("$1"))
    own = reaction_id("$1", ME, "👍")
    await device.db.save_reaction(liked())
    entry = await device.the_entry()
    await device.db.accept_outbox(entry.id, "$r")
    assert await device.db.get_event_ids([own]) == {own: "$r"}
    await device.db.remove_reaction("$1", ME, "👍")
    _, removal = await device.outbox()
    update = reacted("$r", "$1", by=ME, transaction_id=entry.transaction_id)
    await device.sync(update)
    assert (await device.find("$1")).reactions == ()
    await device.db.accept_outbox(removal.id, "$x")
    await device.sync(update)
    assert (await device.find("$1")).reactions == ()
    await device.sync(redaction("$x", "$r", sender_id=ME))
    assert await device.outbox() == []
    assert await device.db.get_event_ids([own]) == {}


async def test_the_echo_of_a_reaction_that_is_gone_never_comes(device: Synced) -> None:
    await device.sync(said("$1"))
    await device.db.save_reaction(liked())
    await device.db.accept_outbox((await device.the_entry()).id, "$r")
    await device.db.remove_reaction("$1", ME, "👍")
    _, removal = await device.outbox()
    await device.db.accept_outbox(removal.id, "$x")
    await device.sync(redaction("$x", "$r", sender_id=ME))
    assert await device.outbox() == []
    assert (await device.find("$1")).reactions == ()


async def test_a_reaction_put_back_survives_the_echo_of_its_removal(device: Synced) -> None:
    await device.sync(said("$1"), reacted("$r", "$1", by=ME))
    await device.db.remove_reaction("$1", ME, "👍")
    removal = await device.the_entry()
    await device.db.save_reaction(liked())
    await device.db.accept_outbox(removal.id, "$x")
    await device.sync(redaction("$x", "$r", sender_id=ME))
    assert len((await device.find("$1")).reactions) == 1
    (entry,) = await device.outbox()
    await device.sync(reacted("$r2", "$1", by=ME, transaction_id=entry.transaction_id))
    assert await device.outbox() == []
    own = reaction_id("$1", ME, "👍")
    assert await device.db.get_event_ids([own]) == {own: "$r2"}


async def test_a_reaction_that_was_taken_again_survives_the_echo_of_its_removal(
    device: Synced,
) -> None:
    await device.sync(said("$1"), reacted("$r", "$1", by=ME))
    await device.db.remove_reaction("$1", ME, "👍")
    await device.db.save_reaction(liked())
    removal, again = await device.outbox()
    await device.db.accept_outbox(removal.id, "$x")
    await device.db.accept_outbox(again.id, "$r2")
    await device.sync(redaction("$x", "$r", sender_id=ME))
    assert len((await device.find("$1")).reactions) == 1
    await device.sync(reacted("$r2", "$1", by=ME))
    assert await device.outbox() == []
    assert len((await device.find("$1")).reactions) == 1


async def test_what_waits_for_a_deleted_message_is_not_sent(device: Synced) -> None:
    await device.sync(said("$1", sender_id=ME))
    await device.db.update_message("$1", content="x")
    await device.db.save_reaction(liked())
    await device.sync(redaction("$d", "$1"))
    assert await device.outbox() == []
    assert (await device.find("$1")).is_deleted


async def test_a_deletion_waits_and_stays_through_the_echo(device: Synced) -> None:
    await device.say("a")
    entry = await device.the_entry()
    await device.db.delete_message("a")
    assert await requests(device) == [entry.request, DeleteMessage(message_id="a")]
    await device.sync(echo(entry, "$a"))
    assert (await device.find("a")).is_deleted
    deletion = await device.the_entry()
    await device.db.accept_outbox(deletion.id, "$d")
    await device.sync(redaction("$d", "$a", sender_id=ME))
    assert await device.outbox() == []


async def test_what_was_told_of_before_it_is_known_as_ours_waits_for_no_echo(
    device: Synced,
) -> None:
    await device.sync(said("$1", "one", sender_id=ME))
    await device.db.save_reaction(liked())
    await device.db.update_message("$1", content="two", edited_at=9)
    first, second = await device.outbox()
    await device.sync(reacted("$r", "$1", by=ME), edit("$e", "$1", "two", sender_id=ME))
    await device.db.accept_outbox(first.id, "$r")
    await device.db.accept_outbox(second.id, "$e")
    assert await device.outbox() == []
    assert (await device.find("$1")).edited_at == 2_000


async def test_what_the_server_took_does_not_wait_for_an_echo_in_a_gap(device: Synced) -> None:
    await device.say("a")
    await device.say("b")
    first, second = await device.outbox()
    await device.db.accept_outbox(first.id, "$a")
    await device.sync(said("$9", timestamp=900), gap_token="g")  # noqa: S106
    assert await device.outbox() == [second]
    (gap,) = await device.db.get_gaps(ROOM, CHANNEL)
    assert await device.db.fill_gap(gap.id, "g", [echo(first, "$a", timestamp=800)], None)
    assert (await device.find("a")).timestamp == 800
    assert len(await device.db.get_messages(ROOM)) == 3


async def test_an_entry_without_an_echo_goes_at_once(device: Synced) -> None:
    await device.sync(said("$1"))
    await device.db.save_setting(READ, 1_000)
    await device.db.accept_outbox((await device.the_entry()).id, None)
    assert await device.outbox() == []


# What fails


async def test_what_failed_is_tried_again_in_its_place(device: Synced) -> None:
    await device.say("a")
    await device.say("b")
    first, second = await device.outbox()
    device.heard.clear()
    await device.db.fail_outbox(first.id, "NoRight")
    failed, _ = await device.outbox()
    assert (failed.state, failed.error) == ("failed", "NoRight")
    assert [change.keys for change in device.heard] == [("a",)]
    await device.db.retry_outbox(first.id)
    assert await device.outbox() == [first, second]


async def test_a_discarded_message_goes_with_all_that_waits_for_it(device: Synced) -> None:
    await device.db.save_attachment(attachment(message_id="draft:1"), b"cat")
    await device.db.send_message(of_mine("a", "x"), attachment_ids=["a1"])
    await device.db.save_reaction(liked("a"))
    await device.say("b")
    first = (await device.outbox())[0]
    await device.db.fail_outbox(first.id, "NoRight")
    await device.db.discard_outbox(first.id)
    assert [one.id for one in await device.db.get_messages(ROOM)] == ["b"]
    assert [entry.request.message_id for entry in await device.outbox()] == ["b"]  # type: ignore[union-attr] # a message's.
    assert await device.db.get_all_attachments() == []
    assert await device.db.find_problems() == []
    await device.db.discard_outbox(first.id)


async def test_a_failed_message_that_is_deleted_is_never_sent(device: Synced) -> None:
    await device.say("a")
    await device.db.fail_outbox((await device.the_entry()).id, "NoRight")
    await device.db.delete_message("a")
    assert await device.outbox() == []


async def test_a_discarded_edit_is_undone(device: Synced) -> None:
    await device.sync(said("$1", "one", sender_id=ME))
    await device.db.update_message("$1", content="two", edited_at=9)
    await device.db.update_message("$1", content="three", edited_at=10)
    assert await requests(device) == [EditMessage(message_id="$1", content="three")]
    await device.db.discard_outbox((await device.the_entry()).id)
    found = await device.find("$1")
    assert (found.content, found.edited_at) == ("one", None)


async def test_discarded_reactions_are_undone(device: Synced) -> None:
    await device.sync(said("$1"), reacted("$r", "$1", by=ME))
    await device.db.save_reaction(liked(emoji="🌱"))
    await device.db.remove_reaction("$1", ME, "👍")
    for entry in await device.outbox():
        await device.db.discard_outbox(entry.id)
    assert [one.emoji for one in (await device.find("$1")).reactions] == ["👍"]
    assert await device.outbox() == []


async def test_a_discarded_ban_is_lifted(device: Synced) -> None:
    await device.db.save_ban(ban("eve", room_id=ROOM))
    assert await device.db.is_user_banned("eve", ROOM)
    await device.db.apply_room(synced_room(2))
    assert await device.db.is_user_banned("eve", ROOM)
    await device.db.discard_outbox((await device.the_entry()).id)
    assert not await device.db.is_user_banned("eve", ROOM)
