"""Accounts: each has a database of its own, and no switch, whenever it comes, mixes them."""

import asyncio
import contextlib
import unittest.mock
from collections.abc import Callable
from typing import Any

import pytest

from roomkeep.errors import InvalidRecord, NotReady, ScopeChanged, StorageBlocked
from roomkeep.persistence import Change, DatabaseService
from support.make import attachment, message, reaction, room, user
from support.worlds import World


async def test_each_account_has_a_database_of_its_own(db: DatabaseService) -> None:
    assert (db.current_user_id, db.database_name) == (None, "roomkeep-anonymous")
    await db.set_current_user_id("ann ✓/50%")
    assert db.current_user_id == "ann ✓/50%"
    assert db.database_name == "roomkeep::ann%20%E2%9C%93%2F50%25"
    await db.set_current_user_id(None)
    assert db.database_name == "roomkeep-anonymous"


async def test_no_account_sees_the_data_of_another(db: DatabaseService) -> None:
    for account in ["ann", "bob", None]:
        await db.set_current_user_id(account)
        await db.save_message(message(content=f"of {account}"))
        await db.save_room(room(name=f"of {account}"))
    for account in ["ann", "bob", None]:
        await db.set_current_user_id(account)
        assert [found.content for found in await db.get_messages("r1")] == [f"of {account}"]
        assert [found.name for found in await db.get_all_rooms()] == [f"of {account}"]
    await db.clear_all_data()
    await db.set_current_user_id("ann")
    assert len(await db.get_messages("r1")) == 1


async def test_ids_that_look_alike_are_different_accounts(db: DatabaseService) -> None:
    # Case, unicode form, percent signs, separators: none of them makes two accounts one.
    accounts = [
        "ann",
        "Ann",
        "é",
        "e\N{COMBINING ACUTE ACCENT}",
        "a%20b",
        "a b",
        "a::b",
        "a/b",
        " ",
    ]
    for account in accounts:
        await db.set_current_user_id(account)
        assert await db.get_all_rooms() == [], account
        await db.save_room(room())
    assert await db.get_account_ids() == sorted(accounts)


async def test_who_was_signed_in_is_so_on_the_next_visit(world: World) -> None:
    first = await world.service()
    await first.set_current_user_id("ann")
    await first.save_user(user("ann"))
    await first.close()
    second = await world.service()
    assert second.current_user_id == "ann"
    assert await second.get_current_user() == user("ann")
    await second.set_current_user_id(None)
    await second.close()
    third = await world.service()
    assert third.current_user_id is None


@pytest.mark.parametrize("user_id", ["", 7, "\ud800", "x" * 1_025])
async def test_a_bad_account_id_is_refused_and_nothing_switches(
    db: DatabaseService, user_id: str
) -> None:
    await db.set_current_user_id("ann")
    with pytest.raises(InvalidRecord) as caught:
        await db.set_current_user_id(user_id)
    assert caught.value.field == "user_id"
    with pytest.raises(InvalidRecord) as caught:
        await db.delete_account(user_id)
    assert caught.value.field == "user_id"
    assert db.current_user_id == "ann"
    assert await db.get_all_rooms() == []


