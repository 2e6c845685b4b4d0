"""The kernel: a small piece of JavaScript that does what needs no Python in between.

It opens transactions, issues requests and converts their results. It hands each result that is
awaited to Python in one call of `dispatch`, inside the event that brought it; what that returns is
the request that is awaited next. So the law of transactions is kept in `_driver.py`, and here is
only what would cost crossings: each property read, each call and each proxy between Python and
JavaScript takes some microseconds, and a transaction written in Python alone makes dozens of them.
"""

from typing import Any, Final, Protocol

from indexeddb._platform import IN_PYODIDE, create_proxy, run_js
from indexeddb._quirks import (
    CAN_GET_ALL_BACKWARDS,
    OPEN_CURSOR,
    PUT,
    RANGE_OF_ONE_KEY,
    SKIP,
    STACK_OF_ERRORS,
)
from indexeddb._script_changes import CHANGES
from indexeddb._script_core import CORE
from indexeddb._script_requests import REQUESTS
from indexeddb._script_values import VALUES

if IN_PYODIDE:
    # At once: Blobs are read without a kernel, too.
    run_js(STACK_OF_ERRORS)

RAW: Final = 0
"""The lane of a result that crosses as the JavaScript object that it is."""
TEXT: Final = 1
"""The lane of a result that crosses as JSON text."""
VALUE: Final = 2
"""The lane of a result that is to become a Python value.

It crosses as text (see `_text.py`) where it has one, else as the JavaScript object that it is.
"""

SUCCESS: Final = 0
"""`dispatch` brings the result of the awaited request, and how many others have none yet."""
FAILURE: Final = 1
"""`dispatch` brings the name and the message of the awaited request's error."""
COMPLETE: Final = 2
"""`dispatch` tells that the transaction has completed, and the text of what it changed.

The text is that of a dict: by the names of the stores, the queries (a key alone, or the four parts
of a range) whose records may have changed; None for all.
"""
ABORT: Final = 3
"""`dispatch` tells that the transaction was undone, and the error's name and message if any."""

LONG_TEXT: Final = 4
"""`dispatch` brings what SUCCESS would, with the result as UTF-8."""

NOTHING: Final = 0
"""What `dispatch` returns when no result is awaited any more."""
SETTLED: Final = -1
"""What `dispatch` returns when nothing that becomes of the transaction is of interest any more."""


class Listener(Protocol):
    """What receives the events of a transaction."""

    def handle(self, event: int, value: Any, detail: Any) -> int:
        """Handle an event; return the request that is awaited next, or why there is none."""


class Kernel:
    """The functions of a kernel, as attributes, and who hears from it.

    Attributes:
        listeners: the listener of each transaction, by the number that the kernel gave it.
    """

    def __init__(self) -> None:
        self.listeners: dict[int, Listener] = {}

    def dispatch(self, transaction: int, event: int, value: Any = None, detail: Any = None) -> int:
        """Hand an event to its listener; return the request that is awaited next."""
        listener = self.listeners.get(transaction)
        return NOTHING if listener is None else listener.handle(event, value, detail)


class BrowserKernel(Kernel):
    """The kernel in JavaScript."""

    def __init__(self) -> None:
        super().__init__()
        quirks = (CAN_GET_ALL_BACKWARDS, OPEN_CURSOR, PUT, RANGE_OF_ONE_KEY, SKIP)
        parts = (*quirks, VALUES, CHANGES, CORE, REQUESTS, _INTERFACE)
        make = run_js(f"(dispatch) => {{ 'use strict'; {''.join(parts)} }}")
        # The one proxy through which all results come: it is there as long as the page.
        functions = make(create_proxy(self.dispatch))
        # As attributes, so that looking one up does not cross.
        for name in functions.object_keys():
            setattr(self, name, getattr(functions, name))

    def dispatch(self, transaction: int, event: int, value: Any = None, detail: Any = None) -> int:
        """Hand an event to its listener; return the request that is awaited next."""
        if event == LONG_TEXT:
            event, value = SUCCESS, value.to_bytes().decode()
        return super().dispatch(transaction, event, value, detail)


