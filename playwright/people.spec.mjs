// People: the member list, profile cards, the user's own profile, and bans.
import { announce, putRecords, readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, createRoom, openBehind, row, signUp, startImport, write } from './steps.mjs';

const panel = (page) => page.getByRole('region', { name: /^People/ });
const person = (page, name) => panel(page).getByRole('button', { name });
const card = (page, name) => page.getByRole('dialog', { name });

async function openPeople(page) {
  await page.getByRole('button', { name: 'People', exact: true }).click();
  await expect(panel(page)).toBeVisible();
  return panel(page);
}

/** Imports a room with so many others in it; the account is its host. */
async function importRoom(page, people, messages = people) {
  const lines = Array.from({ length: messages }, (_, n) => JSON.stringify({
    id: `m${n}`, roomId: 'tea', channelId: 'general', senderId: `s${n % people}`, senderName: `Sender ${n % people}`,
    content: `message ${n}`, timestamp: 1_100_000_000_000 + n * 60_000, replyToId: null,
  }));
  await page.getByRole('button', { name: 'Import messages' }).click();
  await page.getByLabel('Archive file').setInputFiles({
    name: 'archive.jsonl', mimeType: 'application/octet-stream', buffer: Buffer.from(lines.join('\n')),
  });
  await startImport(page);
  await expect(page.getByText(/^Imported /)).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'tea' }).first().click();
  await expect(page.getByRole('heading', { name: 'tea', level: 1 })).toBeVisible();
}

/** Writes a record as another program on the same account would, and tells of it. */
async function putElsewhere(page, account, store, record, key) {
  const all = (await readRecords(page, account, store))[store];
  await putRecords(page, account, { [store]: [{ ...all.find((other) => other.id === key || other.oderId === key), ...record }] });
  await announce(page, account, { store, action: 'put', keys: [key], roomId: record.roomId ?? null });
}

const banMe = (page, ban) => putElsewhere(page, 'Ada', 'bans', {
  oderId: 'my-ban', roomId: 'tea', userId: 'Ada', bannedBy: 's1', timestamp: Date.now(), ...ban,
}, 'my-ban');

test('the roster: who is there, what they are in the room, and a card for each', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await importRoom(page, 3);
  await putElsewhere(page, 'Ada', 'users', { status: 'away', bio: 'I like <b>tea</b>.' }, 's1');
  const people = await openPeople(page);
  await expect(people.getByRole('heading', { name: 'People (4)' })).toBeVisible();
  await expect(people.getByRole('region', { name: 'Online — 2' }).getByRole('listitem')).toHaveText([/Ada\s*Host\s*Online/, /Sender 1\s*Away/], { useInnerText: true });
  await expect(people.getByRole('region', { name: 'Offline — 2' }).getByRole('listitem')).toHaveCount(2);

  await person(page, 'Sender 1').click();
  await expect(card(page, 'Sender 1')).toContainText('@s1');
  await expect(card(page, 'Sender 1')).toContainText('Away');
  await expect(card(page, 'Sender 1')).toContainText('Member');
  await expect(card(page, 'Sender 1')).toContainText('I like <b>tea</b>.');
  await page.keyboard.press('Escape');
  await expect(card(page, 'Sender 1')).toBeHidden();
  await expect(person(page, 'Sender 1')).toBeFocused();

  // The same card from what they wrote.
  await row(page, 'message 2').getByRole('button', { name: 'Sender 2' }).click();
  await expect(card(page, 'Sender 2')).toContainText('Offline');
  await card(page, 'Sender 2').getByRole('button', { name: 'Close' }).click();

  await page.reload();
  await ready(page);
  await expect(panel(page)).toContainText('Sender 1');
  await page.getByRole('button', { name: 'Close people' }).click();
  await expect(panel(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'People', exact: true })).toBeFocused();
  await page.reload();
  await ready(page);
  await expect(panel(page)).toBeHidden();
});

