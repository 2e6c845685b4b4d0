// Scenarios for one channel: writing, editing, replying, reacting. A scenario sets up its start, then returns the `keys` to
// press and the `expected` outcome, as far as it differs from `CALM`. `text` is different each time and contains no shortcuts.
import { click, CTRL_V, DOWN, ENTER, ESCAPE, middleOf, UP } from './hand.mjs';
import { labels } from './labels.mjs';
import { DEN, LOFT, TEA } from './stage.mjs';
import { ANY } from './verdict.mjs';

const LINES = Array.from({ length: 30 }, (_, n) => `line ${n + 1}`).join('\n');

/** Starts in a room whose last message is Ada's, focused with the keyboard. */
async function reachOwn(stage, text) {
  await stage.goTo(TEA);
  await stage.write(`old ${text}`);
  await stage.reachLast();
  return `old ${text}`;
}

/** Starts by clicking a message from `who`, then types. */
async function typeAfterClick(stage, who, text) {
  await stage.goTo(TEA);
  const point = await middleOf(stage.message(who));
  // The message may lie far up, by what was sent since.
  return { keys: [click(point), text], expected: { composer: text, atLatest: ANY } };
}

export const writing = {
  'send, ↑, type, Enter': async (stage, text) => {
    await stage.goTo(TEA);
    await stage.write(`old ${text}`);
    return { keys: [text, ENTER, UP, '!', ENTER], expected: { messages: [`${TEA}: ${text}!`], focus: ANY } };
  },

  'send three times': async (stage, text) => {
    await stage.goTo(TEA);
    return {
      keys: [`1 ${text}`, ENTER, `2 ${text}`, ENTER, `3 ${text}`, ENTER],
      expected: { messages: [1, 2, 3].map((n) => `${TEA}: ${n} ${text}`) },
    };
  },

  'type with no field focused, Enter': async (stage, text) => {
    await stage.goTo(TEA);
    const point = await middleOf(stage.page.getByRole('heading', { level: 1 }).filter({ visible: true }).last());
    return { keys: [click(point), text, ENTER], expected: { messages: [`${TEA}: ${text}`] } };
  },

  "click another's message, type": (stage) => typeAfterClick(stage, `${TEA} 38 of Bob`, 'really?'),

  "click one's own message, type": (stage) => typeAfterClick(stage, `${TEA} 37 of Ada`, 'eggs'),

  'click a message, type what begins with the key that copies': async (stage, text) => {
    await stage.setClipboard(text);
    const { keys, expected } = await typeAfterClick(stage, `${TEA} 38 of Bob`, 'cups');
    return { keys, expected: { ...expected, clipboard: text } };
  },

  'r on a message, type, Enter': async (stage, text) => {
    const own = await reachOwn(stage, text);
    return { keys: ['r', text, ENTER], expected: { messages: [`${TEA}: ${text} (answers ${own})`] } };
  },

  'e on a message, type, Enter': async (stage, text) => {
    const own = await reachOwn(stage, text);
    return { keys: ['e', '!', ENTER, text], expected: { messages: [`${TEA}: ${own}! (was ${own})`], composer: text } };
  },

  'e on a message, type, Escape, type': async (stage, text) => {
    await reachOwn(stage, text);
    return { keys: ['e', '!', ESCAPE, text], expected: { composer: text } };
  },

  '↑, type, Escape, type': async (stage, text) => {
    await stage.goTo(TEA);
    return { keys: [UP, '!', ESCAPE, text], expected: { composer: text } };
  },

  'menu of a message by Enter, Reply, type, Enter': async (stage, text) => {
    const own = await reachOwn(stage, text);
    return { keys: [ENTER, ENTER, text, ENTER], expected: { messages: [`${TEA}: ${text} (answers ${own})`] } };
  },

  'menu of a message by Enter, ↓, React': async (stage, text) => {
    await reachOwn(stage, text);
    return { keys: [ENTER, DOWN, ENTER, text], expected: { open: labels.emoji, inside: text, focus: labels.emojiSearch } };
  },

  '+, Escape, + on a message': async (stage, text) => {
    await reachOwn(stage, text);
    return { keys: ['+', ESCAPE, '+'], expected: { open: labels.emoji, focus: labels.emojiSearch } };
  },

  'the first + after a load, type': async (stage, text) => {
    await stage.goTo(TEA);
    await stage.write(text);
    await stage.reload();
    await stage.goTo(TEA);
    await stage.reachLast();
    return { keys: ['+', 'party'], expected: { open: labels.emoji, inside: 'party', focus: labels.emojiSearch } };
  },

  'paste 30 lines': async (stage) => {
    await stage.setClipboard(LINES);
    await stage.goTo(LOFT);
    return { keys: [CTRL_V], expected: { composer: LINES } };
  },

  'type, Enter; a second tab writes in another room': async (stage, text) => {
    await stage.goTo(TEA);
    const other = await stage.openOther(DEN);
    return {
      keys: [`here ${text}`, ENTER, `more ${text}`],
      meanwhile: { hand: other.hand, keys: [`there ${text}`, ENTER] },
      expected: { messages: [`${DEN}: there ${text}`, `${TEA}: here ${text}`], composer: `more ${text}` },
    };
  },

  'type, Enter; a second tab edits in the same room': async (stage, text) => {
    await stage.goTo(TEA);
    await stage.write(`old ${text}`);
    const other = await stage.openOther(TEA);
    await stage.message(`old ${text}`, other.page).waitFor();
    await stage.reachLast(other.page);
    return {
      keys: [`here ${text}`, ENTER, `more ${text}`],
      meanwhile: { hand: other.hand, keys: ['e', '!', ENTER] },
      expected: { messages: [`${TEA}: here ${text}`, `${TEA}: old ${text}! (was old ${text})`], composer: `more ${text}` },
    };
  },
};
