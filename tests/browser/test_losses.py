"""What the browser takes away, hides or breaks: noticed, told, and mended where that can be."""

import asyncio
from typing import Any

import pytest

import indexeddb
from indexeddb import _quirks
from roomkeep.errors import StorageFull, StorageLost, StorageUnavailable
from roomkeep.persistence import Change, DatabaseService
from roomkeep.persistence.memory_database_service import MemoryDatabaseService
from roomkeep.storage.operations import older_clients
from roomkeep.storage.schema import SCHEMA, database_name
from support.broken_open import BACKING_STORE, MUTATION
from support.js import run_js
from support.make import attachment, message, room
from support.worlds import IndexedDBWorld

LOSS = Change(store="accounts", action="clear")


@pytest.fixture
async def db(world: IndexedDBWorld) -> DatabaseService:
    service = await world.service()
    await service.set_current_user_id("ann")
    return service


def hear(db: DatabaseService) -> list[Change]:
    heard: list[Change] = []
    db.subscribe(heard.append)
    return heard


def told_to_other_tabs() -> Any:
    """Return a promise of the first changes that the account's other tabs get from now on."""
    return run_js("""(name) => {
        const channel = new BroadcastChannel(`indexeddb:${name}`);
        return new Promise((resolve) => {
            channel.onmessage = ({data}) => {
                const message = JSON.parse(data);
                const told = typeof message === 'string' ? [] : message;
                for (const [, , note] of told) if (note !== null) resolve(note);
            };
            channel.postMessage('"listening"');
        });
    }""")(database_name("ann"))


async def test_data_deleted_under_an_open_account_are_told_and_it_goes_on(
    db: DatabaseService,
) -> None:
    await db.save_room(room())
    heard = hear(db)
    await indexeddb.delete(database_name("ann"))
    assert await db.get_all_rooms() == []
    assert LOSS in heard
    assert {change.store for change in heard if change.action == "clear"} >= set(SCHEMA)
    assert db.data_lost
    assert db.current_user_id == "ann"
    await db.save_room(room())
    assert await db.get_all_rooms() == [room()]


async def test_evicted_data_are_noticed_at_the_next_visit(
    world: IndexedDBWorld, db: DatabaseService
) -> None:
    assert not db.data_lost
    await db.close()
    await indexeddb.delete(database_name("ann"))
    again = await world.service()
    assert again.current_user_id == "ann"
    assert again.data_lost
    await again.close()
    assert not (await world.service()).data_lost