_INTERFACE: Final = """
const begin = (db, mode, durability, ...stores) =>
  new Transaction(db.transaction(stores, mode, { durability })).id;

const ask = (id, store, index, lane, operation, ...given) => {
  const tx = find(id);
  const source = tx.source(store, index);
  return tx.begin(lane, (request) => operations[operation](tx, source, request, ...given));
};

return {
  begin,
  ask,
  // The transaction of an upgrade, which the browser began.
  adopt: (js) => new Transaction(js).id,
  // A whole transaction of one request.
  once(db, mode, durability, store, ...given) {
    const id = begin(db, mode, durability, store);
    try {
      ask(id, store, ...given);
    } catch (error) {
      transactions.get(id).isSettled = true;
      throw error;
    }
    return id;
  },
  // Python waits for another request than the last.
  wait(id, request) {
    const tx = transactions.get(id);
    if (tx === undefined) return;
    tx.awaited = request;
    tx.deliver();
  },
  abort(id) {
    const tx = transactions.get(id);
    if (tx === undefined) return;
    tx.awaited = 0;
    tx.abort(null);
  },
  // It is given up: the browser says nothing of it, and whatever it says is too late.
  forget(id) {
    const tx = transactions.get(id);
    if (tx !== undefined) tx.isSettled = true;
  },
  events: (id) => transactions.get(id)?.events ?? -1,
  // Moves a cursor on: by a count of records, to a key, or to the next.
  proceed(id, cursor, count, key, primaryKey) {
    const tx = find(id);
    const js = cursor.request;
    return tx.begin(RAW, (request) => {
      const done = (next) => tx.succeed(request, next);
      if (count !== undefined) return skip(tx, request, cursor, count, done);
      if (primaryKey === undefined) cursor.continue(decode(key));
      else cursor.continuePrimaryKey(decode(key), decode(primaryKey));
      return tx.listen(request, js, done);
    });
  },
  // Writes the record at a cursor anew.
  update(id, lane, cursor, value) {
    const tx = find(id);
    const store = storeOf(cursor.source);
    return tx.begin(lane, (request) => {
      const done = (key) => tx.succeed(request, key);
      put(tx, store, request, cursor.primaryKey, () => cursor.update(value), done);
    });
  },
  // Deletes the record at a cursor.
  remove(id, cursor) {
    const tx = find(id);
    const store = storeOf(cursor.source);
    const { primaryKey } = cursor;
    return tx.begin(RAW, (request) => {
      const js = tx.change(store, cursor.delete(), [primaryKey]);
      tx.listen(request, js, () => tx.succeed(request, undefined));
    });
  },
  putMany(id, name, text, count) {
    const tx = find(id);
    const store = tx.store(name);
    const records = JSON.parse(text);
    if (records.length !== count) throw new SyntaxError('A text is not the text of one record.');
    records.forEach((record, n) => {
      try {
        tx.change(store, store.put(record));
      } catch ({ name, message }) {
        throw Object.assign(new Error(`records[${n}]: ${message}`), { name });
      }
    });
  },
  deleteMany(id, name, keys) {
    const tx = find(id);
    const store = tx.store(name);
    for (const key of fromText(keys)) tx.change(store, store.delete(key), [key]);
  },
  names: (id) => JSON.stringify([...find(id).js.objectStoreNames]),
  describe(id, name) {
    const store = find(id).store(name);
    const indexes = [...store.indexNames].map((index) => {
      const { keyPath, unique, multiEntry } = store.index(index);
      return [index, [keyPath, unique, multiEntry]];
    });
    return JSON.stringify([store.keyPath, store.autoIncrement, Object.fromEntries(indexes)]);
  },
  // What an upgrade changes.
  createStore(id, name, options) {
    const tx = find(id);
    tx.stores.clear();
    tx.js.db.createObjectStore(name, JSON.parse(options));
  },
  deleteStore(id, name) {
    const tx = find(id);
    tx.stores.clear();
    tx.js.db.deleteObjectStore(name);
  },
  renameStore(id, name, newName) {
    const tx = find(id);
    const store = tx.store(name);
    tx.stores.clear();
    store.name = newName;
  },
  createIndex(id, store, name, keyPath, options) {
    find(id).store(store).createIndex(name, JSON.parse(keyPath), JSON.parse(options));
  },
  deleteIndex(id, store, name) {
    find(id).store(store).deleteIndex(name);
  },
  renameIndex(id, store, name, newName) {
    find(id).store(store).index(name).name = newName;
  },
};
"""
