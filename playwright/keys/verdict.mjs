// Judges a round: compares the outcome with the expected one.

/** Matches any value. */
export const ANY = Symbol('any');

/** The state of a place with nothing left over. */
export const CALM = {
  focus: 'composer', composer: '', replying: false, editor: null, open: '', inside: '', atLatest: true, trouble: '', messages: [], unsent: [],
};

/** Returns the changes in a ledger as lines: messages, and unsent texts in places other than the visible one. */
export function changesSince(before, now, onScreen) {
  const known = new Map(before.messages.map((message) => [message.id, message]));
  const texts = new Map(now.messages.map(({ id, content }) => [id, content]));
  const messages = now.messages.filter((message) => JSON.stringify(message) !== JSON.stringify(known.get(message.id)));
  const lineOf = ({ id, place, content, replyToId, reactions = [] }) => [
    `${place}: ${content}`,
    ...(known.has(id) && known.get(id).content !== content ? [`(was ${known.get(id).content})`] : []),
    ...(replyToId ? [`(answers ${texts.get(replyToId) ?? 'an older one'})`] : []),
    ...reactions.map(({ emoji }) => emoji),
  ].join(' ');
  const unsentBefore = new Set(before.unsent.map(({ place, text }) => `${place}: ${text}`));
  const unsent = now.unsent.filter(({ place }) => place !== onScreen).map(({ place, text }) => `${place}: ${text}`);
  return { messages: messages.map(lineOf).sort(), unsent: unsent.filter((line) => !unsentBefore.has(line)).sort() };
}

/** Returns whether `seen` is `expected` with some keys missing. */
function isLeftOf(expected, seen) {
  let from = 0;
  return [...seen].every((character) => {
    const found = expected.indexOf(character, from);
    from = found + 1;
    return found >= 0;
  });
}

/** The fields in which input can go astray. The others describe the current place. */
const CONTENT = ['composer', 'replying', 'editor', 'open', 'inside', 'messages', 'unsent', 'clipboard'];
const listOf = (value) => (Array.isArray(value) ? value : value ? [String(value)] : []);

function isAstray(expected, seen) {
  const wanted = listOf(expected);
  return listOf(seen).length > wanted.length || listOf(seen).some((text) => !wanted.some((one) => isLeftOf(one, text)));
}

/**
 * Compares the expected outcome with the actual one. Returns the differences as lines, and whether input went astray: it is
 * where nothing, or something else, should be. All other differences are lost input.
 */
export function compare(expected, seen) {
  const names = Object.keys(expected).filter((name) => expected[name] !== ANY && JSON.stringify(expected[name]) !== JSON.stringify(seen[name]));
  return {
    lines: names.map((name) => `${name} is ${JSON.stringify(seen[name])}, not ${JSON.stringify(expected[name])}`),
    isAstray: names.some((name) => CONTENT.includes(name) && isAstray(expected[name], seen[name])),
  };
}
