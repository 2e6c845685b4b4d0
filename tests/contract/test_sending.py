"""What the app does at once: it sends a message, or a reaction, and adds what a backup holds."""

import pytest

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.persistence import Change, DatabaseService
from support.make import attachment, ban, channel, member, message, reaction, room, user
from support.worlds import World


@pytest.fixture
async def sending(db: DatabaseService) -> DatabaseService:
    """A room, with a draft in it and a file that waits for the draft's message."""
    await db.save_room(room())
    await db.save_setting("draft/r1", "hello")
    await db.save_attachment(attachment(message_id="draft"), b"cat")
    return db


async def test_a_sent_message_takes_draft_and_files_along(sending: DatabaseService) -> None:
    heard: list[Change] = []
    sending.subscribe(heard.append)
    await sending.send_message(
        message(), settings={"draft/r1": None, "read/r1": 1_000}, attachment_ids=["a1"]
    )
    assert await sending.get_messages("r1") == [message()]
    assert await sending.get_settings() == {"read/r1": 1_000}
    assert await sending.get_attachments_for_messages(["draft", "m1"]) == {"m1": [attachment()]}
    assert await sending.read_attachment_data("a1") == b"cat"
    assert {(change.store, change.action, change.keys) for change in heard} == {
        ("messages", "put", ("m1",)),
        ("meta", "put", ("read/r1",)),
        ("meta", "delete", ("draft/r1",)),
        ("attachments", "put", ("a1",)),
    }


async def assert_nothing_was_sent(db: DatabaseService) -> None:
    assert await db.get_message_by_id("m1") is None
    assert await db.get_settings() == {"draft/r1": "hello"}
    assert await db.get_all_attachments() == [attachment(message_id="draft")]


async def test_no_message_is_sent_to_a_room_that_is_not_there(sending: DatabaseService) -> None:
    with pytest.raises(RecordNotFound) as caught:
        await sending.send_message(
            message(room_id="r2"), settings={"draft/r1": None}, attachment_ids=["a1"]
        )
    assert (caught.value.store, caught.value.key) == ("rooms", "r2")
    await assert_nothing_was_sent(sending)


async def test_who_is_banned_sends_nothing(sending: DatabaseService) -> None:
    await sending.save_ban(ban("ann"))
    with pytest.raises(InvalidRecord) as caught:
        await sending.send_message(message(), settings={"draft/r1": None}, attachment_ids=["a1"])
    assert caught.value.field == "sender_id"
    await assert_nothing_was_sent(sending)


async def test_a_ban_that_has_ended_or_is_of_another_holds_nobody_up(
    sending: DatabaseService,
) -> None:
    await sending.save_ban(ban("ann", expires_at=3_001))
    await sending.save_ban(ban("ann", room_id="r2"))
    await sending.save_ban(ban("bob"))
    await sending.send_message(message())
    await sending.send_reaction(reaction("ann"))
    assert await sending.get_messages("r1") == [message(reactions=(reaction("ann"),))]


async def test_who_is_banned_does_not_react(sending: DatabaseService) -> None:
    await sending.save_message(message())
    await sending.save_ban(ban("bob"))
    with pytest.raises(InvalidRecord) as caught:
        await sending.send_reaction(reaction("bob"))
    assert caught.value.field == "oder_id"
    assert await sending.get_reactions_for_message("m1") == []
    await sending.send_reaction(reaction("ann"))
    assert await sending.get_messages("r1") == [message(reactions=(reaction("ann"),))]


@pytest.mark.parametrize("value", [{1}, {1: 2}, b"x", float("nan")])
async def test_a_bad_setting_stops_the_whole_message(
    sending: DatabaseService, value: object
) -> None:
    with pytest.raises(InvalidRecord):
        await sending.send_message(message(), settings={"draft/r1": None, "k": value})
    await assert_nothing_was_sent(sending)


