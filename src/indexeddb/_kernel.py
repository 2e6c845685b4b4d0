"""The kernel: a small piece of JavaScript that does what needs no Python in between.

It opens transactions, issues requests and converts their results. It hands each result that is
awaited to Python in one call of `dispatch`, inside the event that brought it; what that returns is
the request that is awaited next. So the law of transactions is kept in `_driver.py`, and here is
only what would cost crossings: each property read, each call and each proxy between Python and
JavaScript takes some microseconds, and a transaction written in Python alone makes dozens of them.
"""

from typing import Any, Final, Protocol

from indexeddb._platform import create_proxy, run_js
from indexeddb._quirks import CAN_GET_ALL_BACKWARDS, RANGE_OF_ONE_KEY
from indexeddb._script_core import CORE
from indexeddb._script_requests import REQUESTS

RAW: Final = 0
"""The lane of a result that crosses as the JavaScript object that it is."""
TEXT: Final = 1
"""The lane of a result that crosses as JSON text."""
VALUE: Final = 2
"""The lane of a result that is to become a Python value.

It crosses as JSON text where that says all of it, else as the object that it is.
"""

SUCCESS: Final = 0
"""`dispatch` brings the result of the awaited request, and how many others have none yet."""
FAILURE: Final = 1
"""`dispatch` brings the name and the message of the awaited request's error."""
COMPLETE: Final = 2
"""`dispatch` tells that the transaction has completed."""
ABORT: Final = 3
"""`dispatch` tells that the transaction was undone, and the error's name and message if any."""

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
        parts = (CAN_GET_ALL_BACKWARDS, RANGE_OF_ONE_KEY, CORE, REQUESTS, _INTERFACE)
        make = run_js(f"(dispatch) => {{ 'use strict'; {''.join(parts)} }}")
        # The one proxy through which all results come: it is there as long as the page.
        functions = make(create_proxy(self.dispatch))
        # As attributes, so that looking one up does not cross.
        for name in functions.object_keys():
            setattr(self, name, getattr(functions, name))


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
  once(db, mode, durability, store, lane, operation, ...given) {
    const id = begin(db, mode, durability, store);
    try {
      ask(id, store, undefined, lane, operation, ...given);
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
  proceed(id, cursor) {
    const tx = find(id);
    const js = cursor.request;
    return tx.begin(RAW, (request) => {
      cursor.continue();
      tx.listen(request, js, (next) => tx.succeed(request, next));
    });
  },
  attach(id, lane, js) {
    const tx = find(id);
    return tx.begin(lane, (request) => {
      tx.listen(request, js, (result) => tx.succeed(request, result));
    });
  },
  putMany(id, name, text) {
    const store = find(id).store(name);
    for (const record of JSON.parse(text)) store.put(record);
  },
  deleteMany(id, name, keys) {
    const store = find(id).store(name);
    for (const key of parse(keys)) store.delete(key);
  },
  names: (id) => JSON.stringify([...find(id).js.objectStoreNames]),
  describe(id, name) {
    const store = find(id).store(name);
    const indexes = [...store.indexNames].map((index) => [index, store.index(index).keyPath]);
    return JSON.stringify({ keyPath: store.keyPath, indexes: Object.fromEntries(indexes) });
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
  createIndex(id, store, name, keyPath, options) {
    find(id).store(store).createIndex(name, JSON.parse(keyPath), JSON.parse(options));
  },
  deleteIndex(id, store, name) {
    find(id).store(store).deleteIndex(name);
  },
};
"""
