"""What plain JavaScript sees of the databases, and what it may have left behind."""

import asyncio
import json
from typing import Any

import pytest

import indexeddb
from roomkeep.errors import SchemaTooNew, StorageError
from roomkeep.persistence import DatabaseService
from support.js import run_js
from support.make import attachment, ban, message, reaction, room, user
from support.worlds import IndexedDBWorld

# Written as a reader of the design would write it, apart from `schema.py`.
EXPECTED = {
    "attachments": {"key": "id", "indexes": {"messageId": "messageId"}},
    "bans": {"key": "oderId", "indexes": {"roomId": "roomId"}},
    "messages": {
        "key": "id",
        "indexes": {
            "roomId": "roomId",
            "roomId_channelId_timestamp": ["roomId", "channelId", "timestamp"],
            "roomId_timestamp": ["roomId", "timestamp"],
        },
    },
    "meta": {"key": "key", "indexes": {}},
    "reactions": {"key": ["oderId", "emoji", "messageId"], "indexes": {"messageId": "messageId"}},
    "rooms": {"key": "id", "indexes": {}},
    "users": {"key": "oderId", "indexes": {}},
}

JS = """({
    open(name, version, upgrade) {
        return new Promise((resolve, reject) => {
            const request = indexedDB.open(name, version);
            request.onupgradeneeded = () => upgrade?.(request.result);
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
    },
    async describe(name) {
        const db = await this.open(name);
        const stores = {};
        const tx = db.transaction(db.objectStoreNames);
        for (const store of Array.from(db.objectStoreNames, (name) => tx.objectStore(name))) {
            const indexes = {};
            for (const name of store.indexNames) indexes[name] = store.index(name).keyPath;
            stores[store.name] = { key: store.keyPath, indexes };
        }
        const described = JSON.stringify([db.version, stores]);
        db.close();
        return described;
    },
    async write(name, version, stores, records) {
        const keys = JSON.parse(stores), all = JSON.parse(records);
        const db = await this.open(name, version, (db) => {
            for (const name in keys) db.createObjectStore(name, { keyPath: keys[name] });
        });
        const tx = db.transaction(Object.keys(all), 'readwrite');
        for (const [store, list] of Object.entries(all)) {
            for (const record of list) tx.objectStore(store).put(record);
        }
        await new Promise((resolve, reject) => { tx.oncomplete = resolve; tx.onabort = reject });
        db.close();
    },
    async put(name, store, record) {
        const db = await this.open(name);
        const tx = db.transaction(store, 'readwrite');
        tx.objectStore(store).put(record);
        await new Promise((resolve, reject) => { tx.oncomplete = resolve; tx.onabort = reject });
        db.close();
    },
    async get(name, store, key) {
        const db = await this.open(name);
        const request = db.transaction(store).objectStore(store).get(key);
        await new Promise((resolve) => { request.onsuccess = resolve });
        db.close();
        return request.result;
    },
})"""

VERSION_1_KEYS = {name: layout["key"] for name, layout in EXPECTED.items() if name != "attachments"}
VERSION_1_RECORDS: dict[str, list[dict[str, Any]]] = {
    "messages": [
        {
            "id": f"m{n}",
            "roomId": "r1",
            "senderId": "ann",
            "senderName": "Ann",
            "content": "old",
            "timestamp": n,
            "extra": {"kept": [n]},
        }
        for n in range(300)
    ],
    "users": [{"oderId": "ann", "username": "ann", "displayName": "Ann"}],
    "rooms": [{"id": "r1", "name": "R", "hostId": "ann", "createdAt": 1}],
    "reactions": [{"messageId": "m1", "oderId": "ann", "emoji": "👍", "timestamp": 5}],
    "bans": [{"oderId": "b", "roomId": "r1", "userId": "bob", "bannedBy": "ann", "timestamp": 1}],
    "meta": [{"key": "currentUserId", "value": "ann"}, {"key": "other", "value": {"deep": 1}}],
}