test('who has no stored profile is shown from the roster', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await importRoom(page, 1);
  await putElsewhere(page, 'Ada', 'rooms', {
    members: [
      { oderId: 'Ada', username: 'Ada', displayName: 'Ada', role: 'member' },
      { oderId: 'ghost', username: 'casper', displayName: 'Friendly Ghost', role: 'moderator' },
    ],
  }, 'tea');
  await openPeople(page);
  await expect(person(page, 'Friendly Ghost')).toContainText('Moderator');
  await person(page, 'Friendly Ghost').click();
  await expect(card(page, 'Friendly Ghost')).toContainText('@casper');
});

test('hundreds of people: listed by and by, and searched', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await importRoom(page, 500);
  const people = await openPeople(page);
  const rows = people.getByRole('listitem');
  await expect(people.getByRole('heading', { name: 'Offline — 500' })).toBeVisible();
  const before = await rows.count();
  expect(before).toBeLessThan(100);
  await rows.last().scrollIntoViewIfNeeded();
  await expect.poll(() => rows.count()).toBeGreaterThan(before);
  await people.getByLabel('Search people').fill('sender 499');
  await expect(rows).toHaveText([/Sender 499/]);
  await people.getByLabel('Search people').fill('nobody at all');
  await expect(people.getByText('No people found')).toBeVisible();
});

test('one edits the profile, and the page calls one so at once', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'hello');
  await row(page, 'hello').hover();
  await row(page, 'hello').getByRole('button', { name: 'Reply' }).click();
  await expect(page.getByText('Replying to Ada hello')).toBeVisible();
  const other = await openBehind(page);
  await openPeople(page);
  await person(page, 'Ada').click();
  await card(page, 'Ada').getByRole('button', { name: 'Edit profile' }).click();
  const form = page.getByRole('dialog', { name: 'Edit profile' });
  await expect(form.getByLabel('Display name')).toHaveValue('Ada');
  await form.getByLabel('Display name').fill('   ');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Enter a name.' })).toBeVisible();
  await form.getByLabel('Display name').fill('Countess of Lovelace');
  await form.getByLabel('Status').selectOption('Busy');
  await form.getByLabel('About you').fill('Poetical\nscience');
  await form.getByLabel('Choose picture').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await expect(form.getByRole('alert').filter({ hasText: 'isn\'t a picture' })).toBeVisible();
  const picture = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 600, height: 400 });
    canvas.getContext('2d').fillRect(0, 0, 600, 400);
    return canvas.toDataURL('image/png').split(',')[1];
  });
  await form.getByLabel('Choose picture').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(picture, 'base64') });
  await expect(form.getByRole('button', { name: 'Remove picture' })).toBeVisible();
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();

  for (const tab of [page, other]) {
    await expect(tab.getByRole('button', { name: 'Account: Countess of Lovelace' })).toBeVisible();
    await expect(row(tab, 'hello').getByRole('button', { name: 'Countess of Lovelace' })).toBeVisible();
    await expect(tab.getByText('Replying to Countess of Lovelace hello')).toBeVisible();
    const size = await tab.locator('#account-button img').evaluate((image) => image.decode().then(() => image.naturalWidth));
    expect(size).toBe(128);
  }
  await page.reload();
  await ready(page);
  await expect(person(page, 'Countess of Lovelace')).toContainText('Busy');
  await row(page, 'hello').getByRole('button', { name: 'Countess of Lovelace' }).click();
  await expect(card(page, 'Countess of Lovelace')).toContainText('Poetical\nscience', { useInnerText: true });
  await expect(card(page, 'Countess of Lovelace')).toContainText('@Ada');
});

