import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, freshTest as test } from './fixtures.mjs';
import { openApp } from './helpers.mjs';
import { createSharedRoom, joinRoom, password, server, signIn } from './homeserver.mjs';
import { composer, pick, row, write } from './steps.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

test.use({ trouble: [async ({}, use) => { await use([]); }, { auto: true }] });

/** Signs Ada and Ben in, each in a browser, and brings them into a new room. */
async function meet(ada, browser, baseURL, room) {
  await openApp(ada);
  await signIn(ada, ada.locator('#welcome'), 'ada');
  await createSharedRoom(ada, room);
  await write(ada, 'The kettle is on.');

  const away = await browser.newContext({ baseURL, serviceWorkers: 'block' });
  const ben = await away.newPage();
  await openApp(ben);
  await signIn(ben, ben.locator('#welcome'), 'ben');
  await joinRoom(ben, room);
  await expect(row(ben, 'The kettle is on.')).toBeVisible();
  return { ben, away };
}

test('two people in two browsers share a room, also when one is offline for a while', async ({ page: ada, browser, baseURL }) => {
  test.slow();
  const { ben, away } = await meet(ada, browser, baseURL, 'Tea club');

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

test('who asks to join a room is let in', async ({ page: ada, browser, baseURL }) => {
  test.slow();
  await openApp(ada);
  await signIn(ada, ada.locator('#welcome'), 'ada');
  await ada.getByRole('button', { name: 'New room' }).click();
  await ada.getByLabel('Room name').fill('Bean growers');
  await ada.getByRole('radio', { name: 'People who ask' }).check();
  await ada.keyboard.press('Enter');
  await expect(ada.getByRole('heading', { name: 'Bean growers', level: 1 })).toBeVisible();

  const away = await browser.newContext({ baseURL, serviceWorkers: 'block' });
  const ben = await away.newPage();
  await openApp(ben);
  await signIn(ben, ben.locator('#welcome'), 'ben');
  await ben.getByRole('button', { name: 'Find rooms' }).click();
  const found = ben.locator('#found-rooms').getByRole('listitem').filter({ hasText: 'Bean growers' });
  const ask = async (message) => {
    await found.getByRole('button', { name: 'Ask to join' }).click();
    const dialog = ben.getByRole('dialog', { name: 'Ask to join “Bean growers”' });
    await dialog.getByLabel('Your message').fill(message);
    await dialog.getByRole('button', { name: 'Send request' }).click();
    await expect(found.getByRole('button', { name: 'Request sent' })).toBeDisabled();
  };
  await ask('Never mind');
  const waiting = ben.getByRole('region', { name: 'Your requests' });
  await waiting.getByRole('listitem').filter({ hasText: 'Bean growers' }).getByRole('button', { name: 'Withdraw' }).click();
  await expect(waiting).toBeHidden();
  await ask('Runner beans are my life');

  await ada.getByRole('button', { name: 'People, 1 request to join' }).click();
  const requests = ada.getByRole('region', { name: 'Requests to join — 1' });
  await expect(requests).toContainText('Runner beans are my life');
  await requests.getByRole('button', { name: 'Accept Ben' }).click();
  await expect(requests).toBeHidden();
  await expect(ada.getByRole('button', { name: 'Close people' })).toBeFocused();

  await ben.getByRole('region', { name: 'Invitations' }).getByRole('button', { name: 'Accept' }).click();
  await expect(ben.getByRole('heading', { name: 'Bean growers', level: 1 })).toBeVisible();
  await away.close();
});

test('who was signed out by the homeserver signs in again with the password alone', async ({ page, request }) => {
  test.slow();
  await openApp(page);
  await signIn(page, page.locator('#welcome'), 'ada');
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Room name').fill('Seed library');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Seed library', level: 1 })).toBeVisible();
  // As from another device.
  const { authorization } = await (await page.waitForRequest(/\/v3\/sync\?/)).allHeaders();
  await request.post(`${server}/_matrix/client/v3/logout`, { headers: { authorization }, data: {} });

  const banner = page.locator('#offline-banner');
  await expect(banner).toContainText('You\'re signed out of');
  await write(page, 'Written while signed out.');
  await banner.getByRole('button', { name: 'Sign in again' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign in again' });
  await expect(dialog.getByLabel('Password')).toBeFocused();
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('The user name or password is wrong.');
  await dialog.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(banner).toBeHidden();
  await expect(row(page, 'Written while signed out.').getByText('Sending…')).toBeHidden();
});

test('single sign-on comes back with a token, which is out of the address before anything keeps it', async ({ page, request }) => {
  test.slow();
  const api = `${server}/_matrix/client`;
  const user = { type: 'm.id.user', user: 'ben' };
  const login = await request.post(`${api}/v3/login`, { data: { type: 'm.login.password', identifier: user, password } });
  const headers = { authorization: `Bearer ${(await login.json()).access_token}` };
  const got = await request.post(`${api}/v1/login/get_token`, { headers, data: {} });
  const { login_token: token } = await got.json();
  // The homeserver has no single sign-on: its page is played here, and the token is a real one.
  await page.route(`${api}/v3/login`, async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    return route.fulfill({ json: { flows: [{ type: 'm.login.sso' }] }, headers: { 'access-control-allow-origin': '*' } });
  });
  await page.route(`${api}/v3/login/sso/redirect*`, (route) => {
    const back = new URL(new URL(route.request().url()).searchParams.get('redirectUrl'));
    back.searchParams.set('loginToken', token);
    return route.fulfill({ status: 302, headers: { location: back.href } });
  });

  await openApp(page);
  const welcome = page.locator('#welcome');
  await welcome.getByText('Sign in to a homeserver').click();
  await welcome.getByLabel('Homeserver', { exact: true }).fill(server);
  await page.keyboard.press('Tab');
  await welcome.getByRole('button', { name: 'Continue with single sign-on' }).click();
  await expect(page.getByRole('button', { name: /^Account: @?ben/i })).toBeVisible({ timeout: 60_000 });
  expect(page.url()).not.toContain('loginToken');
  expect(page.url()).not.toContain('sso=');
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, 'roomkeepLoginToken' in window]));
  expect(kept).not.toContain(token);
  expect(kept).toContain('false]');
  await page.reload();
  await expect(page.getByRole('button', { name: /^Account: @?ben/i })).toBeVisible();
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
    await second.getByRole('radio', { name: 'People you invite' }).check();
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

