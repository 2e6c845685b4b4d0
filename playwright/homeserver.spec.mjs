import process from 'node:process';
import { expect, freshTest as test } from './fixtures.mjs';
import { openApp } from './helpers.mjs';
import { composer, row, write } from './steps.mjs';

// `python3 src/tools test sync` runs these, with a homeserver on which Ada and Ben have accounts.
const { ROOMKEEP_HOMESERVER: server, ROOMKEEP_PASSWORD: password } = process.env;

async function signIn(page, place, name) {
  await place.getByText('Sign in to a homeserver').click();
  await place.getByLabel('Homeserver', { exact: true }).fill(server);
  await place.getByLabel('User name').fill(name);
  await place.getByLabel('Password').fill(password);
  await place.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('button', { name: new RegExp(`^Account: @?${name}`, 'i') })).toBeVisible();
}

test.use({ trouble: [async ({}, use) => { await use([]); }, { auto: true }] });

/** Sign in Ada and Ben, each in a browser, and bring them into a new room. */
async function meet(ada, browser, baseURL, room) {
  await openApp(ada);
  await signIn(ada, ada.locator('#welcome'), 'ada');
  await ada.getByRole('button', { name: 'New room' }).click();
  await ada.getByLabel('Room name').fill(room);
  await ada.getByLabel(/Anyone on/).check();
  await ada.keyboard.press('Enter');
  await expect(ada.getByRole('heading', { name: room, level: 1 })).toBeVisible();
  await write(ada, 'The kettle is on.');

  const away = await browser.newContext({ baseURL, serviceWorkers: 'block' });
  const ben = await away.newPage();
  await openApp(ben);
  await signIn(ben, ben.locator('#welcome'), 'ben');
  await ben.getByRole('button', { name: 'Find rooms' }).click();
  await ben.getByRole('listitem').filter({ hasText: room }).getByRole('button', { name: 'Join' }).click();
  await expect(ben.getByRole('heading', { name: room, level: 1 })).toBeVisible();
  await expect(row(ben, 'The kettle is on.')).toBeVisible();
  return { ben, away };
}

test('two people in two browsers share a room, also when one is offline for a while', async ({ page: ada, browser, baseURL }) => {
  test.slow();
  const { ben, away } = await meet(ada, browser, baseURL, 'Tea club');

  await write(ben, 'On my way.');
  await expect(row(ada, 'On my way.')).toBeVisible();
  await expect(row(ben, 'On my way.').getByText('Sending…')).toBeHidden();

  await away.setOffline(true);
  await expect(ben.locator('#offline-banner')).toContainText('You\'re offline.');
  await write(ben, 'In the tunnel.');
  await expect(ben.locator('#offline-banner')).toContainText('1 change will be sent when you\'re back.');
  await expect(row(ben, 'In the tunnel.').getByText('Sending…')).toBeVisible();
  await away.setOffline(false);
  await expect(row(ada, 'In the tunnel.')).toBeVisible();
  await expect(ben.locator('#offline-banner')).toBeHidden();

  await ben.reload();
  await expect(row(ben, 'In the tunnel.')).toBeVisible();
  await ben.getByRole('button', { name: /^Account:/ }).click();
  await expect(ben.locator('#homeserver-state')).toContainText('Connected');
  await away.close();
});

test('files, a new name and a new role reach the other browser', async ({ page: ada, browser, baseURL }) => {
  test.slow();
  const { ben, away } = await meet(ada, browser, baseURL, 'Book club');

  await ben.locator('#composer-files').setInputFiles(['one.txt', 'two.txt'].map((name) => (
    { name, mimeType: 'text/plain', buffer: Buffer.from(name) })));
  await write(ben, 'Two chapters.');
  await expect(row(ada, 'Two chapters.')).toContainText('one.txt');
  await expect(row(ada, 'two.txt')).toBeVisible();

  await ben.getByRole('button', { name: /^Account:/ }).click();
  await ben.getByRole('button', { name: 'Edit profile' }).click();
  await ben.getByLabel('Display name').fill('Benedict');
  await ben.getByRole('button', { name: 'Save' }).click();
  await expect(ben.locator('#edit-profile')).toBeHidden();
  await expect(row(ada, 'Two chapters.')).toContainText('Benedict');

  await row(ada, 'Two chapters.').getByText('Benedict').click();
  await ada.getByLabel('Role').selectOption('Moderator');
  await expect(ada.locator('#profile-dialog [data-part=role]')).toHaveText('Moderator');
  await row(ben, 'Two chapters.').getByText('Benedict').click();
  await expect(ben.locator('#profile-dialog [data-part=role]')).toHaveText('Moderator');
  await expect(ben.getByLabel('Role')).toBeHidden();
  await away.close();
});
