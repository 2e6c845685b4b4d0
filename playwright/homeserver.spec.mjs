import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, freshTest as test } from './fixtures.mjs';
import { openApp } from './helpers.mjs';
import { createSharedRoom, joinRoom, signIn } from './homeserver.mjs';
import { composer, pick, row, write } from './steps.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

test.use({ trouble: [async ({}, use) => { await use([]); }, { auto: true }] });

test('two people in two browsers share a room, also when one is offline for a while', async ({ page: ada, browser, baseURL }) => {
  test.slow();
  await openApp(ada);
  await signIn(ada, ada.locator('#welcome'), 'ada');
  await createSharedRoom(ada, 'Tea club');
  await write(ada, 'The kettle is on.');

  const away = await browser.newContext({ baseURL, serviceWorkers: 'block' });
  const ben = await away.newPage();
  await openApp(ben);
  await signIn(ben, ben.locator('#welcome'), 'ben');
  await joinRoom(ben, 'Tea club');
  await expect(row(ben, 'The kettle is on.')).toBeVisible();

  await write(ben, 'On my way.');
  await expect(row(ada, 'On my way.')).toBeVisible();
  await expect(row(ben, 'On my way.').getByText('Sending…')).toBeHidden();

  // Larger than what is got whole at once.
  const picture = await readFile(path.join(root, 'docs', 'app.png'));
  const padded = Buffer.concat([picture, Buffer.alloc(Math.max(0, 300_000 - picture.length))]);
  await pick(ada, { name: 'kettle.png', mimeType: 'image/png', buffer: padded });
  const asksThumbnail = ben.waitForRequest(/\/media\/thumbnail\//);
  await write(ada, 'Look at it.');
  await asksThumbnail;
  const shown = row(ben, 'Look at it.').getByRole('img', { name: /kettle/ });
  await expect(shown).toBeVisible();
  const asksWhole = ben.waitForRequest(/\/media\/download\//);
  await shown.click();
  await asksWhole;
  await expect(ben.locator('#lightbox img')).toBeVisible();
  await ben.keyboard.press('Escape');

  const height = await ben.locator('#messages').evaluate((list) => list.closest('.messages-frame').clientHeight);
  await composer(ada).pressSequentially('Take your t');
  await expect(ben.getByText('ada is typing…')).toBeVisible();
  expect(await ben.locator('#messages').evaluate((list) => list.closest('.messages-frame').clientHeight)).toBe(height);
  await ben.setViewportSize({ width: 360, height: 640 });
  await expect(ben.getByText('ada is typing…')).toBeInViewport({ ratio: 1 });
  await ben.setViewportSize({ width: 1280, height: 720 });
  await composer(ada).press('Enter');
  await expect(ben.getByText('ada is typing…')).toBeHidden();

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

/** Has one of a person's tabs be visible and the other hidden, as far as the pages can tell. */
async function turnTo(visible, hidden) {
  for (const [page, state] of [[hidden, 'hidden'], [visible, 'visible']]) {
    await page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  }
}

/** Waits until a tab asks the homeserver for what is new. */
const asks = (page, options) => page.waitForRequest((request) => request.url().includes('/sync?'), options);

async function invite(page, person) {
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Invite…' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(person);
  await page.keyboard.press('Enter');
  await expect(page.getByText(`Invited ${person}.`)).toBeVisible();
}

test('two tabs of one person know and can do the same', async ({ page: first, context, browser, baseURL }) => {
  test.slow();
  await openApp(first);
  await signIn(first, first.locator('#welcome'), 'ada');
  await expect(first.locator('#open-find')).toBeVisible();
  const second = await context.newPage();
  await openApp(second);
  const away = await browser.newContext({ baseURL, serviceWorkers: 'block' });
  const ben = await away.newPage();
  await openApp(ben);
  await signIn(ben, ben.locator('#welcome'), 'ben');
  await createSharedRoom(ben, 'Bakery');
  await write(ben, 'Fresh bread!');

  await test.step('the second one knows the state of the connection', async () => {
    await second.getByRole('button', { name: /^Account:/ }).click();
    await expect(second.locator('#homeserver-state')).toContainText('Connected');
    await second.keyboard.press('Escape');
    await context.setOffline(true);
    for (const page of [first, second]) await expect(page.locator('#offline-banner')).toContainText('You\'re offline.');
    await context.setOffline(false);
    for (const page of [first, second]) await expect(page.locator('#offline-banner')).toBeHidden();
  });

  await test.step('the second one finds, joins, creates and invites', async () => {
    await joinRoom(second, 'Bakery');
    await expect(row(second, 'Fresh bread!')).toBeVisible();
    await write(second, 'Two loaves, please.');
    await expect(row(ben, 'Two loaves, please.')).toBeVisible();
    await expect(row(second, 'Two loaves, please.').getByText('Sending…')).toBeHidden();
    await second.getByRole('button', { name: 'New room' }).click();
    await second.getByLabel('Room name').fill('Pantry');
    await second.getByLabel('People you invite').check();
    await second.keyboard.press('Enter');
    await expect(second.getByRole('heading', { name: 'Pantry', level: 1 })).toBeVisible();
    await invite(second, '@ben:localhost');
    await write(second, 'Is there any flour?');
    await ben.getByRole('button', { name: 'Find rooms' }).click();
    await ben.getByRole('listitem').filter({ hasText: 'Pantry' }).getByRole('button', { name: 'Accept' }).click();
    await expect(row(ben, 'Is there any flour?')).toBeVisible();
    await first.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: 'Pantry' }).click();
    await expect(row(first, 'Is there any flour?')).toBeVisible();
  });

  await test.step('the visible one follows', async () => {
    let asking = asks(second);
    await turnTo(second, first);
    await asking;
    asking = asks(first);
    await turnTo(first, second);
    await asking;
    await write(ben, 'Plenty.');
    for (const page of [first, second]) await expect(row(page, 'Plenty.')).toBeVisible();
  });

  await test.step('another takes over when the one that follows is closed', async () => {
    const asking = asks(second, { timeout: 1000 });
    await first.close();
    await asking;
    await write(ben, 'Sugar, too.');
    await expect(row(second, 'Sugar, too.')).toBeVisible();
    await second.getByRole('button', { name: /^Account:/ }).click();
    await expect(second.locator('#homeserver-state')).toContainText('Connected');
  });
  await away.close();
});
