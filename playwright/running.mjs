// Resets a page with the running app so that the next test can reuse it. Starting a page takes longer than most tests.
import { once } from 'node:events';

/** Describes, as text, everything that distinguishes a used page from a freshly started one. */
export const describe = (page) => page.evaluate(async () => {
  // If a test replaced a browser function, the replacement is not native code.
  const isWritten = (value) => typeof value === 'function' && !/\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(value));
  const written = (name, object) => Object.entries(Object.getOwnPropertyDescriptors(object))
    .filter(([, { value, get, set }]) => [value, get, set].some(isWritten)).map(([key]) => `${name}.${key}`);
  const kinds = Object.entries(Object.getOwnPropertyDescriptors(globalThis))
    .filter(([name, { value }]) => typeof value === 'function' && /^[A-Z]/.test(name));
  return JSON.stringify({
    seen: document.body.innerText,
    parts: Array.from(document.body.children, ({ localName, id }) => [localName, id]),
    typed: [...document.querySelectorAll('input, textarea')]
      .filter((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked)
      .map(({ id, name, value, checked }) => [id, name, value, checked]),
    focused: document.activeElement.outerHTML,
    looks: Array.from(document.documentElement.attributes, ({ name, value }) => [name, value]),
    address: [location.pathname, location.hash, history.state],
    stored: [{ ...localStorage }, { ...sessionStorage }, document.cookie],
    databases: (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith('roomkeep')),
    caches: await caches.keys(),
    globals: Object.getOwnPropertyNames(globalThis),
    written: kinds.flatMap(([name, { value }]) => [...written(name, value), ...written(`${name}.prototype`, value.prototype ?? {})]),
  });
});

/** Signs out and deletes all accounts through the app, and dismisses its notices about that. */
const removeAccounts = (page) => page.evaluate(async () => {
  const find = (selector) => document.querySelector(selector);
  const until = (condition) => new Promise((resolve, reject) => {
    const started = performance.now();
    const look = () => {
      if (condition()) resolve();
      else if (performance.now() - started < 5_000) setTimeout(look, 10);
      else reject(new Error(`It is not so: ${condition}`));
    };
    look();
  });
  if (find('#welcome').hidden) find('#sign-out').click();
  await until(() => !find('#welcome').hidden);
  for (let button = find('#accounts [data-remove]'); button; button = find('#accounts [data-remove]')) {
    const account = button.dataset.remove;
    const form = find('#remove-form');
    button.click();
    await until(() => find('#remove-name').textContent);
    form.elements.namedItem('name').value = find('#remove-name').textContent;
    form.requestSubmit();
    await until(() => find('#accounts [data-remove]')?.dataset.remove !== account);
    await until(() => find('#news li'));
  }
  for (const button of document.querySelectorAll('#notices [data-part="dismiss"]')) button.click();
  await until(() => !find('#notices li'));
  sessionStorage.clear(); // a tab keeps in it where one was
  history.replaceState(null, '', '/');
  find('#new-account input').focus();
});

/** Resets a used page. Returns whether it now looks freshly started. */
export async function renew(page, likeNew) {
  const made = async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await removeAccounts(page);
    return await describe(page) === likeNew;
  };
  // A page that a test has broken or navigated away, or that does not respond, is not reused.
  const late = AbortSignal.timeout(10_000);
  return Promise.race([made().catch(() => false), once(late, 'abort').then(() => false)]);
}
