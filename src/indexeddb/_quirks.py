"""Where browsers differ from the specification or from each other: one entry for each difference.

Each is detected by experiment, when it matters. Only `appends_to_broken_logs` and `PUT` ask what
the browser calls itself, because a page cannot try that out, or not in time.
`docs/browsers.md` says which of them the browsers of today have.
"""

from typing import Any, Final

from indexeddb.errors import ConnectionLost, IndexedDBError, Unavailable

OPEN_TIMEOUT: Final = 10_000
"""How long the browser may say nothing while it opens, in ms, unless said otherwise.

Safari 14 may never answer at all: https://bugs.webkit.org/show_bug.cgi?id=226547
"""
REOPEN_PAUSES = (50, 250, 1_000)
"""How long to wait, in ms, before opening is tried again where the browser's own files failed it.

Chromium's "Internal error opening backing store" often passes:
https://github.com/dexie/Dexie.js/issues/543
"""
CAN_GET_ALL_BACKWARDS: Final = """
const canGetAllBackwards = () => 'getAllRecords' in IDBIndex.prototype;
"""
"""Tells the kernel whether `getAll` takes a direction: not in WebKit, nor in browsers before 2025.

It came together with `getAllRecords`: https://github.com/w3c/IndexedDB/issues/130
"""
RANGE_OF_ONE_KEY: Final = r"""
const rangeOfOneKey = (key) => {
  if (typeof key === 'string') return IDBKeyRange.bound(key, `${key}\0`, false, true);
  if (Array.isArray(key)) return IDBKeyRange.bound(key, [...key, -Infinity], false, true);
  return null;
};
"""
"""Makes the range of one key for the kernel, without saying that it is one; null if it cannot.

Where the range is of one key of an index, Firefox 153 gives its records in ascending order though
`getAll` was told to go backwards.
"""
SKIP: Final = """
const skip = (tx, request, cursor, count, done) => {
  const js = cursor.request;
  let left = count;
  if (cursor.direction.endsWith('unique')) {
    cursor.continue();
  } else {
    cursor.advance(count);
    left = 1;
  }
  tx.listen(request, js, (next) => {
    left -= 1;
    if (next === null || left <= 0) return done(next);
    tx.pending += 1;
    return next.continue();
  });
};
"""
"""Has a cursor of the kernel's advance by a count of records.

In the unique directions it goes on step by step: there `advance` of Firefox 153 counts the records
that it should pass over.
"""
OPEN_CURSOR: Final = """
const openCursor = (tx, source, request, method, range, direction, step) => {
  const ifEmpty = (error) => {
    if (error?.name !== 'UnknownError' || !direction.endsWith('unique')) return false;
    tx.listen(request, source.count(range), (count) =>
      count === 0 ? step(null) : tx.fail(request, error));
    return true;
  };
  return tx.listen(request, source[method](range, direction), step, ifEmpty);
};
"""
"""Opens a cursor for the kernel.

In the unique directions WebKit before 319640 fails where the range holds no record, instead of
giving none: https://bugs.webkit.org/show_bug.cgi?id=319640
"""
PUT: Final = r"""
const isWebKit = /AppleWebKit\/(?!.*Chrome\/)/.test(navigator.userAgent);
const mayLoseRecords = (store) =>
  isWebKit && [...store.indexNames].some((name) => store.index(name).unique);

const put = (tx, store, request, key, write, done) => {
  let before = null;
  if (key !== undefined && mayLoseRecords(store)) {
    try {
      before = store.get(key);
    } catch {
      // `write` says better what is amiss with the key.
    }
  }
  const restore = (error) => {
    // Where nobody catches the error, the transaction is undone.
    if (tx.awaited !== request.id) return false;
    if (error?.name !== 'ConstraintError' || before?.result === undefined) return false;
    const js = store.put(before.result, ...keyBeside(store, key));
    tx.listen(request, js, () => tx.fail(request, error));
    return true;
  };
  tx.listen(request, tx.change(store, write()), done, restore);
};
"""
"""Has `write` put a record with a key for the kernel; `done` takes the result.

Where a unique index refuses it, WebKit before 318659 deletes the record that it would have
replaced. That would be lost for good if the body catches the error, so it is put back; only what
was asked for meanwhile misses it. Trying out whether it does would take longer than this.
https://bugs.webkit.org/show_bug.cgi?id=318659
"""
STACK_OF_ERRORS: Final = """
if (!('stack' in new DOMException())) {
  const stack = { value: '', writable: true, configurable: true };
  Object.defineProperty(Error.prototype, 'stack', stack);
}
"""
"""Has Pyodide take for errors what WebKit itself rejects promises with, such as a failed `fetch`.

Pyodide takes for an error only what has a stack. That of WebKit's own has none, so who awaits such
a promise in Python would wait for ever: for a lost Blob, or a server that cannot be reached.
"""


def can_list(factory: Any) -> bool:
    """Return whether an `IDBFactory` lists its databases: not in Firefox before 126.

    https://bugzilla.mozilla.org/show_bug.cgi?id=934640
    """
    return hasattr(factory, "databases")


def is_made(info: Any) -> bool:
    """Return whether a listed database exists: WebKit lists those that were never made, too.

    Where the upgrade that makes one is undone, it lists it with the version 0, until it is deleted:
    https://bugs.webkit.org/show_bug.cgi?id=313922
    """
    return bool(info.version)


def appends_to_broken_logs(navigator: Any) -> bool:
    """Return whether the browser appends to a log that ends in the midst of a record: Chromium.

    https://github.com/google/leveldb/issues/1287. Firefox and WebKit keep IndexedDB in SQLite.
    """
    return "Chrome/" in navigator.userAgent


def error_of_opening(error: IndexedDBError) -> IndexedDBError:
    """Return what the error of an open means: in a private window, older Firefox misnames it.

    It fails with an InvalidStateError, as if a connection had been lost, where none was open yet:
    it lets no database be made. https://github.com/firebase/firebase-js-sdk/issues/5377
    """
    if isinstance(error, ConnectionLost) and error.name == "InvalidStateError":
        return Unavailable(str(error), name=error.name)
    return error
