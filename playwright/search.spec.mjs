// Searching messages: the panel, its filters, and the way to a message and back.
import { findViolations } from './accessibility.mjs';
import { announce, holdDatabase, putRecords, readRecords } from './database.mjs';
import { expect, freshTest, test } from './fixtures.mjs';
import { openApp } from './helpers.mjs';
import { begin, composer, createRoom, log, openAccounts, openBehind, row, signUp, write } from './steps.mjs';

const panel = (page) => page.getByRole('region', { name: 'Search messages' });
const field = (page) => page.getByRole('combobox', { name: 'Search messages' });
const hits = (page) => page.getByRole('listbox', { name: 'Results' }).getByRole('option');
const suggestions = (page) => page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
const lit = (page) => log(page).locator('.row[data-lit]');

/** Puts many messages into a room, as another program would, and has the app read them. */
async function putMany(page, room, count, change = {}) {
  const { rooms } = await readRecords(page, 'Ada', 'rooms');
  const { id: roomId } = rooms.find(({ name }) => name === room);
  const messages = Array.from({ length: count }, (_, n) => ({
    id: `${room}${n}`, roomId, channelId: 'general', senderId: 'bob', senderName: 'Bob Brown', content: `message ${n} of ${room}`,
    timestamp: 1_700_000_000_000 + n * 60_000, ...change,
  }));
  await putRecords(page, 'Ada', { messages });
  await announce(page, 'Ada', { store: 'messages', action: 'clear', keys: [], roomId });
}

async function search(page, text) {
  await page.keyboard.press('Control+f');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type(text);
}

test('finds while one types, marks what matches, and goes there', async ({ page }) => {
  await begin(page);
  await putMany(page, 'Tea', 400);
  await expect(row(page, 'message 399')).toBeInViewport();
  await search(page, 'MESSAGE 1');
  await expect(hits(page).first()).toContainText('message 199 of Tea');
  await expect(hits(page).first().getByText('199')).toBeVisible();
  await page.keyboard.type('7 ');
  await expect(hits(page)).toHaveCount(1);
  await expect(hits(page).locator('mark')).toHaveText(['message', '17']);
  await expect(panel(page).getByRole('status')).toHaveText('1 result');
  await hits(page).click();
  await expect(lit(page)).toContainText('message 17 of Tea');
  await expect(lit(page)).toBeInViewport();
  const middle = await lit(page).evaluate((item) => {
    const { top, height } = item.getBoundingClientRect();
    const frame = item.closest('#messages-scroller').getBoundingClientRect();
    return (top + height / 2 - frame.top) / frame.height;
  });
  expect(Math.abs(middle - 0.5)).toBeLessThan(0.1);
  await expect(panel(page)).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
});

