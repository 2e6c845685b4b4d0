"""What a server says is applied: whole, once, in any order."""

import asyncio
import itertools
from collections.abc import Callable, Sequence

import pytest

from roomkeep.models import DELETED_MESSAGE_CONTENT
from roomkeep.persistence import Change, DatabaseService, setting_key
from roomkeep.storage.remote import (
    FullyRead,
    MediaFile,
    ReadUpTo,
    Rights,
    SyncBatch,
    SyncSession,
    TimelineUpdate,
)
from support.make import attachment, ban, channel, member, room, user
from support.synced import (
    BEN,
    CHANNEL,
    ME,
    ROOM,
    Synced,
    edit,
    reacted,
    redaction,
    said,
    synced,
    synced_room,
)
from support.worlds import World

SESSION = SyncSession(server="https://x", user_id=ME, device_id="d", access_token="s3cret")  # noqa: S106


@pytest.fixture
async def device(world: World) -> Synced:
    return await synced(world)


async def test_a_session_is_kept_until_it_is_deleted(world: World, db: DatabaseService) -> None:
    assert await db.get_sync_session() is None
    await db.save_sync_session(SESSION)
    assert "s3cret" not in repr(SESSION)
    assert await (await world.service()).get_sync_session() == SESSION
    await db.delete_sync_session()
    assert await db.get_sync_session() is None
    # What waits to be sent is for this server alone.
    assert await (await world.service()).get_sync_server() == SESSION.server


async def test_nothing_of_the_sync_is_seen_elsewhere(device: Synced) -> None:
    await device.db.save_sync_session(SESSION)
    await device.sync(said("$1"), gap_token="g")  # noqa: S106
    assert {change.store for change in device.heard} == {"messages"}
    assert {change.origin for change in device.heard} == {"server"}
    assert await device.db.get_settings() == {}
    await device.db.clear_all_data()
    assert await device.db.get_sync_session() is None
    assert await device.db.get_sync_token() is None
    assert await device.db.get_synced_rooms() == []
    assert await device.db.get_gaps(ROOM, CHANNEL) == []


async def test_changes_of_a_server_say_so_in_other_tabs(world: World, device: Synced) -> None:
    other = await world.service()
    await other.set_current_user_id(ME)
    heard: asyncio.Queue[Change] = asyncio.Queue()
    other.subscribe(heard.put_nowait)
    await device.sync(said("$1"))
    async with asyncio.timeout(5):
        change = await heard.get()
    assert (change.store, change.origin) == ("messages", "server")


async def test_a_batch_is_applied_only_after_the_one_before(device: Synced) -> None:
    await device.sync(said("$1", "one"))
    assert await device.db.get_sync_token() == "t1"
    late = SyncBatch(since=None, token="t9", users=(user("eve"),))  # noqa: S106
    assert not await device.db.apply_sync(late)
    assert await device.db.get_sync_token() == "t1"
    assert await device.db.get_user("eve") is None


# Rooms


async def test_a_room_is_replaced_unless_a_newer_one_is_stored(device: Synced) -> None:
    await device.sync(said("$1", "kept"))
    newer = synced_room(
        3,
        name="New",
        channels=(channel("!other"),),
        members=(member(BEN),),
        bans=(ban(BEN, room_id=ROOM),),
    )
    assert await device.db.apply_room(newer)
    assert not await device.db.apply_room(synced_room(2, name="Old"))
    assert await device.db.get_room(ROOM) == newer.room
    assert await device.db.is_user_banned(BEN, ROOM)
    assert await device.contents() == ["kept"]
    (found,) = await device.db.get_synced_rooms()
    assert (found.room, found.revision, found.bans) == (newer.room, 3, ())
    assert await device.db.apply_room(synced_room(4))
    assert not await device.db.is_user_banned(BEN, ROOM)


