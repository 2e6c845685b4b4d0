"""What the browser can: what Roomkeep needs of it, and what it does without where it must."""

from collections.abc import Callable

from roomkeep.jspi import can_wait
from support.js import run_js

PROBE = """(async () => {
    const settle = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const open = (upgrade, name = 'idb-test features') => {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => upgrade(request);
        return settle(request);
    };
    const tries = async (attempt) => {
        try { return Boolean(await attempt()) } catch { return false }
    };
    const database = await open(({result}) => result.createObjectStore('things'));
    const store = (...how) => database.transaction('things', ...how).objectStore('things');
    const can = {};
    const blob = new Blob(['cat']);
    can['a Blob in a record'] = await tries(async () => {
        await settle(store('readwrite').put(blob, 1));
        return await (await settle(store().get(1))).text() === 'cat';
    });
    can['BroadcastChannel'] = typeof BroadcastChannel === 'function';
    const strict = store('readwrite', {durability: 'strict'}).transaction;
    can['strict durability'] = strict.durability === 'strict';
    can['getAllRecords'] = 'getAllRecords' in IDBObjectStore.prototype;
    can['getAll with a direction'] = await tries(async () => {
        await settle(store('readwrite').put('later', 2));
        return (await settle(store().getAll({direction: 'prev', count: 1})))[0] === 'later';
    });
    can['indexedDB.databases()'] = await tries(async () => (await indexedDB.databases()).length);
    const undone = 'idb-test undone';
    await open(({transaction}) => transaction.abort(), undone).catch(() => {});
    can['databases() leaves out one that was never made'] = await tries(async () =>
        !(await indexedDB.databases()).some(({name}) => name === undone));
    await settle(indexedDB.deleteDatabase(undone));
    can['navigator.storage.estimate()'] = await tries(
        async () => (await navigator.storage.estimate()).quota);
    can['navigator.storage.persist()'] = await tries(() => navigator.storage.persist);
    database.close();
    await settle(indexedDB.deleteDatabase('idb-test features'));
    return can;
})()"""


async def test_the_browser_can_what_roomkeep_needs(
    record_property: Callable[[str, object], None],
) -> None:
    can: dict[str, bool] = (await run_js(PROBE)).to_py()
    can["JSPI"] = can_wait()
    for feature, there in can.items():
        record_property(feature, "yes" if there else "no")
    assert can["a Blob in a record"]
    assert can["BroadcastChannel"]
