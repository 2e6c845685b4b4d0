// The storage page.
import { putRecords, readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, createRoom, openAccounts, openAdvanced, openBehind, openStorage, row, signUp, write } from './steps.mjs';

test('says what is kept, where, and how much of each', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'one');
  await write(page, 'two');
  const storage = await openStorage(page);
  const records = storage.getByRole('region', { name: 'Records', exact: true });
  await expect(storage.getByText(/ of .* used \(.*%\)\./)).toBeVisible();
  await expect(records).toBeHidden();
  await openAdvanced(storage);
  await expect(storage).toContainText('IndexedDB in this browser');
  await expect(storage).toContainText('roomkeep::Ada');
  await expect(storage.getByRole('row', { name: /^Messages messages 2$/ })).toBeVisible();
  await expect(storage.getByRole('row', { name: /^Rooms rooms 1$/ })).toBeVisible();
  await expect(storage.getByText('All stores and indexes are in order.')).toBeVisible();
  await expect(storage.getByText('No unreadable records found')).toBeVisible();

  // Another tab writes meanwhile.
  const { messages: [message] } = await readRecords(page, 'Ada', 'messages');
  await putRecords(page, 'Ada', { messages: [{ ...message, id: 'broken', content: 42 }] });
  await storage.getByRole('button', { name: 'Refresh' }).click();
  await expect(storage.getByRole('row', { name: /^Messages messages 3$/ })).toBeVisible();
  await expect(storage.getByRole('button', { name: 'Refresh' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Account: Ada' })).toBeFocused();

  await page.reload();
  await ready(page);
  await expect(row(page, 'two')).toBeVisible();
  await openStorage(page);
  await expect(storage.getByText('Some data needs attention. See Advanced.')).toBeVisible();
  await expect(records).toBeHidden();
  await openAdvanced(storage);
  await expect(storage.getByText('1 record can\'t be read.')).toBeVisible();
  await expect(storage.getByRole('row', { name: 'Messages broken “content” should be text, but is a whole number.' })).toBeVisible();
});

test('the space that the app itself takes is told apart', async ({ page }) => {
  await openApp(page);
  await page.evaluate(() => {
    globalThis.estimate = {
      usage: 25_800_000, quota: 1e9, usageDetails: { indexedDB: 500_000, caches: 25_000_000, serviceWorkerRegistrations: 300_000 },
    };
    StorageManager.prototype.estimate = async () => globalThis.estimate;
  });
  await signUp(page, 'Ada');
  const storage = await openStorage(page);
  const said = storage.getByRole('region', { name: 'Space used' });
  await expect(said).toContainText('25.8 MB of 1 GB used');
  await expect(said).toContainText('Messages and files500 kB');
  await expect(said).toContainText('Roomkeep app25.3 MB');

  // A browser that does not say what takes the space.
  await page.evaluate(async () => {
    globalThis.estimate = { usage: 3_000_000, quota: 1e9 };
    const cache = await caches.open('a version of the app');
    await cache.put('/one', new Response('x', { headers: { 'Content-Length': '2000000' } }));
    await cache.put('/two', new Response('x'.repeat(400_000)));
  });
  await storage.getByRole('button', { name: 'Refresh' }).click();
  await expect(said).toContainText('Messages and files600 kB');
  await expect(said).toContainText('Roomkeep app2.4 MB');
});

test('asks the browser to keep the data, and never waits for it', async ({ page }) => {
  await openApp(page);
  await page.evaluate(() => {
    let persisted = false;
    globalThis.answers = [];
    StorageManager.prototype.persisted = async () => persisted;
    StorageManager.prototype.persist = () => new Promise((resolve) => {
      globalThis.answers.push((answer) => { persisted = answer; resolve(answer); });
    });
  });
  await signUp(page, 'Ada');
  const storage = await openStorage(page);
  await expect(storage.getByText('The browser may delete your data')).toBeVisible();
  await storage.getByRole('button', { name: 'Protect my data' }).click();
  await expect(storage.getByText('Asking the browser…')).toBeVisible();
  // The page works on while nobody answers.
  await page.keyboard.press('Escape');
  await createRoom(page, 'Tea');
  await openStorage(page);
  await expect(storage.getByText('Asking the browser…')).toBeVisible();
  await page.evaluate(() => globalThis.answers.shift()(false));
  await expect(storage.getByText('The browser didn\'t agree.')).toBeVisible();
  await storage.getByRole('button', { name: 'Protect my data' }).click();
  await expect.poll(() => page.evaluate(() => globalThis.answers.length)).toBe(1);
  await page.evaluate(() => globalThis.answers.shift()(true));
  await expect(storage.getByText('Your data is kept even if')).toBeVisible();
});

test('deletes everything of the account, and nothing of another', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Kept');
  const accounts = await openAccounts(page);
  await accounts.getByLabel('New account name').fill('Grace');
  await accounts.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('button', { name: 'Account: Grace' })).toBeVisible();
  await createRoom(page, 'Secret room');
  await write(page, 'secret message');
  const other = await openBehind(page);
  await expect(row(other, 'secret message')).toBeVisible();

  const storage = await openStorage(page);
  await storage.getByRole('button', { name: 'Delete everything in this account…' }).click();
  await expect(storage).toContainText('This deletes 1 room, 1 message, and 0 attachments');
  const last = storage.getByRole('button', { name: 'Delete everything', exact: true });
  await expect(last).toBeDisabled();
  await storage.getByLabel('To confirm, type Grace').fill('Ada');
  await expect(last).toBeDisabled();
  await storage.getByRole('button', { name: 'Cancel' }).click();
  await expect(storage.getByRole('button', { name: 'Delete everything in this account…' })).toBeFocused();
  await storage.getByRole('button', { name: 'Delete everything in this account…' }).click();
  await storage.getByLabel('To confirm, type Grace').fill('Grace');
  await last.click();
  await expect(page.getByText('Everything in this account was deleted.')).toBeVisible();
  for (const tab of [page, other]) {
    await expect(tab.getByText('No rooms yet')).toBeVisible();
    await expect(tab.getByText('secret message')).toHaveCount(0);
  }
  await page.reload();
  await ready(page);
  await expect(page.getByRole('button', { name: 'Account: Grace' })).toBeVisible();
  await expect(page.getByText('No rooms yet')).toBeVisible();
  await (await openAccounts(page)).getByRole('button', { name: 'Ada', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Kept', level: 1 })).toBeVisible();
});

test('data that the browser deletes are missed, in the midst of work and at the next visit', async ({ page, trouble }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  const clear = () => page.evaluate(() => new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('roomkeep::Ada');
    request.onsuccess = resolve;
    request.onerror = reject;
  }));
  const lost = page.getByRole('alert').getByText('The browser deleted the data of “Ada”.');
  await clear();
  // Whoever uses the database next notices: this message, or what the app had still to do.
  await expect(async () => {
    if (await composer(page).isVisible()) await composer(page).fill('is anyone there?', { timeout: 1_000 });
    await expect(lost).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(page.getByText('No rooms yet')).toBeVisible();

  await page.reload();
  await ready(page);
  await expect(lost).toBeHidden();
  await createRoom(page, 'Cake');
  await page.goto('/static/icon.svg'); // nobody looks while they are deleted
  await clear();
  await openApp(page);
  await expect(lost).toBeVisible();
  await createRoom(page, 'Bread');
  await write(page, 'one');
  await expect(row(page, 'one')).toBeVisible();
  trouble.length = 0;
});

test('a narrow window shows all of it', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openApp(page);
  await signUp(page, 'Ada');
  const storage = await openStorage(page);
  await openAdvanced(storage);
  await expect(storage.getByRole('row', { name: /^Messages/ })).toBeVisible();
  expect(await storage.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
  await storage.getByRole('button', { name: 'Delete everything in this account…' }).click();
  await expect(storage.getByLabel('To confirm, type Ada')).toBeInViewport();
  await expect(storage.getByLabel('To confirm, type Ada')).toBeFocused();
});