@pytest.fixture
def plain() -> Any:
    return run_js(JS)


async def write_version_1(plain: Any, name: str, owner: str = "ann") -> None:
    records = {**VERSION_1_RECORDS, "meta": [{"key": "currentUserId", "value": owner}]}
    await plain.write(name, 1, json.dumps(VERSION_1_KEYS), json.dumps(records))


@pytest.mark.parametrize(
    ("account", "name"),
    [(None, "roomkeep-anonymous"), ("ann", "roomkeep::ann"), ("a/b é", "roomkeep::a%2Fb%20%C3%A9")],
)
async def test_every_account_has_a_database_with_the_schema(
    world: IndexedDBWorld, plain: Any, account: str | None, name: str
) -> None:
    db = await world.service()
    assert db.backend_name == "indexeddb"
    await db.set_current_user_id(account)
    assert json.loads(await plain.describe(name)) == [2, EXPECTED]


async def test_records_are_stored_under_camel_case_names(world: IndexedDBWorld, plain: Any) -> None:
    db = await world.service()
    await db.save_message(message(reply_to_id="m0"))
    await db.save_reaction(reaction())
    await db.save_attachment(attachment(), b"cat")
    stored = await plain.get("roomkeep-anonymous", "messages", "m1")
    assert (stored.roomId, stored.channelId, stored.senderName) == ("r1", "general", "Ann")
    assert (stored.replyToId, stored.isDeleted, stored.timestamp) == ("m0", False, 1_000)
    assert stored.reactions[0].oderId == "ann"
    bytes_of = await plain.get("roomkeep-anonymous", "attachments", "a1")
    assert str(bytes_of.data) == "[object Blob]"
    assert await bytes_of.data.text() == "cat"


async def test_version_1_is_upgraded_with_every_record_kept(
    world: IndexedDBWorld, plain: Any
) -> None:
    await write_version_1(plain, "roomkeep::ann")
    db = await world.service()
    await db.set_current_user_id("ann")
    assert json.loads(await plain.describe("roomkeep::ann")) == [2, EXPECTED]
    for store in ["messages", "users", "rooms", "reactions", "bans"]:
        kept = await world.stored(store, "ann")
        key = {"reactions": "messageId", "users": "oderId", "bans": "oderId"}.get(store, "id")
        for stored in kept:
            # Messages of version 1 did not say so themselves.
            if store == "messages":
                assert stored.pop("channelId") == "general"
            if stored.get("id") == "m1":
                assert stored.pop("reactions") == VERSION_1_RECORDS["reactions"]
        ordered = sorted(VERSION_1_RECORDS[store], key=lambda record: str(record[key]))
        assert kept == ordered, store
    latest = await db.get_latest_messages("r1", 2, channel_id="general")
    assert [found.id for found in latest] == ["m298", "m299"]
    assert await db.get_users_by_room("r1") == []
    assert await db.is_user_banned("bob", "r1")
    await db.save_attachment(attachment(), b"cat")
    assert await db.read_attachment_data("a1") == b"cat"


async def test_what_an_older_client_wrote_is_reconciled(world: IndexedDBWorld) -> None:
    await world.drop_paging_indexes()
    own = {"messageId": "m2", "oderId": "bob", "emoji": "🎉", "timestamp": 7}
    await world.plant(
        "messages",
        *VERSION_1_RECORDS["messages"][:2],
        {**VERSION_1_RECORDS["messages"][2], "reactions": [own]},
    )
    await world.plant("reactions", *VERSION_1_RECORDS["reactions"])
    db = await world.service()
    for found in await db.get_messages("r1"):
        assert list(found.reactions) == await db.get_reactions_for_message(found.id)
    assert [len(found.reactions) for found in await db.get_messages("r1")] == [0, 1, 1]
    (changed, _) = [stored for stored in await world.stored("messages") if stored.get("reactions")]
    assert changed["extra"] == {"kept": [1]}


