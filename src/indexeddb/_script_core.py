"""The kernel's JavaScript, first part: transactions, and how results get to Python."""

from typing import Final

CORE: Final = """
const PENDING = -1, SUCCESS = 0, FAILURE = 1, COMPLETE = 2, ABORT = 3, LONG_TEXT = 4;
const RAW = 0, TEXT = 1;
const SETTLED = -1;
// Pyodide takes a string character by character. From so many on, UTF-8 takes less.
const LONG = 2_000;
const encoder = new TextEncoder();
const transactions = new Map();
let lastId = 0;

const convert = (lane, value) => {
  if (lane === TEXT) return JSON.stringify(value);
  if (lane === RAW || typeof value === 'number' || value === undefined) return value;
  return toText(value);
};

// A query is [key] or [lower, upper, lowerOpen, upperOpen], or the text of that.
const decode = (query) => {
  if (query === undefined) return undefined;
  const parts = fromText(query);
  if (parts.length === 1) return parts[0];
  const [lower, upper, lowerOpen, upperOpen] = parts;
  if (upper !== null) {
    return lower === null
      ? IDBKeyRange.upperBound(upper, upperOpen)
      : IDBKeyRange.bound(lower, upper, lowerOpen, upperOpen);
  }
  // No key sorts below minus infinity, so that bound takes all.
  return lower === null
    ? IDBKeyRange.lowerBound(-Infinity)
    : IDBKeyRange.lowerBound(lower, lowerOpen);
};

class Transaction {
  constructor(js) {
    this.js = js;
    this.id = lastId += 1;
    this.awaited = 0;  // the request whose result Python waits for
    this.events = 0;  // how many the browser has sent
    this.pending = 0;  // how many requests have no result yet
    this.requests = new Map();
    this.stores = new Map();
    this.changes = null;  // made when something is to be changed
    this.reason = null;  // why this undoes it
    this.isUndone = false;  // whether it is being undone, by this or by the browser
    this.isSettled = false;
    transactions.set(this.id, this);
    // A failure that nobody has caught.
    js.onerror = (event) => { if (!event.defaultPrevented) this.isUndone = true; };
    js.oncomplete = () => this.end(COMPLETE);
    js.onabort = () => this.end(ABORT);
  }

  store(name) {
    let store = this.stores.get(name);
    if (store === undefined) {
      store = this.js.objectStore(name);
      this.stores.set(name, store);
    }
    return store;
  }

  // Notes one of the browser's requests that puts a record, or deletes those of a query or all.
  change(store, js, deleted) {
    this.changes ??= new Changes();
    this.changes.add(store.name, js, deleted);
    return js;
  }

  source(store, index) {
    return index === undefined ? this.store(store) : this.store(store).index(index);
  }

  // A request of the body's, made of one or more of the browser's. Until Python says otherwise, it
  // waits for the last one.
  begin(lane, issue) {
    const request = { id: lastId += 1, lane, state: PENDING, value: undefined };
    issue(request);
    this.requests.set(request.id, request);
    this.awaited = request.id;
    return request.id;
  }

  // Has `step` take the result of one of the browser's requests. Where it fails, `recover` tells
  // whether it has asked for something else, which then settles the request.
  listen(request, js, step, recover) {
    this.pending += 1;
    js.onsuccess = () => {
      this.pending -= 1;
      this.events += 1;
      if (request.state !== PENDING) return;
      try {
        step(js.result);
      } catch (error) {
        this.fail(request, error);
      }
    };
    js.onerror = (event) => {
      this.pending -= 1;
      this.events += 1;
      if (recover?.(js.error)) {
        event.preventDefault();
        return;
      }
      // Unless prevented, a failed request undoes the transaction before the body may catch the
      // failure. Where several make one request, the first failure is the one to catch.
      if (js.error?.name === 'AbortError') this.isUndone = true;
      if (request.state !== PENDING) {
        if (request.isCaught) event.preventDefault();
        return;
      }
      request.state = FAILURE;
      request.value = this.reasonOf(js.error);
      if (this.awaited !== request.id) return;
      request.isCaught = true;
      event.preventDefault();
      this.deliver();
    };
  }

  succeed(request, value) {
    request.state = SUCCESS;
    request.value = value;
    if (this.awaited === request.id) this.deliver();
  }

  // What has failed here, not in the browser. It undoes the transaction where nobody awaits it.
  fail(request, error) {
    if (request.state !== PENDING) throw error;
    request.state = FAILURE;
    request.value = error;
    if (this.awaited === request.id) this.deliver();
    else this.abort(error);
  }

  // Hands the awaited result to Python, and the next one, as long as there is one.
  deliver() {
    for (;;) {
      const request = this.requests.get(this.awaited);
      if (request === undefined || request.state === PENDING) return;
      this.requests.delete(request.id);
      let { state, value } = request;
      if (state === SUCCESS) {
        try {
          value = convert(request.lane, value);
        } catch (error) {
          state = FAILURE;
          value = error;
        }
      }
      if (state === FAILURE) {
        this.awaited = dispatch(this.id, FAILURE, value.name, value.message);
      } else if (request.lane !== RAW && typeof value === 'string' && value.length > LONG) {
        // JSON text escapes halves of surrogate pairs, which UTF-8 does not have.
        this.awaited = dispatch(this.id, LONG_TEXT, encoder.encode(value), this.pending);
      } else {
        this.awaited = dispatch(this.id, SUCCESS, value, this.pending);
      }
      if (this.awaited === SETTLED) this.isSettled = true;
    }
  }

  abort(reason) {
    this.reason ??= reason;
    // Another abort would make Firefox forget why it undoes it.
    if (this.isUndone) return;
    this.isUndone = true;
    try {
      this.js.abort();
    } catch (error) {
      // Over already: the event that says so is on its way, and settles.
      if (error.name !== 'InvalidStateError') throw error;
    }
  }

  // When a transaction is undone, its requests fail with a mere AbortError; the reason, such as a
  // full disk, is the transaction's.
  reasonOf(error) {
    return error?.name === 'AbortError' ? this.reason ?? this.js.error ?? error : error;
  }

  end(state) {
    this.events += 1;
    transactions.delete(this.id);
    if (this.isSettled) return;
    if (state === COMPLETE) {
      dispatch(this.id, COMPLETE, this.changes?.toText() ?? '{}');
      return;
    }
    const error = this.reason ?? this.js.error;
    dispatch(this.id, ABORT, error?.name, error?.message);
  }
}

const find = (id) => {
  const transaction = transactions.get(id);
  // The InvalidStateError of an undone one could as well be that of a lost connection.
  if (transaction !== undefined && !transaction.isUndone) return transaction;
  // No DOMException: Pyodide takes for an error only what has a stack.
  const error = new Error('The transaction has ended.');
  throw Object.assign(error, { name: 'TransactionInactiveError' });
};
"""