async def test_a_room_that_is_not_there_is_added_whole(db: DatabaseService) -> None:
    full = room(topic="Plans", channels=(channel(),), members=(member(role="host"),))
    await db.add_room(full)
    assert await db.get_room("r1") == full


async def test_a_room_that_is_there_gets_what_it_lacks_and_keeps_what_it_has(
    world: World, db: DatabaseService
) -> None:
    stored = {
        "id": "r1",
        "name": "Mine",
        "hostId": "ann",
        "createdAt": 1,
        "color": "red",
        "channels": [
            {"id": "general", "name": "mine", "type": "text", "position": 0, "muted": True}
        ],
        "members": [
            {"oderId": "ann", "username": "ann", "displayName": "Mine", "role": "host", "pin": 1}
        ],
    }
    await world.plant("rooms", stored)
    await db.add_room(
        room(
            topic="theirs",
            channels=(channel(name="theirs"), channel("dev", position=1)),
            members=(member("bob", role="admin"), member("ann", role="member")),
        )
    )
    found = await db.get_room("r1")
    assert found == room(
        name="Mine",
        created_at=1,
        channels=(channel(name="mine"), channel("dev", position=1)),
        members=(member("ann", display_name="Mine", role="host"), member("bob", role="admin")),
    )
    (kept,) = await world.stored("rooms")
    assert kept["color"] == "red"
    assert kept["channels"][0]["muted"] is True
    assert kept["members"][0]["pin"] == 1


async def test_an_attachment_is_added_once(db: DatabaseService) -> None:
    assert await db.add_attachment(attachment(), b"cat") is True
    assert await db.add_attachment(attachment(filename="theirs.png"), b"dog") is False
    assert await db.get_all_attachments() == [attachment()]
    assert await db.read_attachment_data("a1") == b"cat"


async def test_adding_an_attachment_brings_its_removed_bytes_back(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.save_attachment(attachment(filename="mine.png"), b"cat")
    await db.remove_files(["a1"])
    assert await db.add_attachment(attachment(), None) is False
    assert await db.add_attachment(attachment(), b"cat") is True
    assert await db.read_attachment_data("a1") == b"cat"
    assert await db.get_all_attachments() == [attachment(filename="mine.png")]
    assert await db.add_attachment(attachment(), b"cat") is False


async def test_no_attachment_is_added_to_a_deleted_message(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.delete_message("m1")
    assert await db.add_attachment(attachment(), b"cat") is False
    assert await db.get_all_attachments() == []


async def test_an_added_attachment_must_be_as_long_as_it_says(db: DatabaseService) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.add_attachment(attachment(size=4), b"cat")
    assert caught.value.field == "size"
    assert await db.get_all_attachments() == []


async def test_bans_and_settings_that_are_there_stay_as_they_are(db: DatabaseService) -> None:
    await db.save_ban(ban("bob", reason="mine"))
    added = [ban("bob", reason="theirs"), ban("cat", reason="theirs")]
    assert await db.add_bans(added) == 1
    assert await db.add_bans(added) == 0
    found = await db.get_bans_for_room("r1")
    assert [(one.user_id, one.reason) for one in found] == [("bob", "mine"), ("cat", "theirs")]

    await db.save_setting("theme", "dark")
    assert await db.add_settings({"theme": "light", "size": 2}) == 1
    assert await db.add_settings({"theme": "light", "size": 3}) == 0
    assert await db.get_settings() == {"theme": "dark", "size": 2}


async def test_adding_tells_of_what_was_added_only(db: DatabaseService) -> None:
    await db.save_ban(ban("bob"))
    await db.save_setting("theme", "dark")
    await db.save_user(user("ann"))
    heard: list[Change] = []
    db.subscribe(heard.append)
    await db.add_bans([ban("bob")])
    await db.add_settings({"theme": "light"})
    await db.add_users([user("ann")])
    await db.add_settings({})
    assert heard == []
    await db.add_settings({"theme": "light", "size": 2})
    assert [(change.store, change.action, change.keys) for change in heard] == [
        ("meta", "put", ("size",))
    ]
