// Scenarios for switching between rooms, dialogs and accounts; see `writing.mjs` for their form.
import { click, clickOnceSeen, CTRL_F, CTRL_K, ENTER, ESCAPE, middleOf } from './hand.mjs';
import { labels } from './labels.mjs';
import { CHESS, CLUB, DEN, GENERAL, GRACE, HALL, LOFT, SHED, SHED_GENERAL, TEA, YARD } from './stage.mjs';
import { ANY } from './verdict.mjs';

/** Goes from one place to another with the quick switcher, and writes there. */
const switchTo = (from, name, place = name) => async (stage, text) => {
  await stage.goTo(from);
  return { keys: [CTRL_K, name, ENTER, text, ENTER], expected: { place, messages: [`${place}: ${text}`] } };
};

/** Clicks what `find` returns, and writes in the place that this opens. */
const clickTo = (from, find, place) => async (stage, text) => {
  await stage.goTo(from);
  const point = await middleOf(find(stage));
  return { keys: [click(point), text, ENTER], expected: { place, messages: [`${place}: ${text}`] } };
};

/** Opens something, closes it with Escape, and types. */
const lookInto = (find) => async (stage, text) => {
  await stage.goTo(TEA);
  const opening = find ? click(await middleOf(find(stage))) : CTRL_K;
  return { keys: [opening, ESCAPE, text], expected: { composer: text } };
};

export const moving = {
  'Ctrl+F, type, Escape, type': async (stage, text) => {
    await stage.goTo(TEA);
    return { keys: [CTRL_F, 'garden', ESCAPE, text], expected: { composer: text } };
  },

  'Ctrl+K, room, Enter, type, Enter': switchTo(TEA, DEN),
  'Ctrl+K, channel, Enter, type, Enter': switchTo(TEA, 'Chess', CHESS),
  'Ctrl+K, large room, Enter, type, Enter': switchTo(HALL, LOFT),

  'type, Enter, Ctrl+K, room, Enter, type, Enter': async (stage, text) => {
    await stage.goTo(TEA);
    return {
      keys: [`1 ${text}`, ENTER, CTRL_K, DEN, ENTER, `2 ${text}`, ENTER],
      expected: { place: DEN, messages: [`${DEN}: 2 ${text}`, `${TEA}: 1 ${text}`] },
    };
  },

  'type, Ctrl+K, room, Enter, type, Enter': async (stage, text) => {
    await stage.goTo(TEA);
    return {
      keys: [`1 ${text}`, CTRL_K, DEN, ENTER, `2 ${text}`, ENTER],
      expected: { place: DEN, messages: [`${DEN}: 2 ${text}`], unsent: [`${TEA}: 1 ${text}`] },
    };
  },

  'click a room, type, Enter': clickTo(TEA, (stage) => stage.roomButton(DEN), DEN),
  'click a large room, type, Enter': clickTo(HALL, (stage) => stage.roomButton(LOFT), LOFT),
  'click a channel, type, Enter': clickTo(GENERAL, (stage) => stage.channelButton('Chess', CLUB), CHESS),

  'Enter on a room, type, Enter': async (stage, text) => {
    await stage.goTo(TEA);
    await stage.roomButton(DEN).focus();
    return { keys: [ENTER, text, ENTER], expected: { place: DEN, messages: [`${DEN}: ${text}`] } };
  },

  'create a room, type, Enter': async (stage, text) => {
    await stage.goTo(TEA);
    const name = `New ${text}`;
    const point = await middleOf(stage.button(labels.newRoom));
    return { keys: [click(point), name, ENTER, text, ENTER], expected: { place: name, messages: [`${name}: ${text}`] } };
  },

  'create a channel, Escape, type, Enter': async (stage, text) => {
    await stage.goTo(SHED_GENERAL);
    await stage.openNewChannel();
    const place = `New ${text} in ${SHED}`;
    return { keys: [`New ${text}`, ENTER, ESCAPE, text, ENTER], expected: { place, messages: [`${place}: ${text}`] } };
  },

  'Ctrl+K, Escape, type': lookInto(),
  'New room, Escape, type': lookInto((stage) => stage.button(labels.newRoom)),
  'accounts, Escape, type': lookInto((stage) => stage.accountButton()),
  'import, Escape, type': lookInto((stage) => stage.button(labels.importMessages)),
  'room menu, Escape, type': lookInto((stage) => stage.button(labels.roomMenu)),
  'emoji, Escape, type': lookInto((stage) => stage.button(labels.emoji)),
  'people, Escape, type': lookInto((stage) => stage.button(labels.people)),

  'type, switch the account': async (stage, text) => {
    await stage.goTo(TEA);
    return {
      keys: [text, clickOnceSeen(stage.accountButton()), clickOnceSeen(stage.accountItem(GRACE))],
      expected: { account: GRACE, place: YARD, focus: ANY, unsent: [`${TEA}: ${text}`] },
    };
  },

  'type, Enter, switch the account': async (stage, text) => {
    await stage.goTo(TEA);
    return {
      keys: [text, ENTER, clickOnceSeen(stage.accountButton()), clickOnceSeen(stage.accountItem(GRACE))],
      expected: { account: GRACE, place: YARD, focus: ANY, messages: [`${TEA}: ${text}`] },
    };
  },
};
