// Reads and writes an account's database directly, without the app, as another program would.

/** Puts records into stores, then returns the records of some stores, by store. */
const visit = (page, account, put, read) => page.evaluate(async ([name, given, wanted]) => {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const stores = [...Object.keys(given), ...wanted];
  const tx = database.transaction(stores, Object.keys(given).length ? 'readwrite' : 'readonly');
  const found = {};
  for (const [store, records] of Object.entries(given)) {
    for (const { data, ...record } of records) {
      tx.objectStore(store).put(data === undefined ? record : { ...record, data: new Blob([data], { type: record.mime }) });
    }
  }
  for (const store of wanted) {
    tx.objectStore(store).getAll().onsuccess = ({ target }) => {
      found[store] = target.result.map(({ data, ...record }) => (data ? { ...record, bytes: data.size } : record));
    };
  }
  await new Promise((resolve, reject) => {
    tx.oncomplete = resolve;
    tx.onabort = () => reject(tx.error);
  });
  database.close();
  return found;
}, [`roomkeep::${account}`, put, read]);

/** Returns the records of some stores, by store. A Blob becomes its number of `bytes`. */
export const readRecords = (page, account, ...stores) => visit(page, account, {}, stores);

/** Puts records, given by store. A record's text `data` becomes a Blob of the type `mime`. */
export const putRecords = (page, account, records) => visit(page, account, records, []);

/** Has what asks an account's database wait, from now on; returns a function that ends it. */
export async function holdDatabase(page, account) {
  const stop = await page.evaluateHandle(async (name) => {
    const database = await new Promise((resolve) => {
      indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result);
    });
    const tx = database.transaction(database.objectStoreNames, 'readwrite');
    const store = tx.objectStore('messages');
    let isHeld = true;
    const goOn = () => {
      if (isHeld) store.count().onsuccess = goOn;
      else database.close();
    };
    await new Promise((resolve) => {
      store.count().onsuccess = () => { resolve(); goOn(); };
    });
    return () => { isHeld = false; };
  }, `roomkeep::${account}`);
  return () => stop.evaluate((end) => end());
}

/** Tells the open account of a change, as another tab that had made it would. */
export const announce = (page, account, change) => page.evaluate(([name, note]) => {
  const channel = new BroadcastChannel(name);
  channel.postMessage(JSON.stringify([[Date.now() / 1000, '{}', note]]));
  channel.close();
}, [`indexeddb:roomkeep::${account}`, JSON.stringify([change])]);
