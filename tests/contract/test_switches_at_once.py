"""What comes at the same time as a switch of accounts: it ends where it was last sent."""

import asyncio

import pytest
from reaktiv import Effect

from roomkeep.errors import InvalidRecord
from roomkeep.persistence import Change, DatabaseService
from support.make import room
from support.worlds import World


@pytest.mark.parametrize("first", ["the switch", "initialize"])
async def test_initialize_beside_a_switch_does_not_take_it_back(
    world: World, db: DatabaseService, first: str
) -> None:
    await db.set_current_user_id("ann")
    calls = [db.set_current_user_id("bob"), db.initialize()]
    await asyncio.gather(*(calls if first == "the switch" else calls[::-1]))
    assert db.is_ready()
    assert db.current_user_id == "bob"
    await db.close()
    assert (await world.service()).current_user_id == "bob"


async def test_who_sees_that_it_is_ready_sees_the_backend(world: World) -> None:
    # Here the service chooses its backend itself; the world sees to it that nothing is left.
    db = DatabaseService()
    seen: list[tuple[bool, str | None]] = []
    effect = Effect(lambda: seen.append((db.is_ready(), db.backend_name)))
    await db.initialize()
    effect.dispose()
    await db.close()
    assert [is_ready for is_ready, _ in seen] == [False, True]
    assert seen[-1][1] is not None


async def test_services_on_one_device_hear_each_other(world: World) -> None:
    here, there = await world.service(), await world.service()
    heard: asyncio.Queue[Change] = asyncio.Queue()
    there.subscribe(heard.put_nowait)
    await here.save_room(room())
    async with asyncio.timeout(5):
        change = await heard.get()
    assert (change.store, change.action, change.keys) == ("rooms", "put", ("r1",))
    assert await there.get_room("r1") == room()


async def test_a_service_of_another_account_hears_nothing(world: World) -> None:
    here, there = await world.service(), await world.service()
    await there.set_current_user_id("ann")
    heard_by_ann: list[Change] = []
    there.subscribe(heard_by_ann.append)
    third = await world.service()
    await third.set_current_user_id(None)
    heard: asyncio.Queue[Change] = asyncio.Queue()
    third.subscribe(heard.put_nowait)
    await here.save_room(room())
    async with asyncio.timeout(5):
        await heard.get()
    assert heard_by_ann == []


@pytest.mark.parametrize("first", ["the switch", "the deletion"])
async def test_what_is_saved_after_a_switch_beside_the_accounts_deletion_is_kept(
    world: World, db: DatabaseService, first: str
) -> None:
    await db.set_current_user_id("bob")
    await db.save_room(room("old"))
    await db.set_current_user_id("ann")
    calls = [db.set_current_user_id("bob"), db.delete_account("bob")]
    if first == "the deletion":
        calls.reverse()
    async with asyncio.timeout(10):
        results = await asyncio.gather(*calls, return_exceptions=True)
    failures = [result for result in results if result is not None]
    # Either it was too late to delete it, or bob begins with nothing.
    assert [type(failure) for failure in failures] in ([], [InvalidRecord])
    assert db.is_ready()
    assert db.current_user_id == "bob"
    kept = [room("old")] if failures else []
    assert await db.get_all_rooms() == kept

    await db.save_room(room("new", created_at=600))
    assert await db.get_account_ids() == ["ann", "bob"]
    await db.close()
    again = await world.service()
    assert again.current_user_id == "bob"
    assert await again.get_all_rooms() == [*kept, room("new", created_at=600)]


async def test_an_account_that_was_deleted_beside_a_switch_can_be_deleted_again(
    db: DatabaseService,
) -> None:
    await db.set_current_user_id("ann")
    await asyncio.gather(
        db.set_current_user_id("bob"), db.delete_account("bob"), return_exceptions=True
    )
    await db.save_room(room())
    await db.set_current_user_id("ann")
    await db.delete_account("bob")
    assert await db.get_account_ids() == ["ann"]
    await db.set_current_user_id("bob")
    assert await db.get_all_rooms() == []