async def test_the_bans_of_a_very_large_room_are_not_told(device: Synced) -> None:
    await device.db.apply_room(synced_room(2, bans=(ban(BEN, room_id=ROOM),)))
    await device.db.apply_room(synced_room(3, has_all_members=False))
    assert await device.db.is_user_banned(BEN, ROOM)


async def test_a_room_that_one_left_goes(device: Synced) -> None:
    await device.say("mine")
    await device.sync(said("$1"), gap_token="g", left=(ROOM,))  # noqa: S106
    assert await device.db.get_room(ROOM) is None
    assert await device.db.get_messages(ROOM) == []
    assert await device.db.get_synced_rooms() == []
    assert await device.db.get_gaps(ROOM, CHANNEL) == []
    assert await device.outbox() == []


async def test_profiles_keep_what_the_server_does_not_know(device: Synced) -> None:
    await device.db.save_user(user(BEN, bio="gardener", status="away"))
    await device.sync(users=(user(BEN, display_name="Benny"), user("new")))
    assert await device.db.get_user(BEN) == user(
        BEN, display_name="Benny", bio="gardener", status="away"
    )
    assert await device.db.get_user("new") == user("new")


async def test_the_own_picture_stays_what_it_is_here(device: Synced) -> None:
    picture = "data:image/webp;base64,AAAA"
    await device.db.save_user(user(ME, avatar_url=picture))
    await device.db.save_own_picture("mxc://x/1", picture)
    await device.sync(users=(user(ME, avatar_url="mxc://x/1", display_name="Anne"),))
    assert await device.db.get_user(ME) == user(ME, avatar_url=picture, display_name="Anne")
    # Set on another device.
    await device.sync(users=(user(ME, avatar_url="mxc://x/2"),))
    assert await device.db.get_user(ME) == user(ME, avatar_url="mxc://x/2")


async def test_the_rights_in_a_room(device: Synced) -> None:
    assert await device.db.get_rights(ROOM) == Rights()
    await device.db.apply_room(synced_room(2, rights=Rights(change_roles=True)))
    assert await device.db.get_rights(ROOM) == Rights(change_roles=True)
    await device.db.save_room(room("here"))
    assert await device.db.get_rights("here") is None
    assert await device.db.get_rights("nowhere") is None


# Messages


async def test_an_edit_counts_if_the_sender_made_it_and_it_is_the_latest(device: Synced) -> None:
    await device.sync(said("$1", "one"))
    await device.sync(edit("$e2", "$1", "third", edited_at=30))
    await device.sync(edit("$e1", "$1", "second", edited_at=20))
    await device.sync(edit("$e3", "$1", "forged", edited_at=40, sender_id="@eve:x"))
    found = await device.find("$1")
    assert (found.content, found.edited_at) == ("third", 30)


async def test_a_redacted_edit_is_undone(device: Synced) -> None:
    await device.sync(said("$1", "one"), edit("$e1", "$1", "two"))
    await device.sync(redaction("$r", "$e1"))
    found = await device.find("$1")
    assert (found.content, found.edited_at) == ("one", None)


async def test_a_redacted_message_is_a_tombstone(device: Synced) -> None:
    file = MediaFile(attachment=attachment("$1", message_id="$1"), url="mxc://x/y", has_size=True)
    await device.sync(said("$1", "one", files=(file,)), reacted("$re", "$1"))
    assert await device.db.get_media_addresses(["$1", "$2"]) == {"$1": "mxc://x/y"}
    assert await device.db.get_attachments_for_message("$1") == [file.attachment]
    await device.sync(redaction("$r", "$1"))
    found = await device.find("$1")
    assert (found.content, found.is_deleted) == (DELETED_MESSAGE_CONTENT, True)
    assert await device.db.get_reactions_for_message("$1") == []
    assert await device.db.get_attachments_for_message("$1") == []