test('a room of this device is moved to the homeserver', async ({ page }) => {
  test.slow();
  await openApp(page);
  await signIn(page, page.locator('#welcome'), 'ada');
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Room name').fill('Allotment');
  await page.getByRole('radio', { name: 'Only you, on this device' }).check();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Allotment', level: 1 })).toBeVisible();
  await write(page, 'The beans are in.');

  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: /^Move to localhost/ }).click();
  const dialog = page.getByRole('dialog', { name: /^Move “Allotment” to localhost/ });
  await expect(dialog).toContainText('Messages from other people, reactions, the icon, and members stay behind.');
  await dialog.getByRole('button', { name: 'Move room' }).click();
  const done = page.getByRole('dialog', { name: '“Allotment” moved' });
  await expect(done).toContainText('Posted 1 message.');
  await done.getByRole('button', { name: 'Close' }).click();

  await expect(page.locator('#room-moved')).toContainText('This copy stays on this device until you delete it.');
  await page.getByRole('button', { name: 'Room menu' }).click();
  await expect(page.getByRole('menuitem', { name: /^Move to/ })).toBeHidden();
  await page.keyboard.press('Escape');
  await page.locator('#room-moved').getByRole('button', { name: 'Open room' }).click();
  await expect(row(page, /\(20\d\d-\d\d-\d\d \d\d:\d\d\) The beans are in\./)).toBeVisible();
  await expect(page.locator('#room-moved')).toBeHidden();
});

test('a room on the homeserver gets a picture as its icon', async ({ page }) => {
  test.slow();
  await openApp(page);
  await signIn(page, page.locator('#welcome'), 'ada');
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Room name').fill('Photo club');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Photo club', level: 1 })).toBeVisible();
  const icon = page.locator('#room-picture');
  const edit = page.getByRole('dialog', { name: 'Edit room' });
  const open = async () => {
    await page.getByRole('button', { name: 'Room menu' }).click();
    await page.getByRole('menuitem', { name: 'Edit room…' }).click();
  };
  await open();
  const picture = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 300;
    canvas.getContext('2d').fillRect(0, 0, 150, 300);
    return canvas.toDataURL('image/png').split(',')[1];
  });
  await edit.getByLabel('Choose picture…').setInputFiles({ name: 'icon.png', mimeType: 'image/png', buffer: Buffer.from(picture, 'base64') });
  await expect(edit.locator('.avatar img')).toBeVisible();
  await edit.getByLabel('Topic').fill('Pinholes and plates');
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(edit).toBeHidden();
  await expect(icon.locator('img')).toHaveAttribute('src', /^data:image\//);
  await expect(page.locator('#room-topic')).toHaveText('Pinholes and plates');

  await open();
  await edit.getByRole('button', { name: 'Remove icon' }).click();
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(icon).toHaveText('PC');
});
