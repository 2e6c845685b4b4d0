"""The JavaScript that collects what a transaction changes."""

from typing import Final

CHANGES: Final = """
// Beyond so many keys and ranges, a change names the store as a whole.
const MOST_CHANGES = 100;
// Beyond so many characters, it names all of its stores as wholes.
const LONGEST_CHANGES = 65_536;

class Changes {
  constructor() {
    this.stores = new Map();
  }

  // Adds a request that deletes a query's records, or all (null), or puts one (undefined): that
  // one's key is the request's result, which is known when the transaction completes.
  add(store, request, deleted) {
    const requests = this.stores.get(store);
    if (requests === undefined) this.stores.set(store, [[request, deleted]]);
    else if (requests?.push([request, deleted]) > MOST_CHANGES) this.stores.set(store, null);
  }

  // The text of { store: [query, ...] }, with null in place of a list where it may be any record.
  toText() {
    const stores = [];
    for (const [store, requests] of this.stores) {
      // A failure that the body caught has changed nothing.
      const done = requests?.filter(([request]) => request.error === null);
      if (done?.length === 0) continue;
      const isWhole = done?.every(([, deleted]) => deleted !== null) !== true;
      const queries = isWhole ? null : done.map(([{ result }, deleted]) => deleted ?? [result]);
      stores.push([store, queries]);
    }
    const text = toText(Object.fromEntries(stores));
    if (typeof text === 'string' && text.length <= LONGEST_CHANGES) return text;
    // It holds a key that has no text, such as bytes, or is too long.
    return JSON.stringify(Object.fromEntries(stores.map(([store]) => [store, null])));
  }
}
"""