async def test_the_legacy_database_is_used_by_its_owner_only(
    world: IndexedDBWorld, plain: Any
) -> None:
    await write_version_1(plain, "roomkeep", owner="ann")
    db = await world.service()
    assert "ann" in await db.get_account_ids()

    await db.set_current_user_id("bob")
    assert db.database_name == "roomkeep::bob"
    assert await db.get_all_rooms() == []
    # The look at it has neither upgraded nor changed it.
    version, stores = json.loads(await plain.describe("roomkeep"))
    assert (version, sorted(stores)) == (1, sorted(VERSION_1_KEYS))
    # It goes with its owner, and with nobody else.
    await db.set_current_user_id(None)
    await db.delete_account("bob")

    await db.set_current_user_id("ann")
    assert db.database_name == "roomkeep"
    assert [found.name for found in await db.get_all_rooms()] == ["R"]
    await db.save_room(room("new"))
    await db.set_current_user_id(None)
    await db.set_current_user_id("ann")
    assert {found.id for found in await db.get_all_rooms()} == {"r1", "new"}
    await db.set_current_user_id(None)
    await db.delete_account("ann")
    assert await db.get_account_ids() == []


async def test_looking_for_the_legacy_database_does_not_create_it(
    world: IndexedDBWorld,
) -> None:
    db = await world.service()
    await db.set_current_user_id("ann")
    names = [info.name for info in await run_js("indexedDB.databases()")]
    assert sorted(name for name in names if name.startswith("roomkeep")) == [
        "roomkeep-anonymous",
        "roomkeep::ann",
    ]


