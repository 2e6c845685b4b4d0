"""The JavaScript that turns values into text and back; `_text.py` says what the text is like."""

from typing import Final

VALUES: Final = """
// Whether JSON says all of a value. What structured cloning made has no getters and no toJSON.
const isPlain = (value) => {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return false;
    return Number.isInteger(value) ? Math.abs(value) <= 2 ** 53 : Number.isFinite(value);
  }
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) {
    // Not `every`, which passes over what was never set.
    for (let n = 0; n < value.length; n += 1) if (!isPlain(value[n])) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const name in value) if (!isPlain(value[name])) return false;
  return true;
};

const hasNoText = new Error('This value has no text.');

// Returns a copy that JSON can say; notes what stands in it for something else.
const toNoted = (value, path, notes) => {
  const note = (kind, standIn) => {
    notes.push([kind, ...path]);
    return standIn;
  };
  const inner = (name, item) => {
    path.push(name);
    const copy = toNoted(item, path, notes);
    path.pop();
    return copy;
  };
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return note('bigint', String(value));
  if (typeof value === 'number') {
    if (isPlain(value)) return value;
    return note('number', Object.is(value, -0) ? '-0' : String(value));
  }
  if (value instanceof Date) return note('date', value.getTime());
  if (Array.isArray(value)) return Array.from(value, (item, n) => inner(n, item));
  if (Object.getPrototypeOf(value) !== Object.prototype) throw hasNoText;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, inner(name, item)]));
};

// The text of a value, or the value itself where it has none: a Blob, bytes, a circle.
const toText = (value) => {
  try {
    if (isPlain(value)) return JSON.stringify(value);
    const notes = [];
    const copy = toNoted(value, [0], notes);
    return `*${JSON.stringify([copy, notes])}`;
  } catch {  // also what is too deep
    return value;
  }
};

const revived = {
  bigint: BigInt,
  date: (milliseconds) => new Date(milliseconds),
  number: Number,
  object: (n, objects) => objects[n],
};

// The value of a text. What is none passes as it is.
const fromText = (text, objects) => {
  if (typeof text !== 'string') return text;
  if (!text.startsWith('*')) return JSON.parse(text);
  const noted = JSON.parse(text.slice(1));
  for (const [kind, ...path] of noted[1]) {
    const last = path.pop();
    const holder = path.reduce((outer, name) => outer[name], noted);
    holder[last] = revived[kind](holder[last], objects);
  }
  return noted[0];
};
"""