test('by keyboard alone: through the results, to the next one, and back to where one was', async ({ page }) => {
  await begin(page);
  await putMany(page, 'Tea', 60);
  await expect(row(page, 'message 59')).toBeInViewport();
  await composer(page).focus();
  await search(page, 'message');
  await expect(hits(page)).toHaveCount(20);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(lit(page)).toContainText('message 58 of');
  await expect(field(page)).toBeFocused();
  await page.keyboard.press('F3');
  await expect(lit(page).filter({ hasText: 'message 57 of' })).toBeVisible();
  await expect(hits(page).nth(2)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+Shift+g');
  await expect(hits(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  // Far down, more is found.
  for (let n = 0; n < 30; n += 1) await page.keyboard.press('ArrowDown');
  await expect.poll(() => hits(page).count()).toBeGreaterThan(20);
  await page.keyboard.press('Escape');
  await expect(panel(page)).toBeHidden();
  await expect(composer(page)).toBeFocused();
  // What was typed is still there, and goes with the next key.
  await search(page, 'nothing at all');
  await expect(field(page)).toHaveValue('nothing at all');
  await expect(panel(page).getByRole('status')).toHaveText('No results');
});

test('a row chosen before the last letter was searched for stays chosen', async ({ page }) => {
  await begin(page);
  await putMany(page, 'Tea', 30);
  await expect(row(page, 'message 29')).toBeInViewport();
  await search(page, 'message');
  await expect(hits(page)).toHaveCount(20);
  const goOn = await holdDatabase(page, 'Ada');
  await page.keyboard.type(' t');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(hits(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  await goOn();
  await expect(hits(page).first().locator('mark')).toHaveText(['message', 'Tea']);
  await expect(hits(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  // Who types on begins at the first again.
  await page.keyboard.type('e');
  await page.keyboard.press('ArrowDown');
  await expect(hits(page).first()).toHaveAttribute('aria-selected', 'true');
});

test('Ctrl+F again is the browser\'s, and other keys are never lost', async ({ page }) => {
  await begin(page);
  await write(page, 'garden tea');
  await page.evaluate(() => addEventListener('keydown', (event) => { document.title = `${event.key} ${event.defaultPrevented}`; }, { once: false }));
  await page.keyboard.press('Control+f');
  await expect(page).toHaveTitle('f true');
  await page.keyboard.press('Control+f');
  await expect(page).toHaveTitle('f false');
  await page.keyboard.press('Escape');
  await composer(page).focus();
  // No key waits for the panel.
  await page.keyboard.press('Control+f');
  await page.keyboard.type('garden');
  await expect(field(page)).toHaveValue('garden');
  await expect(composer(page)).toHaveValue('');
  await expect(hits(page)).toHaveCount(1);
});

test('in all rooms: the room and the channel are named, and a result opens them', async ({ page }) => {
  await begin(page);
  await write(page, 'tea in the garden');
  await createRoom(page, 'Hill');
  await write(page, 'garden path');
  await search(page, 'garden');
  await expect(hits(page)).toHaveText([/garden path/]);
  await panel(page).getByText('All rooms', { exact: true }).click();
  await expect(hits(page)).toHaveText([/^Hill.*garden path/s, /^Tea.*tea in the garden/s], { useInnerText: true });
  await hits(page).nth(1).click();
  await expect(page.getByRole('heading', { name: 'Tea', level: 1 })).toBeVisible();
  await expect(lit(page)).toContainText('tea in the garden');
  // What is found nowhere here can be looked for everywhere.
  await panel(page).getByText('This room').click();
  await field(page).fill('path');
  await expect(panel(page).getByRole('status')).toHaveText('No results');
  await panel(page).getByRole('button', { name: 'Search all rooms' }).click();
  await expect(hits(page)).toHaveText([/garden path/]);
});

test('filters: people, kinds and days are suggested', async ({ page }) => {
  await begin(page);
  await write(page, 'tea by Ada');
  await putMany(page, 'Tea', 3);
  await page.getByRole('button', { name: 'Search messages', exact: true }).click();
  await expect(field(page)).toBeFocused();
  await panel(page).getByRole('button', { name: 'From', exact: true }).click();
  await expect(suggestions(page)).toHaveText([/You/]);
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(field(page)).toHaveValue('from:me ');
  await expect(hits(page)).toHaveText([/tea by Ada/]);
  await panel(page).getByRole('button', { name: 'On', exact: true }).click();
  await expect(suggestions(page)).toHaveText([/Today/, /Yesterday/, /This month/, /This year/, /Choose a date/]);
  await suggestions(page).first().click();
  await expect(hits(page)).toHaveText([/tea by Ada/]);
  await field(page).fill('on:2023-11-14');
  await expect(hits(page)).toHaveCount(3);
  await field(page).fill('has:cake');
  await expect(panel(page).getByRole('alert')).toHaveText('After “has:”, enter file, link, or picture.');
  await field(page).fill('on:2023-13-01 ');
  await expect(panel(page).getByRole('alert')).toHaveText('Enter a date like 2024-05-31, 2024-05, or 2024.');
  await field(page).fill('message');
  await expect(panel(page).getByRole('alert')).toHaveText('');
  await expect(hits(page)).toHaveCount(3);
});

test('a date is chosen in a calendar', async ({ page }) => {
  await begin(page);
  await write(page, 'tea');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('tea before:');
  const picker = page.locator('#search-date');
  await picker.evaluate((item) => { item.showPicker = () => { item.dataset.shown = ''; }; });
  await suggestions(page).filter({ hasText: 'Choose a date' }).click();
  await expect(picker).toHaveAttribute('data-shown', '');
  await picker.fill('2020-02-29');
  await expect(field(page)).toHaveValue('tea before:2020-02-29 ');
  await expect(panel(page).getByRole('status')).toHaveText('No results');
});

test('what is deleted is gone, what is new is found, and another tab\'s counts too', async ({ page }) => {
  await begin(page);
  await write(page, 'first tea');
  await write(page, 'second tea');
  const other = await openBehind(page);
  await search(page, 'tea');
  await expect(hits(page)).toHaveText([/second tea/, /first tea/]);
  await row(page, 'second tea').hover();
  await row(page, 'second tea').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(hits(page)).toHaveText([/first tea/]);
  await composer(other).fill('third tea');
  await composer(other).press('Enter');
  await expect(hits(page)).toHaveText([/third tea/, /first tea/]);
});

test('another account sees nothing of it', async ({ page }) => {
  await begin(page);
  await write(page, 'garden tea');
  await search(page, 'garden');
  await expect(hits(page)).toHaveCount(1);
  await openAccounts(page);
  await page.getByLabel('New account name').fill('Bea');
  await page.getByRole('dialog').getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('button', { name: 'Account: Bea' })).toBeVisible();
  await expect(panel(page)).toBeHidden();
  await page.keyboard.press('Control+f');
  await expect(field(page)).toHaveValue('');
  await page.keyboard.type('garden');
  await expect(panel(page).getByRole('status')).toHaveText('No results');
});

test('people and search take turns', async ({ page }) => {
  await begin(page);
  const people = page.getByRole('region', { name: /^People/ });
  await page.getByRole('button', { name: 'People', exact: true }).click();
  await expect(people).toBeVisible();
  await page.keyboard.press('Control+f');
  await expect(panel(page)).toBeVisible();
  await expect(people).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(people).toBeVisible();
  await page.keyboard.press('Control+f');
  await page.getByRole('button', { name: 'People', exact: true }).click();
  await expect(people).toBeVisible();
  await expect(panel(page)).toBeHidden();
});

test.describe('360 pixels wide', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('the search is a screen of its own, and one comes back to it', async ({ page }) => {
    await openApp(page);
    await signUp(page, 'Ada');
    await createRoom(page, 'Tea');
    await putMany(page, 'Tea', 60);
    await expect(row(page, 'message 59')).toBeInViewport();
    await page.getByRole('button', { name: 'Search messages', exact: true }).click();
    await expect(log(page)).toBeHidden();
    await page.keyboard.type('message');
    await expect(hits(page).first()).toContainText('message 59');
    await hits(page).nth(5).click();
    await expect(panel(page)).toBeHidden();
    await expect(lit(page)).toContainText('message 54');
    await expect(lit(page)).toBeFocused();
    await page.getByRole('button', { name: 'Older result' }).click();
    await expect(lit(page).filter({ hasText: 'message 53' })).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Back to results' }).click();
    await expect(hits(page).nth(6)).toHaveAttribute('aria-selected', 'true');
    await hits(page).nth(7).click();
    await expect(lit(page).filter({ hasText: 'message 52' })).toBeVisible();
    // The browser's own Back, too.
    await page.goBack();
    await expect(panel(page)).toBeVisible();
    await expect(field(page)).toHaveValue('message');
    await panel(page).getByRole('button', { name: 'Close search' }).click();
    await expect(log(page)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Back to results' })).toBeHidden();
  });
});

freshTest.describe('far from Greenwich', () => {
  freshTest.use({ timezoneId: 'Pacific/Auckland' });

  freshTest('a day is the one where the person is', async ({ page }) => {
    await begin(page);
    // 14 November, 22:13 in Greenwich.
    await putMany(page, 'Tea', 1);
    await page.keyboard.press('Control+f');
    await page.keyboard.type('on:2023-11-14 ');
    await expect(panel(page).getByRole('status')).toHaveText('No results');
    await field(page).fill('on:2023-11-15');
    await expect(hits(page)).toHaveCount(1);
  });
});