async def test_looking_for_an_older_clients_messages_does_not_make_a_deleted_database_anew(
    world: IndexedDBWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomkeep.persistence.account.JOIN_AFTER", 1)
    db = await world.service()
    await db.set_current_user_id("ann")
    account: Any = db._scopes.current.account
    await indexeddb.delete(db.database_name)
    await account._joining
    assert not await indexeddb.exists(db.database_name)


async def test_an_account_that_was_deleted_is_not_missed(
    world: IndexedDBWorld, db: DatabaseService
) -> None:
    await db.set_current_user_id(None)
    await db.delete_account("ann")
    await db.set_current_user_id("ann")
    assert not db.data_lost


async def test_a_page_in_the_back_forward_cache_holds_nothing(db: DatabaseService) -> None:
    await db.save_room(room())
    dispatch = run_js("(type) => dispatchEvent(new PageTransitionEvent(type, {persisted: true}))")
    dispatch("pagehide")
    # Whoever upgrades now has no connection of ours to wait for: a page there answers nobody.
    account: Any = db._scopes.current.account
    assert account._engine._database.version is None
    heard = hear(db)
    dispatch("pageshow")
    assert {change.store for change in heard} == set(SCHEMA)
    assert await db.get_all_rooms() == [room()]
    await db.save_message(message())
    assert await db.get_messages("r1") == [message()]


async def test_an_account_that_does_not_open_leaves_nothing_behind(
    db: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_update_due(_tx: object) -> bool:
        return True

    async def fail(_tx: object, position: object = None) -> None:
        raise StorageFull("there is no room left")

    monkeypatch.setattr(older_clients.is_update_due, "body", is_update_due)
    monkeypatch.setattr(older_clients.update_older_messages, "body", fail)
    run_js("""
        globalThis.kept = [addEventListener, removeEventListener];
        globalThis.listening = 0;
        const count = (method, step) => (...given) => {
            globalThis.listening += step;
            method.apply(globalThis, given);
        };
        globalThis.addEventListener = count(kept[0], 1);
        globalThis.removeEventListener = count(kept[1], -1);
    """)
    try:
        with pytest.raises(StorageFull):
            await db.set_current_user_id("bob")
        assert run_js("listening") == 0
    finally:
        run_js("[globalThis.addEventListener, globalThis.removeEventListener] = kept")
    assert db.current_user_id == "ann"


async def test_what_is_under_way_when_the_page_goes_into_the_cache_is_done_and_told(
    db: DatabaseService,
) -> None:
    told = told_to_other_tabs()
    dispatch = run_js("(type) => dispatchEvent(new PageTransitionEvent(type, {persisted: true}))")
    writing = asyncio.ensure_future(db.save_room(room()))
    await asyncio.sleep(0)
    dispatch("pagehide")
    await writing
    assert '"rooms"' in await asyncio.wait_for(told, 5)
    assert await db.get_all_rooms() == [room()]
    account: Any = db._scopes.current.account
    assert account._engine._database.version is None
    dispatch("pageshow")
    assert await db.get_all_rooms() == [room()]


async def test_other_tabs_look_again_when_a_page_goes_before_its_write_is_done(
    world: IndexedDBWorld, db: DatabaseService
) -> None:
    other = await world.service()
    await other.set_current_user_id("ann")
    told: asyncio.Queue[Change] = asyncio.Queue()
    other.subscribe(told.put_nowait)
    dispatch = run_js("() => dispatchEvent(new PageTransitionEvent('pagehide'))")
    dispatch()  # Nothing is under way: nothing is said.
    writing = asyncio.ensure_future(db.save_room(room()))
    await asyncio.sleep(0)
    dispatch()
    async with asyncio.timeout(5):
        assert await told.get() == Change(store="rooms", action="clear", origin="other_tab")
    await writing


async def test_a_private_window_that_lets_nothing_be_made_has_memory(
    world: IndexedDBWorld, broken_open: Any
) -> None:
    broken_open(100, *MUTATION)
    db = await world.service()
    assert db.backend_name == "memory"
    assert isinstance(db.fallback_reason, StorageUnavailable)


async def test_a_storage_that_is_there_and_fails_is_never_swapped_for_memory(
    world: IndexedDBWorld, broken_open: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await world.service()
    await before.save_room(room())
    await before.close()
    monkeypatch.setattr(_quirks, "REOPEN_PAUSES", ())
    broken_open(1, *BACKING_STORE)
    db = world._make()
    with pytest.raises(StorageLost):
        await db.initialize()
    assert (db.is_ready(), db.fallback_reason) == (False, None)
    # Asked again, when it is well: what was kept is there.
    await db.initialize()
    assert db.backend_name == "indexeddb"
    assert await db.get_all_rooms() == [room()]
    await db.close()


async def test_an_account_opens_where_local_storage_takes_nothing(
    world: IndexedDBWorld, db: DatabaseService
) -> None:
    await db.close()
    run_js("""
        globalThis.keptSetItem = Storage.prototype.setItem;
        Storage.prototype.setItem = () => {
            throw new DOMException("exceeded the quota", "QuotaExceededError");
        };
    """)
    try:
        full = await world.service()
        for user_id in ("bob", "cat"):
            await full.set_current_user_id(user_id)
            await full.save_room(room(user_id))
            assert await full.get_all_rooms() == [room(user_id)]
    finally:
        run_js("Storage.prototype.setItem = globalThis.keptSetItem")


async def test_strict_durability_is_asked_of_every_write(world: IndexedDBWorld) -> None:
    run_js("""
        globalThis.asked = [];
        globalThis.keptTransaction = IDBDatabase.prototype.transaction;
        IDBDatabase.prototype.transaction = function (stores, mode, options) {
            globalThis.asked.push(`${mode} ${options.durability}`);
            return globalThis.keptTransaction.call(this, stores, mode, options);
        };
    """)
    try:
        db = DatabaseService(durability="strict")
        await db.initialize()
        await db.save_room(room())
        await db.close()
        asked = run_js("globalThis.asked.at(-1)")
    finally:
        run_js("IDBDatabase.prototype.transaction = globalThis.keptTransaction")
    assert asked == "readwrite strict"


async def test_bytes_that_the_browser_lost_hide_no_others(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.save_attachment(attachment("a1"), b"one")
    await db.save_attachment(attachment("a2"), b"two")
    run_js("""
        globalThis.keptBuffer = Blob.prototype.arrayBuffer;
        Blob.prototype.arrayBuffer = async function () {
            Blob.prototype.arrayBuffer = globalThis.keptBuffer;
            const text = "The requested file could not be read";
            throw Object.assign(new DOMException(text, "NotReadableError"), {stack: "at Blob"});
        };
    """)
    with pytest.raises(StorageLost, match="no longer has these bytes"):
        await db.read_attachment_data("a1")
    assert await db.read_attachment_data("a2") == b"two"
    assert len(await db.get_attachments_for_message("m1")) == 2


async def test_memory_in_a_browser_takes_a_blob() -> None:
    db = MemoryDatabaseService()
    await db.initialize()
    await db.save_attachment(attachment(size=3), run_js("new Blob(['cat'])"))
    assert await db.read_attachment_data("a1") == b"cat"
    await db.close()
