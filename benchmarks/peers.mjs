// The contenders of `npm run bench:peers` that are JavaScript. They share the database of `DatabaseService`.
// A job is a function of the number of its round that returns what to time.
import { openDB } from './idb.mjs';
import Dexie from './dexie.mjs';

const PAGE = 50;
const STORE = 'messages';
const TIME = 'roomId_timestamp';
const RELAXED = { durability: 'relaxed' };

let plan;

const middle = (n) => plan.middles[n % plan.middles.length];
const id = (n) => plan.ids[n % plan.ids.length];
const spare = (who, n) => ({ ...plan.message, id: `saved-${who}-${n}`, roomId: 'spare', timestamp: n });
const batch = (who, n) =>
  plan.bulk.map((text, k) => ({ ...plan.message, id: `bulk-${who}-${n}-${k}`, roomId: 'bulk', content: text, timestamp: k }));
const reaction = (who, n) => ({ messageId: id(n), oderId: who, emoji: '👍', timestamp: n });
const with1More = (message, one) => ({ ...message, reactions: [...message.reactions, one] });

const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const completed = (tx) =>
  new Promise((resolve, reject) => {
    tx.oncomplete = resolve;
    tx.onabort = () => reject(tx.error);
  });

const everything = () => IDBKeyRange.bound([plan.room], [plan.room, []]);
const earlier = (n) => IDBKeyRange.bound([plan.room], [plan.room, middle(n)], false, true);

/** IndexedDB as one would write it by hand. */
class Raw {
  name = 'raw';

  async open() {
    this.db = await result(indexedDB.open(plan.database));
  }

  async page(query) {
    const index = this.db.transaction(STORE).objectStore(STORE).index(TIME);
    return (await result(index.getAll({ query, count: PAGE, direction: 'prev' }))).reverse();
  }

  async write(stores, work) {
    const tx = this.db.transaction(stores, 'readwrite', RELAXED);
    work(tx);
    await completed(tx);
  }

  newest = () => () => this.page(everything());
  before = (n) => () => this.page(earlier(n));
  get = (n) => () => this.find(id(n));
  find = (key) => result(this.db.transaction(STORE).objectStore(STORE).get(key));
  save = (n) => {
    const message = spare(this.name, n);
    return () => this.write(STORE, (tx) => tx.objectStore(STORE).put(message));
  };
  update = (n) => () => this.write(STORE, (tx) => {
    const store = tx.objectStore(STORE);
    const request = store.get(id(n));
    request.onsuccess = () => store.put({ ...request.result, content: `edited by ${this.name}` });
  });
  react = (n) => () => this.write([STORE, 'reactions'], (tx) => {
    const one = reaction(this.name, n);
    const store = tx.objectStore(STORE);
    tx.objectStore('reactions').put(one);
    const request = store.get(one.messageId);
    request.onsuccess = () => store.put(with1More(request.result, one));
  });
  reopen = () => async () => {
    this.db.close();
    await this.open();
    return this.page(everything());
  };
  bulk = (n) => {
    const messages = batch(this.name, n);
    return () => this.write(STORE, (tx) => {
      const store = tx.objectStore(STORE);
      for (const message of messages) store.put(message);
    });
  };

  hasReaction = async (n, who) => {
    const key = [who, '👍', id(n)];
    return (await result(this.db.transaction('reactions').objectStore('reactions').getKey(key))) !== undefined;
  };
  clear = () => this.write(STORE, (tx) => {
    tx.objectStore(STORE).delete(IDBKeyRange.bound('bulk-', 'bulk.', false, true));
  });
}

/** The library idb. */
class Idb extends Raw {
  name = 'idb';

  async open() {
    this.db = await openDB(plan.database);
  }

  async page(query) {
    const found = [];
    const index = this.db.transaction(STORE).store.index(TIME);
    let cursor = await index.openCursor(query, 'prev');
    while (cursor && found.length < PAGE) {
      found.push(cursor.value);
      if (found.length < PAGE) cursor = await cursor.continue();
    }
    return found.reverse();
  }

  find = (key) => this.db.get(STORE, key);
  save = (n) => {
    const message = spare(this.name, n);
    return () => this.db.put(STORE, message);
  };
  update = (n) => async () => {
    const tx = this.db.transaction(STORE, 'readwrite', RELAXED);
    const message = await tx.store.get(id(n));
    tx.store.put({ ...message, content: `edited by ${this.name}` });
    await tx.done;
  };
  react = (n) => async () => {
    const one = reaction(this.name, n);
    const tx = this.db.transaction([STORE, 'reactions'], 'readwrite', RELAXED);
    const store = tx.objectStore(STORE);
    tx.objectStore('reactions').put(one);
    store.put(with1More(await store.get(one.messageId), one));
    await tx.done;
  };
  bulk = (n) => {
    const messages = batch(this.name, n);
    return async () => {
      const tx = this.db.transaction(STORE, 'readwrite', RELAXED);
      for (const message of messages) tx.store.put(message);
      await tx.done;
    };
  };
}

/** The library Dexie. */
class WithDexie {
  name = 'dexie';

  async open() {
    this.db = new Dexie(plan.database);
    await this.db.open();
    this.messages = this.db.table(STORE);
  }

  range = (upper) => this.messages.where('[roomId+timestamp]').between([plan.room, Dexie.minKey], [plan.room, upper], true, false);
  page = async (upper) => (await this.range(upper).reverse().limit(PAGE).toArray()).reverse();

  newest = () => () => this.page(Dexie.maxKey);
  before = (n) => () => this.page(middle(n));
  get = (n) => () => this.find(id(n));
  find = (key) => this.messages.get(key);
  save = (n) => {
    const message = spare(this.name, n);
    return () => this.messages.put(message);
  };
  update = (n) => () => this.messages.update(id(n), { content: `edited by ${this.name}` });
  react = (n) => () => this.db.transaction('rw', STORE, 'reactions', async () => {
    const one = reaction(this.name, n);
    await this.db.table('reactions').put(one);
    const message = await this.messages.get(one.messageId);
    await this.messages.put(with1More(message, one));
  });
  reopen = () => async () => {
    this.db.close();
    await this.open();
    return this.page(Dexie.maxKey);
  };
  bulk = (n) => {
    const messages = batch(this.name, n);
    return () => this.messages.bulkPut(messages);
  };
  first = () => () => this.range(Dexie.maxKey).limit(100).toArray();
  later = () => () => this.range(Dexie.maxKey).offset(plan.offset).limit(100).toArray();
}

/** Opens the contenders on a database, as the plan says. */
export async function start(text) {
  plan = JSON.parse(text);
  const contenders = [new Raw(), new Idb(), new WithDexie()];
  for (const one of contenders) await one.open();
  return contenders;
}

/** Does a job once, and gives its answer as JSON. */
export const answer = async (contender, job, n) => JSON.stringify((await contender[job](n)()) ?? null);

/** Gives a message as JSON. */
export const find = async (contender, key) => JSON.stringify((await contender.find(key)) ?? null);

/** Gives the ms that a job takes: the mean of some rounds. */
export async function time(contender, job, first, count) {
  const work = Array.from({ length: count }, (_, n) => contender[job](first + n));
  const began = performance.now();
  for (const one of work) await one();
  return (performance.now() - began) / count;
}