test('the host bans, lists bans and lifts one, and another tab follows', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await importRoom(page, 3);
  await openPeople(page);
  await person(page, 'Ada').click();
  await expect(card(page, 'Ada')).toBeVisible();
  await expect(card(page, 'Ada').getByRole('button', { name: /^Ban/ })).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(card(page, 'Ada')).toBeHidden();
  const other = await openBehind(page);
  for (const [name, length] of [['Sender 0', '1 week'], ['Sender 2', 'Permanently']]) {
    await person(page, name).click();
    await card(page, name).getByRole('button', { name: 'Ban from room…' }).click();
    const form = page.getByRole('dialog', { name: `Ban ${name}?` });
    await form.getByLabel(length).check();
    await form.getByLabel('Reason').fill(`too much tea, ${name}`);
    await form.getByRole('button', { name: 'Ban', exact: true }).click();
    await expect(form).toBeHidden();
    await expect(person(page, name)).toContainText('Banned');
    await expect(person(page, name)).toBeFocused();
    await expect(person(other, name)).toContainText('Banned');
  }
  await page.reload();
  await ready(page);
  await panel(page).getByRole('button', { name: 'Bans (2)' }).click();
  const list = page.getByRole('dialog', { name: 'Bans in this room' });
  await expect(list.getByRole('listitem')).toHaveText([/Sender 0\s*too much tea, Sender 0\s*Until .* · by Ada/, /Sender 2\s*too much tea, Sender 2\s*Permanently · by Ada/], { useInnerText: true });
  await list.getByRole('button', { name: 'Unban Sender 0' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await expect(list.getByRole('button', { name: 'Unban Sender 2' })).toBeFocused();
  await page.keyboard.press('Escape');
  for (const tab of [page, other]) await expect(person(tab, 'Sender 0')).not.toContainText('Banned');
  await person(page, 'Sender 2').click();
  await expect(card(page, 'Sender 2')).toContainText('Permanently banned: too much tea, Sender 2');
  await card(page, 'Sender 2').getByRole('button', { name: 'Unban' }).click();
  await expect(card(page, 'Sender 2')).not.toContainText('too much tea');
  await page.keyboard.press('Escape');
  await expect(panel(page).getByRole('button', { name: 'Bans', exact: true })).toBeVisible();
});

test('a banned person reads why and until when, and writes again when the ban ends', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await importRoom(page, 2);
  await composer(page).fill('half a thought');
  await banMe(page, { reason: 'Too loud', expiresAt: Date.now() + 86_400_000 });
  const notice = page.getByRole('status').filter({ hasText: 'You\'re banned from this room' });
  await expect(notice).toContainText(/until .*\. You can read but not write\./);
  await expect(notice).toContainText('Reason: Too loud');
  await expect(notice).toBeFocused();
  await expect(composer(page)).toBeHidden();
  await page.reload();
  await ready(page);
  await expect(notice).toBeVisible();
  await expect(composer(page)).toBeHidden();

  await banMe(page, { expiresAt: Date.now() + 2_000 });
  await expect(composer(page)).toBeVisible();
  await expect(notice).toBeHidden();
  await write(page, 'back again');
});

test('a ban that the page has not heard of refuses what is sent, and keeps it', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await importRoom(page, 2);
  await composer(page).fill('precious words');
  await page.evaluate(() => { BroadcastChannel.prototype.postMessage = () => {}; });
  await banMe(page, { reason: 'Too loud', expiresAt: Date.now() + 3_000 });
  await composer(page).press('Enter');
  await expect(page.getByRole('alert')).toContainText('You\'re banned from this room, so your message wasn\'t sent.');
  await expect(page.getByRole('alert')).toContainText('Too loud');
  await expect(composer(page)).toBeHidden();
  await expect(page.getByRole('textbox', { name: /^Message /, includeHidden: true })).toHaveValue('precious words');
  await expect(row(page, 'precious words')).toHaveCount(0);
  // It ends by itself, though nobody told the page of it.
  await expect(composer(page)).toHaveValue('precious words');
});

test('a narrow window shows the roster in the place of the conversation', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await openPeople(page);
  await expect(composer(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'Close people' })).toBeFocused();
  await person(page, 'Ada').click();
  await expect(card(page, 'Ada')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close people' }).click();
  await expect(composer(page)).toBeVisible();
  await expect(page.getByRole('button', { name: 'People', exact: true })).toBeFocused();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
