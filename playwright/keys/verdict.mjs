// What became of a round: whether everything is where it should be.

/** Expected where it makes no difference. */
export const ANY = Symbol('any');

/** How a place looks in which nothing has been left behind. */
export const CALM = {
  focus: 'composer', composer: '', replying: false, editor: null, open: '', inside: '', atLatest: true, trouble: '', messages: [], unsent: [],
};

/** Gives what has changed in a ledger, as lines: messages, and texts that wait in places other than the one on the screen. */
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

/** Tells whether `seen` is what is left of `expected` when some keys are lost. */
function isLeftOf(expected, seen) {
  let from = 0;
  return [...seen].every((character) => {
    const found = expected.indexOf(character, from);
    from = found + 1;
    return found >= 0;
  });
}

/** What keys can put astray; the rest tells where one is. */
const CONTENT = ['composer', 'replying', 'editor', 'open', 'inside', 'messages', 'unsent', 'clipboard'];
const listOf = (value) => (Array.isArray(value) ? value : value ? [String(value)] : []);

function isAstray(expected, seen) {
  const wanted = listOf(expected);
  return listOf(seen).length > wanted.length || listOf(seen).some((text) => !wanted.some((one) => isLeftOf(one, text)));
}

/**
 * Compares what should be with what is. Gives how they differ, as lines, and whether something went astray: it is where
 * nothing should be, or something else should. What differs otherwise is lost.
 */
export function compare(expected, seen) {
  const names = Object.keys(expected).filter((name) => expected[name] !== ANY && JSON.stringify(expected[name]) !== JSON.stringify(seen[name]));
  return {
    lines: names.map((name) => `${name} is ${JSON.stringify(seen[name])}, not ${JSON.stringify(expected[name])}`),
    isAstray: names.some((name) => CONTENT.includes(name) && isAstray(expected[name], seen[name])),
  };
}