async def test_a_redacted_reaction_goes(device: Synced) -> None:
    await device.sync(said("$1"), reacted("$a", "$1"), reacted("$b", "$1", "🌱"))
    await device.sync(redaction("$r", "$a"))
    assert [one.emoji for one in (await device.find("$1")).reactions] == ["🌱"]
    await device.sync(reacted("$a", "$1"))
    assert [one.emoji for one in (await device.find("$1")).reactions] == ["🌱"]


AGAIN = (
    said("$1"),
    reacted("$a", "$1", at=10),
    redaction("$r", "$a"),
    reacted("$b", "$1", at=20),
)


@pytest.mark.parametrize("order", [*itertools.permutations(range(len(AGAIN)))], ids=str)
async def test_a_reaction_that_is_given_again_stays(device: Synced, order: Sequence[int]) -> None:
    for at in order:
        await device.sync(AGAIN[at])
    (found,) = await device.db.get_reactions_for_message("$1")
    assert found.timestamp == 20
    assert (await device.find("$1")).reactions == (found,)


HISTORY = (
    said("$1", "one"),
    edit("$e1", "$1", "two", edited_at=20),
    edit("$e2", "$1", "three", edited_at=30),
    redaction("$r1", "$e2"),
    reacted("$a", "$1"),
    reacted("$b", "$1", "🌱"),
    redaction("$r2", "$a"),
)


@pytest.mark.parametrize(
    "arrange",
    [tuple, lambda them: tuple(reversed(them)), lambda them: (*them[3:], *them[:3])],
    ids=["in order", "backwards", "turned"],
)
@pytest.mark.parametrize("size", [1, 7])
async def test_the_order_of_arrival_does_not_matter(
    device: Synced,
    arrange: Callable[[tuple[TimelineUpdate, ...]], tuple[TimelineUpdate, ...]],
    size: int,
) -> None:
    updates = arrange(HISTORY)
    for start in range(0, len(updates), size):
        await device.sync(*updates[start : start + size])
    found = await device.find("$1")
    assert (found.content, found.edited_at) == ("two", 20)
    assert [one.emoji for one in found.reactions] == ["🌱"]
    assert [one.emoji for one in await device.db.get_reactions_for_message("$1")] == ["🌱"]
    assert await device.db.find_problems() == []


async def test_a_redaction_that_comes_first_is_not_lost(device: Synced) -> None:
    await device.sync(redaction("$r", "$1"))
    await device.sync(said("$1", "secret"))
    assert (await device.find("$1")).is_deleted


async def test_the_same_twice_changes_nothing(device: Synced) -> None:
    updates = (*HISTORY, said("$2", "gone"), redaction("$r3", "$2"))
    await device.sync(*updates)
    before = await device.db.get_messages(ROOM)
    device.heard.clear()
    for update in itertools.chain(updates, reversed(updates)):
        await device.sync(update)
    await device.sync(*updates)
    assert await device.db.get_messages(ROOM) == before
    assert device.heard == []


# Read markers


async def test_read_markers_move_on_and_never_back(device: Synced) -> None:
    key = setting_key("lastRead", (ROOM, CHANNEL))
    await device.sync(said("$1", timestamp=10), said("$2", timestamp=20), said("$3", timestamp=30))
    await device.sync(read_up_to=(FullyRead(event_id="$2"),))
    assert await device.db.get_setting(key) == 20
    receipt = ReadUpTo(user_id=ME, event_id="$1", timestamp=99, is_private=True)
    await device.sync(read_up_to=(receipt, FullyRead(event_id="$unknown")))
    assert await device.db.get_setting(key) == 20
    await device.sync(read_up_to=(FullyRead(event_id="$3"), receipt))
    assert await device.db.get_setting(key) == 30


async def test_what_was_read_elsewhere_is_not_told_back(device: Synced) -> None:
    await device.sync(said("$1", timestamp=10), read_up_to=(FullyRead(event_id="$1"),))
    assert await device.db.get_setting(setting_key("lastRead", (ROOM, CHANNEL))) == 10
    assert await device.outbox() == []
