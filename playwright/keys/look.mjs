// Reads the visible state of the page and the contents of the database.
import { labels } from './labels.mjs';

/** Runs in the page. */
function lookAround(labels) {
  const plain = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
  const textsOf = (ids) => ids?.split(' ').map((id) => document.getElementById(id)?.textContent).join(' ');
  const nameOf = (element) => plain(
    element.getAttribute('aria-label') ?? textsOf(element.getAttribute('aria-labelledby')) ?? element.labels?.[0]?.textContent ?? element.textContent,
  );
  const shown = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
  const find = (selector, label) => shown(selector).find((element) => (label.test ? label.test(nameOf(element)) : nameOf(element).startsWith(label)));

  const withShadows = (root) => [root, ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? withShadows(shadowRoot) : []))];
  const fieldsIn = (root) => withShadows(root).flatMap((part) => [...part.querySelectorAll('input:not([type]), input[type=text], input[type=search], textarea')]);

  const composer = find('textarea', labels.composer);
  const editor = find('textarea', labels.editor);
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  const focus = () => {
    if (focused === composer) return 'composer';
    if (focused === editor) return 'editor';
    return focused === document.body ? 'nothing' : nameOf(focused).slice(0, 40);
  };
  const opened = shown('dialog[open], :popover-open, [role=menu]');
  const log = find('[role=log]', labels.latestMessages);
  const newest = log && [...log.querySelectorAll('li')].findLast((row) => row.parentElement.parentElement === log);
  const edge = (element) => element.getBoundingClientRect().bottom;
  return {
    account: labels.account.exec(nameOf(find('button', labels.account) ?? document.body))?.[1] ?? '',
    place: composer ? labels.composer.exec(nameOf(composer))[1] : '',
    focus: focus(),
    composer: composer?.value ?? '',
    replying: Boolean(find('button', labels.cancelReply)),
    editor: editor ? editor.value : null,
    open: opened.map(nameOf).join(', '),
    inside: opened.flatMap(fieldsIn).map(({ value }) => value).join(''),
    atLatest: !find('button', labels.jumpToLatest) && (!newest || edge(newest) <= edge(log) + 1),
    trouble: shown('[role=alert]').map(({ textContent }) => plain(textContent)).join(' '),
  };
}

/** Returns the visible contents of a page, by place. */
export const look = (page) => page.evaluate(lookAround, {
  account: labels.account,
  cancelReply: labels.cancelReply,
  composer: labels.composer,
  editor: labels.editor,
  jumpToLatest: labels.jumpToLatest,
  latestMessages: labels.latestMessages,
});

/** Runs in a page of the same origin. Reads only messages since a given time. */
async function readAccount([account, since]) {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await done(indexedDB.open(`roomkeep::${account}`));
  try {
    const tx = database.transaction(['rooms', 'messages', 'meta']);
    const messages = tx.objectStore('messages');
    const rooms = await done(tx.objectStore('rooms').getAll());
    const times = messages.index('roomId_timestamp');
    const found = await Promise.all(rooms.map(({ id }) => done(times.getAll(IDBKeyRange.bound([id, since], [id, Infinity])))));
    const written = await Promise.all(['draft', 'edit'].map((kind) => done(tx.objectStore('meta').getAll(IDBKeyRange.bound(`setting/${kind}/`, `setting/${kind}0`)))));
    return { rooms, messages: found.flat(), written: written.flat() };
  } finally {
    database.close();
  }
}

/** Returns an account's messages since a given time, and its unsent texts, each with its place. */
export async function readLedger(page, account, since) {
  const { rooms, messages, written } = await page.evaluate(readAccount, [account, since]);
  const placeOf = (roomId, channelId) => {
    const { name, channels } = rooms.find(({ id }) => id === roomId) ?? { name: roomId, channels: [] };
    return channels.length > 1 ? `${channels.find(({ id }) => id === channelId)?.name} in ${name}` : name;
  };
  const textsOf = (value) => (typeof value === 'string' ? [value] : [value?.text, ...Object.values(value?.texts ?? {})].filter(Boolean));
  return {
    messages: messages.map((message) => ({ ...message, place: placeOf(message.roomId, message.channelId) })),
    unsent: written.flatMap(({ key, value }) => {
      const [, , ...ref] = key.split('/');
      return textsOf(value).map((text) => ({ place: placeOf(...ref), text }));
    }),
  };
}