async def test_clearing_keeps_the_account_signed_in(world: World, db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    await db.save_user(user("ann"))
    await db.save_message(message(reactions=(reaction(),)))
    await db.clear_all_data()
    for store in ["messages", "users", "reactions"]:
        assert await world.stored(store, "ann") == []
    assert await world.stored("meta", "ann") == [{"key": "currentUserId", "value": "ann"}]
    assert db.current_user_id == "ann"


async def test_a_switch_in_the_middle_of_a_slow_write(world: World, db: DatabaseService) -> None:
    many = [message(f"m{n}", timestamp=n) for n in range(3_000)]
    await db.set_current_user_id("ann")
    heard: list[Change] = []
    db.subscribe(heard.append)
    async with world.busy("ann"):
        writing = asyncio.ensure_future(db.save_messages(many))
        await asyncio.sleep(0)
        await db.set_current_user_id("bob")
        assert not writing.done()
    await writing
    assert await db.get_messages("r1") == []
    assert await world.stored("messages", "bob") == []
    assert len(await world.stored("messages", "ann")) == len(many)
    # What the old account's write changed is not told to who looks at the new one.
    assert heard == []


async def test_a_switch_in_the_middle_of_a_slow_read(world: World, db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    await db.save_messages([message(f"m{n}", timestamp=n) for n in range(100)])
    async with world.busy("ann"):
        reading = asyncio.ensure_future(db.get_messages("r1"))
        await asyncio.sleep(0)
        await db.set_current_user_id("bob")
        assert not reading.done()
    with pytest.raises(ScopeChanged):
        await reading
    await db.set_current_user_id("ann")
    assert len(await db.get_messages("r1")) == 100


async def test_attachment_bytes_of_the_old_account_are_withheld(
    world: World, db: DatabaseService
) -> None:
    await db.set_current_user_id("ann")
    await db.save_attachment(attachment(), b"cat")
    async with world.busy("ann"):
        reading = asyncio.ensure_future(db.read_attachment_data("a1"))
        await asyncio.sleep(0)
        await db.set_current_user_id("bob")
    with pytest.raises(ScopeChanged):
        await reading


class _Interrupted:
    """Bytes that are handed out only after something else has happened."""

    def __init__(self, blob: Any, happens: Callable[[], Any]) -> None:
        self._blob = blob
        self._happens = happens

    async def read(self) -> bytes:
        data: bytes = await self._blob.read()
        await self._happens()
        return data


async def test_what_was_read_is_withheld_where_a_switch_comes_before_the_rest(
    db: DatabaseService,
) -> None:
    async def switch() -> None:
        await db.set_current_user_id("bob")

    await db.set_current_user_id("ann")
    await db.save_attachment(attachment(), b"cat")
    account = db._scopes.current.account
    run = account.run

    async def find(*args: Any) -> _Interrupted:
        return _Interrupted(await run(*args), switch)

    with unittest.mock.patch.object(account, "run", find), pytest.raises(ScopeChanged):
        await db.read_attachment_data("a1")

    await db.set_current_user_id("ann")
    backend = db._backend
    assert backend is not None
    get_quota = backend.get_quota

    async def look() -> Any:
        await switch()
        return await get_quota()

    with unittest.mock.patch.object(backend, "get_quota", look), pytest.raises(ScopeChanged):
        await db.get_storage_report()
    assert db.current_user_id == "bob"


async def test_a_switch_that_fails_leaves_the_old_account_signed_in(db: DatabaseService) -> None:
    await db.set_current_user_id("ann")

    async def fail(_user_id: str | None) -> None:
        raise StorageBlocked("another tab holds it open")

    with (
        unittest.mock.patch.object(db._backend, "open_account", fail),
        pytest.raises(StorageBlocked),
    ):
        await db.set_current_user_id("bob")
    assert db.is_ready()
    assert db.current_user_id == "ann"
    await db.save_room(room())
    assert await db.get_all_rooms() == [room()]


async def test_a_switch_that_is_cancelled_at_the_last_leaves_the_old_account_signed_in(
    db: DatabaseService,
) -> None:
    await db.set_current_user_id("ann")
    saving = asyncio.Event()

    async def wait(_user_id: str | None) -> None:
        saving.set()
        await asyncio.sleep(60)

    with unittest.mock.patch.object(db._backend, "save_current_user_id", wait):
        switching = asyncio.ensure_future(db.set_current_user_id("bob"))
        await saving.wait()
        switching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await switching
    assert (db.is_ready(), db.current_user_id) == (True, "ann")
    await db.save_room(room())
    assert await db.get_all_rooms() == [room()]


async def test_a_switch_that_fails_revives_no_account_that_was_deleted_meanwhile(
    world: World,
) -> None:
    db, other = await world.service(), await world.service()
    await db.set_current_user_id("ann")
    heard = asyncio.Event()
    db.subscribe(lambda _change: heard.set())

    async def fail(_user_id: str | None) -> None:
        await other.delete_account("ann")
        await asyncio.wait_for(heard.wait(), 5)
        raise StorageBlocked("another tab holds it open")

    with (
        unittest.mock.patch.object(db._backend, "open_account", fail),
        pytest.raises(StorageBlocked),
    ):
        await db.set_current_user_id("bob")
    assert not db.is_ready()
    with pytest.raises(ScopeChanged):
        await db.save_room(room())
    assert await other.get_account_ids() == []


async def test_a_call_made_before_a_switch_never_lands_after_it(
    world: World, db: DatabaseService
) -> None:
    await db.set_current_user_id("ann")
    early = db.save_message(message())
    queued = asyncio.ensure_future(db.save_message(message("m2")))
    await db.set_current_user_id("bob")
    for call in [early, queued]:
        try:
            await call
        except ScopeChanged:
            continue
    assert await world.stored("messages", "bob") == []


async def test_a_call_made_during_a_switch_is_refused(world: World, db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    switching = asyncio.ensure_future(db.set_current_user_id("bob"))
    refused = 0
    while not switching.done():
        await asyncio.sleep(0)
        try:
            if not switching.done():
                await db.save_message(message(content="from ann's screen"))
        except ScopeChanged:
            refused += 1
    await switching
    assert refused
    await db.close()
    assert await world.stored("messages", "bob") == []


async def test_switching_back_and_forth_ends_with_the_last(db: DatabaseService) -> None:
    await asyncio.gather(*(db.set_current_user_id(who) for who in ["ann", "bob", "ann", "cat"]))
    assert db.current_user_id == "cat"
    await db.save_room(room())
    await db.set_current_user_id("ann")
    assert await db.get_all_rooms() == []


async def test_closing_finishes_what_is_under_way(world: World, db: DatabaseService) -> None:
    async with world.busy(None):
        writing = asyncio.ensure_future(db.save_message(message()))
        await asyncio.sleep(0)
        await db.close()
        assert not writing.done()
    await writing
    assert len(await world.stored("messages")) == 1


async def test_who_has_a_deleted_account_open_is_told_and_writes_no_more(world: World) -> None:
    here, there = await world.service(), await world.service()
    await there.set_current_user_id("ann")
    await there.save_room(room())
    await here.set_current_user_id("bob")
    heard: list[Change] = []
    told = asyncio.Event()

    def hear(change: Change) -> None:
        heard.append(change)
        told.set()

    there.subscribe(hear)
    with pytest.raises(InvalidRecord):
        await here.delete_account("bob")

    await here.delete_account("ann")
    async with asyncio.timeout(5):
        await told.wait()
    deleted = Change(store="accounts", action="delete", keys=("ann",), origin="other_tab")
    assert heard == [deleted]
    assert not there.is_ready()
    for call in (
        lambda: there.save_message(message()),
        there.get_storage_report,
        there.get_account_ids,
        there.request_persistence,
    ):
        with pytest.raises(ScopeChanged):
            await call()
    assert await here.get_account_ids() == ["bob"]

    # Who leaves it signs nobody out; who comes back begins with nothing.
    await there.set_current_user_id(None)
    assert there.is_ready()
    assert (await world.service()).current_user_id == "bob"
    await there.set_current_user_id("ann")
    assert await there.get_all_rooms() == []
    assert await there.get_messages("r1") == []


async def test_a_call_under_way_when_its_account_is_deleted_says_so(world: World) -> None:
    here, there = await world.service(), await world.service()
    await there.set_current_user_id("ann")
    async with world.busy("ann"):
        writing = asyncio.ensure_future(there.save_room(room()))
        await asyncio.sleep(0)
        told = asyncio.Event()
        there.subscribe(lambda _: told.set())
        deleting = asyncio.ensure_future(here.delete_account("ann"))
        async with asyncio.timeout(5):
            await told.wait()
    await deleting
    # Where it could still be finished, it was; it is never said that the storage was lost.
    with contextlib.suppress(ScopeChanged):
        await writing
    assert await here.get_account_ids() == []


async def test_a_deleted_account_is_not_signed_in_on_the_next_visit(world: World) -> None:
    here, there = await world.service(), await world.service()
    await there.set_current_user_id("ann")
    await here.delete_account("ann")
    assert (await world.service()).current_user_id is None
    assert await here.get_account_ids() == []


async def test_a_closed_service_refuses_and_can_be_opened_again(world: World) -> None:
    db = await world.service()
    await db.save_room(room())
    assert db.is_ready()
    await db.close()
    await db.close()
    assert not db.is_ready()
    with pytest.raises(NotReady):
        await db.get_all_rooms()
    await db.initialize()
    await db.initialize()
    assert db.is_ready()
    assert await db.get_all_rooms() == [room()]


async def test_every_method_refuses_before_initialize() -> None:
    db = DatabaseService()
    assert not db.is_ready()
    for call in (
        db.get_all_rooms,
        lambda: db.set_current_user_id("ann"),
        lambda: db.delete_account("ann"),
        lambda: db.read_attachment_data("a1"),
        db.get_account_ids,
        db.get_storage_report,
        db.request_persistence,
    ):
        with pytest.raises(NotReady):
            await call()
    await db.close()
