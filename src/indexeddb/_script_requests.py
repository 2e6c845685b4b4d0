"""The kernel's JavaScript, second part: what can be asked of stores and indexes."""

from typing import Final

REQUESTS: Final = """
const storeOf = (source) => source.objectStore ?? source;

// A query as a range; undefined stands for all records.
const rangeOf = (query) =>
  query === undefined || query instanceof IDBKeyRange ? query : IDBKeyRange.only(query);

// What `put` is given beside a record: its key, in a store whose records do not have theirs inside.
const keyBeside = (store, key) => (store.keyPath === null ? [key] : []);

// A range that `getAll` takes backwards; null where there is none.
const backwards = (source, given) => {
  if (!canGetAllBackwards()) return null;
  if (given === undefined || source.objectStore === undefined) return given;
  const { lower, upper } = rangeOf(given);
  if (lower === undefined || upper === undefined) return given;
  return indexedDB.cmp(lower, upper) === 0 ? rangeOfOneKey(lower) : given;
};

// What `getAll` and `getAllKeys` get of each record, and the cursor that gets the same.
const VALUES = { method: 'getAll', cursor: 'openCursor', part: 'value' };
const KEYS = { method: 'getAllKeys', cursor: 'openKeyCursor', part: 'primaryKey' };

// Asks for records, or their keys, in a direction.
const getAll = (tx, source, request, range, count, direction, done, what = VALUES) => {
  if (direction === 'next') {
    tx.listen(request, source[what.method](range, count), done);
    return;
  }
  const query = backwards(source, range);
  if (query !== null) {
    const options = count === undefined ? { query, direction } : { query, direction, count };
    tx.listen(request, source[what.method](options), done);
    return;
  }
  const found = [];
  openCursor(tx, source, request, what.cursor, range, direction, (cursor) => {
    if (cursor !== null) found.push(cursor[what.part]);
    if (cursor === null || found.length === count) return done(found);
    tx.pending += 1;
    return cursor.continue();
  });
};

// Asks for each key with `ask`, and gives the results in the order of the keys.
const each = (tx, request, keys, ask, done) => {
  const results = new Array(keys.length);
  let missing = keys.length;
  if (missing === 0) return done(results);
  return keys.forEach((key, n) => tx.listen(request, ask(key), (result) => {
    results[n] = result;
    missing -= 1;
    if (missing === 0) done(results);
  }));
};

// Of text most keys are; comparing it here costs less than a call does.
const compare = (a, b) => {
  if (typeof a !== 'string' || typeof b !== 'string') return indexedDB.cmp(a, b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

// The places of keys, in the order of the keys.
const inOrder = (keys) => keys.map((_, n) => n).sort((a, b) => compare(keys[a], keys[b]));

// From so many keys on, one request for the range that they span is tried first.
const MANY = 8;

// Finds which keys have a record. What is written together often has keys that follow one another:
// their range then holds few others.
const existing = (tx, store, request, given) => {
  const keys = fromText(given);
  const results = new Array(keys.length).fill(false);
  const done = () => tx.succeed(request, results);
  const ask = (places) => each(tx, request, places, (n) => store.getKey(keys[n]), (found) => {
    found.forEach((key, at) => { results[places[at]] = key !== undefined; });
    done();
  });
  const order = inOrder(keys);
  if (keys.length < MANY) return ask(order);
  const range = IDBKeyRange.bound(keys[order[0]], keys[order.at(-1)]);
  const most = 2 * keys.length;
  return tx.listen(request, store.getAllKeys(range, most), (found) => {
    let at = 0;
    for (const [place, n] of order.entries()) {
      while (at < found.length && compare(found[at], keys[n]) < 0) at += 1;
      if (at === most) return ask(order.slice(place));
      results[n] = at < found.length && compare(found[at], keys[n]) === 0;
    }
    return done();
  });
};

// Of how many records with the same key in an index some may be read in vain.
const FEW = 16;

// The part of a range that lies beyond a key, with that key.
const beyond = (range, key, direction) => {
  const { lower, upper, lowerOpen, upperOpen } = range;
  if (direction.startsWith('prev')) {
    return lower === undefined
      ? IDBKeyRange.upperBound(key)
      : IDBKeyRange.bound(lower, key, lowerOpen, false);
  }
  return upper === undefined
    ? IDBKeyRange.lowerBound(key)
    : IDBKeyRange.bound(key, upper, false, upperOpen);
};

const valueAt = (record, path) =>
  path === '' ? record : path.split('.').reduce((value, name) => value?.[name], record);

// The key that a record has in itself, or undefined.
const keyIn = (record, path) => {
  if (path === null) return undefined;
  return Array.isArray(path) ? path.map((each) => valueAt(record, each)) : valueAt(record, path);
};

// Skips by keys, and reads only the records that follow.
const readPage = (tx, source, request, given, count, direction, offset) => {
  const done = (found) => tx.succeed(request, found);
  if (offset === 0) {
    getAll(tx, source, request, given, count, direction, done);
    return;
  }
  const range = rangeOf(given) ?? {};

  // Reads on from a key; the first `ties` of its records come before the page.
  const readFrom = (key, ties) => {
    const wanted = count === undefined ? undefined : count + ties;
    getAll(tx, source, request, beyond(range, key, direction), wanted, direction, (found) =>
      done(ties === 0 ? found : found.slice(ties)));
  };
  // Reads one by one the records that a cursor comes to.
  const readEach = (keys) =>
    each(tx, request, keys, (key) => source.objectStore.get(key), done);
  // In an index many records can have the key at which the page begins.
  const readTied = (cursor) => {
    const { key, primaryKey } = cursor;
    tx.listen(request, source.getAllKeys(IDBKeyRange.only(key), FEW), (tied) => {
      const at = tied.findIndex((other) => indexedDB.cmp(other, primaryKey) === 0);
      const ties = direction === 'prev' ? tied.length - 1 - at : at;
      if (at >= 0 && (direction !== 'prev' || tied.length < FEW)) return readFrom(key, ties);
      mode = 'walk';
      keys.push(primaryKey);
      if (keys.length === count) return readEach(keys);
      tx.pending += 1;
      return cursor.continue();
    });
  };

  let mode = 'skip';
  const keys = [];
  const step = (cursor) => {
    if (cursor === null) return readEach(keys);
    if (mode === 'skip') {
      mode = 'read';
      return skip(tx, request, cursor, offset, step);
    }
    if (mode === 'read') {
      return source.objectStore === undefined ? readFrom(cursor.key, 0) : readTied(cursor);
    }
    keys.push(cursor.primaryKey);
    if (keys.length === count) return readEach(keys);
    tx.pending += 1;
    return cursor.continue();
  };
  openCursor(tx, source, request, 'openKeyCursor', given, direction, step);
};

const holds = (range, key) => {
  try {
    return (range ?? IDBKeyRange.lowerBound(-Infinity)).includes(key);
  } catch {  // it is no key, so the index leaves the record out
    return false;
  }
};

// Reads from a record on: none where that is not in the range.
const readPageFrom = (tx, source, request, range, count, direction, offset, start) => {
  const store = storeOf(source);
  const isStart = (key) => indexedDB.cmp(key, start) === 0;
  tx.listen(request, store.get(start), (record) => {
    const key = source === store ? start : keyIn(record, source.keyPath);
    if (record === undefined || !holds(range, key)) return tx.succeed(request, []);
    const rest = beyond(range ?? {}, key, direction);
    const read = (skipped) =>
      readPage(tx, source, request, rest, count, direction, skipped);
    if (source === store || direction.endsWith('unique')) return read(offset);
    // Of the records with the same key, some may come before it.
    const readTied = () =>
      tx.listen(request, source.getAllKeys(IDBKeyRange.only(key)), (tied) => {
        if (direction === 'prev') tied.reverse();
        read(offset + tied.findIndex(isStart));
      });
    if (offset > 0 || store.keyPath === null) return readTied();
    // There seldom are any, so it is read as if there were none.
    return getAll(tx, source, request, rest, count, direction, (found) => {
      if (isStart(keyIn(found[0], store.keyPath))) return tx.succeed(request, found);
      return readTied();
    });
  });
};

const page = (tx, source, request, query, count, direction, offset, start) => {
  const given = decode(query);
  if (start === undefined) {
    return readPage(tx, source, request, given, count, direction, offset);
  }
  const range = rangeOf(given);
  return readPageFrom(tx, source, request, range, count, direction, offset, decode(start));
};

// Asks for each of a few values. Of many, walks the index and the sorted values side by side: each
// jumps to where the other is.
const findKeys = (tx, index, request, given) => {
  const values = fromText(given);
  if (values.length < MANY) {
    return each(tx, request, values, (value) => index.getAllKeys(value), (found) =>
      tx.succeed(request, found));
  }
  const order = inOrder(values);
  const found = values.map(() => []);
  const done = () => tx.succeed(request, found);
  const range = IDBKeyRange.bound(values[order[0]], values[order.at(-1)]);
  let at = 0;
  return tx.listen(request, index.openKeyCursor(range), (cursor) => {
    if (cursor === null) return done();
    const { key } = cursor;
    while (at < order.length && indexedDB.cmp(values[order[at]], key) < 0) at += 1;
    if (at === order.length) return done();
    tx.pending += 1;
    if (indexedDB.cmp(values[order[at]], key) > 0) return cursor.continue(values[order[at]]);
    // A value that was given twice gets the same keys twice.
    for (let n = at; n < order.length && indexedDB.cmp(values[order[n]], key) === 0; n += 1) {
      found[order[n]].push(cursor.primaryKey);
    }
    return cursor.continue();
  });
};

const isObject = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Lays fields over stored objects, so that what JSON cannot carry stays in them too.
const patchMany = (tx, store, request, given, text) => {
  const keys = fromText(given);
  const fields = JSON.parse(text);
  if (!isObject(fields)) throw new SyntaxError('The fields are not an object.');
  let missing = keys.length;
  const done = () => {
    missing -= 1;
    if (missing === 0) tx.succeed(request, undefined);
  };
  for (const key of keys) {
    tx.listen(request, store.get(key), (value) => {
      if (value === undefined) return done();
      if (!isObject(value)) throw new TypeError('A record to patch is not an object.');
      const patched = Object.assign(value, fields);
      const write = () => store.put(patched, ...keyBeside(store, key));
      return put(tx, store, request, key, write, done);
    });
  }
};

// One of the browser's own requests.
const one = (method) => (tx, source, request, query, ...given) =>
  tx.listen(request, source[method](decode(query), ...given), (result) =>
    tx.succeed(request, result));

const open = (method) => (tx, source, request, query, direction) =>
  openCursor(tx, source, request, method, decode(query), direction, (cursor) =>
    tx.succeed(request, cursor));

// A record from its text, its key from the text of that if any, and what takes the result.
const toWrite = (tx, request, text, objects, key) => {
  const outside = key === undefined ? [] : [decode(key)];
  return [fromText(text, objects), outside, (result) => tx.succeed(request, result)];
};

const remove = (method) => (tx, store, request, query) => {
  const js = store[method](decode(query));
  const deleted = query === undefined ? null : fromText(query);
  tx.listen(request, tx.change(store, js, deleted), () => tx.succeed(request, undefined));
};

const operations = {
  add: (tx, store, request, ...given) => {
    const [record, outside, done] = toWrite(tx, request, ...given);
    tx.listen(request, tx.change(store, store.add(record, ...outside)), done);
  },
  clear: remove('clear'),
  count: one('count'),
  delete: remove('delete'),
  existing,
  findKeys,
  get: one('get'),
  getAll: (tx, source, request, query, count, direction) =>
    getAll(tx, source, request, decode(query), count, direction, (found) =>
      tx.succeed(request, found)),
  getAllKeys: (tx, source, request, query, count, direction) =>
    getAll(tx, source, request, decode(query), count, direction, (found) =>
      tx.succeed(request, found), KEYS),
  getKey: one('getKey'),
  getMany: (tx, store, request, keys) =>
    each(tx, request, fromText(keys), (key) => store.get(key), (found) =>
      tx.succeed(request, found)),
  // The records that have one of many values in an index, in the order of the values.
  getManyOf: (tx, index, request, values) =>
    each(tx, request, fromText(values), (value) => index.getAll(value), (found) =>
      tx.succeed(request, found.flat())),
  openCursor: open('openCursor'),
  openKeyCursor: open('openKeyCursor'),
  page,
  patchMany,
  put: (tx, store, request, ...given) => {
    const [record, outside, done] = toWrite(tx, request, ...given);
    const at = outside[0] ?? keyIn(record, store.keyPath);
    put(tx, store, request, at, () => store.put(record, ...outside), done);
  },
};
"""