async def test_a_legacy_database_that_goes_while_one_looks_is_not_made_anew(
    world: IndexedDBWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = await world.service()
    exists = indexeddb.exists

    async def was_there(name: str) -> bool:
        return name == "roomkeep" or await exists(name)

    monkeypatch.setattr(indexeddb, "exists", was_there)
    await db.set_current_user_id("ann")
    assert db.database_name == "roomkeep::ann"
    assert "roomkeep" not in await indexeddb.names()


@pytest.mark.parametrize("store", ["meta", "nothing"])
async def test_a_legacy_database_of_nobody_is_left_alone(
    world: IndexedDBWorld, plain: Any, store: str
) -> None:
    await plain.write("roomkeep", 1, json.dumps({store: "key"}), json.dumps({store: []}))
    db = await world.service()
    await db.set_current_user_id("ann")
    assert db.database_name == "roomkeep::ann"


async def test_a_database_that_lacks_stores_is_refused(world: IndexedDBWorld, plain: Any) -> None:
    await plain.write("roomkeep::ann", 2, json.dumps({"messages": "id"}), '{"messages": []}')
    db = await world.service()
    with pytest.raises(StorageError, match="lacks the stores attachments, bans"):
        await db.set_current_user_id("ann")
    assert db.current_user_id is None


async def test_a_database_that_lacks_stores_is_not_hidden_behind_an_empty_memory(
    world: IndexedDBWorld, plain: Any
) -> None:
    await plain.write("roomkeep-anonymous", 2, json.dumps({"rooms": "id"}), '{"rooms": []}')
    db = world._make()
    with pytest.raises(StorageError, match="lacks the stores"):
        await db.initialize()
    assert not db.is_ready()


async def test_a_database_of_a_newer_version_is_refused_and_kept(
    world: IndexedDBWorld, plain: Any
) -> None:
    await plain.write(
        "roomkeep::ann", 9, json.dumps({"future": "id"}), json.dumps({"future": [{"id": 1}]})
    )
    db = await world.service()
    with pytest.raises(SchemaTooNew):
        await db.set_current_user_id("ann")
    # The account before stays, and works.
    assert db.current_user_id is None
    await db.save_user(user())
    assert db.is_ready()
    version, stores = json.loads(await plain.describe("roomkeep::ann"))
    assert (version, list(stores)) == (9, ["future"])


@pytest.mark.parametrize(
    "spoiled",
    [
        "{timestamp: NaN}",
        "{timestamp: new Date(5)}",
        "{content: 'half \\ud83d'}",
        "{content: 10n}",
        "{reactions: new Map()}",
        "(() => { const o = {}; o.self = o; return o })()",
    ],
)
async def test_what_only_javascript_can_spoil_hides_no_other(
    world: IndexedDBWorld, plain: Any, spoiled: str
) -> None:
    db = await world.service()
    await db.save_messages([message("m1"), message("m2", timestamp=2_000)])
    base = json.dumps(VERSION_1_RECORDS["messages"][0] | {"id": "bad", "timestamp": 1_500})
    await plain.put("roomkeep-anonymous", "messages", run_js(f"Object.assign({base}, {spoiled})"))
    await db.clear_room_messages("r2")
    assert [found.id for found in await db.get_latest_messages("r1")] == ["m1", "m2"]
    assert [found.id for found in await db.get_messages("r1")] == ["m1", "m2"]
    assert await db.get_message_by_id("bad") is None
    assert [reported.key for reported in db.unreadable_records] == ["bad"]


async def test_update_keeps_what_json_cannot_carry(world: IndexedDBWorld, plain: Any) -> None:
    db = await world.service()
    base = json.dumps(VERSION_1_RECORDS["messages"][0])
    record = run_js(f"Object.assign({base}, {{seen: new Date(5), file: new Blob(['cat'])}})")
    await plain.put("roomkeep-anonymous", "messages", record)
    await db.update_message("m0", content="edited")
    await db.save_reaction(reaction(message_id="m0"))
    stored = await plain.get("roomkeep-anonymous", "messages", "m0")
    assert stored.content == "edited"
    assert stored.seen.getTime() == 5
    assert await stored.file.text() == "cat"
    assert stored.extra.kept.to_py() == [0]


async def test_another_tab_hears_of_changes_to_its_own_account_only(
    world: IndexedDBWorld,
) -> None:
    here, there = await world.service(), await world.service()
    await there.set_current_user_id("bob")
    elsewhere = await world.service()
    assert elsewhere.current_user_id == "bob"
    await elsewhere.set_current_user_id(None)

    heard = await listening(here), await listening(there)
    await elsewhere.save_ban(ban())
    await elsewhere.save_room(room())
    change = await heard[0].next()
    assert (change.store, change.keys, change.origin) == ("bans", ("r1/bob",), "other_tab")
    assert change.records == (ban(),)
    assert (await heard[0].next()).store == "rooms"
    assert heard[1].empty()


class Heard:
    """Changes in the order in which they are heard."""

    def __init__(self, db: DatabaseService) -> None:
        import asyncio

        self._queue: Any = asyncio.Queue()
        db.subscribe(self._queue.put_nowait)

    async def next(self) -> Any:
        import asyncio

        return await asyncio.wait_for(self._queue.get(), 10)

    def empty(self) -> bool:
        return bool(self._queue.empty())


async def listening(db: DatabaseService) -> Heard:
    return Heard(db)


async def test_without_storage_memory_is_used_and_says_why(
    world: IndexedDBWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexeddb._platform.js", run_js("({})"))
    db = await world.service()
    assert db.backend_name == "memory"
    assert "no IndexedDB" in str(db.fallback_reason)
    await db.save_room(room())
    assert await db.get_all_rooms() == [room()]


async def test_initializing_twice_at_once_makes_one_memory(
    world: IndexedDBWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexeddb._platform.js", run_js("({})"))
    db = world._make()
    await asyncio.gather(db.initialize(), db.initialize())
    await db.save_room(room())
    await db.set_current_user_id("ann")
    await db.set_current_user_id(None)
    assert await db.get_all_rooms() == [room()]
    await db.close()
