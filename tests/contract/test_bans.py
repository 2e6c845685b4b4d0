"""Bans: per room, with an end or without."""

import pytest

from roomkeep.errors import InvalidRecord
from roomkeep.models import Ban
from roomkeep.persistence import DatabaseService
from support.make import ban
from support.worlds import World


async def test_a_banned_user_is_banned_in_that_room_only(db: DatabaseService) -> None:
    await db.save_ban(ban("bob", reason="spam", display_name="Bob"))
    assert await db.is_user_banned("bob", "r1")
    assert not await db.is_user_banned("bob", "r2")
    assert not await db.is_user_banned("ann", "r1")
    assert await db.get_bans_for_room("r1") == [ban("bob", reason="spam", display_name="Bob")]


async def test_one_user_can_be_banned_in_many_rooms(db: DatabaseService) -> None:
    await db.save_ban(ban(room_id="r1"))
    await db.save_ban(ban(room_id="r2"))
    assert await db.is_user_banned("bob", "r1")
    assert await db.is_user_banned("bob", "r2")


async def test_banning_again_in_one_room_replaces(db: DatabaseService) -> None:
    await db.save_ban(ban(reason="first"))
    await db.save_ban(ban(reason="second"))
    assert [found.reason for found in await db.get_bans_for_room("r1")] == ["second"]


async def test_keys_made_from_room_and_user_never_collide() -> None:
    pairs = [("a", "b/c"), ("a/b", "c"), ("a%2Fb", "c"), ("a", "b%2Fc")]
    keys = {ban(user_id, room_id=room_id).oder_id for room_id, user_id in pairs}
    assert len(keys) == len(pairs)


async def test_a_ban_is_lifted_by_its_own_key(db: DatabaseService) -> None:
    await db.save_ban(ban(oder_id="own key"))
    await db.remove_ban("bob")
    assert await db.is_user_banned("bob", "r1")
    await db.remove_ban("own key")
    await db.remove_ban("own key")
    assert not await db.is_user_banned("bob", "r1")


async def test_an_expired_ban_does_not_count(world: World) -> None:
    db = await world.service()
    now = 10_000
    db._clock = lambda: now
    await db.save_ban(ban("past", expires_at=now - 1))
    await db.save_ban(ban("present", expires_at=now))
    await db.save_ban(ban("future", expires_at=now + 1))
    await db.save_ban(ban("never"))
    active = {found.user_id for found in await db.get_bans_for_room("r1")}
    assert active == {"future", "never"}
    for user_id in ["past", "present", "future", "never"]:
        assert await db.is_user_banned(user_id, "r1") == (user_id in active)


async def test_a_ban_without_a_room_is_refused(db: DatabaseService) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_ban(Ban(room_id="", user_id="bob", banned_by="ann", timestamp=1))
    assert caught.value.field == "room_id"


@pytest.mark.parametrize(
    ("room_id", "user_id"),
    [("r", "中" * 120), ("中" * 1_024, "中" * 1_024), ("😀" * 1_024, "😀" * 1_024)],
    ids=["a short room", "ids as long as may be", "characters that take the most"],
)
async def test_every_valid_id_can_be_banned_found_and_pardoned(
    db: DatabaseService, room_id: str, user_id: str
) -> None:
    banned = ban(user_id, room_id=room_id)
    await db.save_ban(banned)
    assert await db.is_user_banned(user_id, room_id)
    assert await db.get_bans_for_room(room_id) == [banned]
    await db.remove_ban(banned.oder_id)
    assert not await db.is_user_banned(user_id, room_id)


async def test_a_bans_key_has_an_end_too(db: DatabaseService) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_ban(ban(oder_id="x" * 100_000))
    assert caught.value.field == "oder_id"
