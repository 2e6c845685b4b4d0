// PyScript opens a database of its own at every start, and does not start where IndexedDB is missing or refused.
// As it is set up here it keeps nothing in it. So it gets an empty one that is none, and Roomkeep itself finds
// out what storage there is.

const PYSCRIPT_PREFIX = 'IDBMap/';

function answer(result) {
  const request = { result };
  queueMicrotask(() => request.onsuccess?.({ target: request }));
  return request;
}

const emptyStore = { getAllKeys: () => answer([]), clear: () => answer(undefined) };
const emptyDatabase = { close() {}, transaction: () => ({ objectStore: () => emptyStore }) };

const factory = globalThis.indexedDB;

function open(name, ...version) {
  if (`${name}`.startsWith(PYSCRIPT_PREFIX)) return answer(emptyDatabase);
  if (!factory) {
    const missing = new DOMException('This browser offers no IndexedDB.', 'SecurityError');
    // The browser's own have one; without it, Pyodide takes an exception for some object that was thrown.
    missing.stack = new Error().stack;
    throw missing;
  }
  return IDBFactory.prototype.open.call(factory, name, ...version);
}

if (factory) Object.defineProperty(factory, 'open', { value: open, configurable: true });
else Object.defineProperty(globalThis, 'indexedDB', { value: { open }, configurable: true });
