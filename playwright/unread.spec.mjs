// More than a screen of unread messages: the starting position, jumping to either end, and when they count as read.
import { putRecords, readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, createRoom, row, signUp, write } from './steps.mjs';

const room = (page, name) => page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: new RegExp(`^${name} `) });
const bar = (page) => page.getByRole('group', { name: 'New messages' });
const latest = (page) => page.getByRole('button', { name: 'Jump to latest' });
const line = (page) => page.getByRole('separator', { name: 'New messages' });

/** Has Bob write many messages, as a server would while the page is closed. */
async function missMany(page, roomName, count, name) {
  const { rooms } = await readRecords(page, 'Ada', 'rooms');
  const { id: roomId } = rooms.find((one) => one.name === roomName);
  const messages = Array.from({ length: count }, (_, n) => ({
    id: `${name}${n}`, roomId, channelId: 'general', senderId: 'bob', senderName: 'Bob', content: `${name} ${n}.`, timestamp: Date.now() + n,
  }));
  await putRecords(page, 'Ada', { messages });
  await page.reload();
  await ready(page);
}

test('a channel opens where what is new begins; one goes to the end, back, and marks it as read', async ({ page }) => {
  test.slow();
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'read before');
  await createRoom(page, 'Cake');
  await missMany(page, 'Tea', 180, 'news');
  await expect(room(page, 'Tea')).toHaveAccessibleName(/99\+ unread$/);
  await room(page, 'Tea').click();
  await expect(line(page)).toBeInViewport();
  await expect(row(page, 'read before')).toBeInViewport();
  await expect(bar(page)).toContainText(/180 new messages since \d/);
  await expect(latest(page)).toBeVisible();

  // Past all of it, and back to where it began.
  await latest(page).click();
  await expect(row(page, 'news 179.')).toBeInViewport();
  await expect(composer(page)).toBeFocused();
  await expect(room(page, 'Tea')).not.toHaveAccessibleName(/unread/);
  await bar(page).getByRole('button', { name: /new messages since/ }).click();
  await expect(page.locator('.row:focus')).toContainText('news 0.');
  await expect(line(page)).toBeInViewport();
  await expect(bar(page)).toBeHidden();

  // Further down by scrolling, to the end.
  const scroller = page.locator('#messages-scroller');
  await expect(async () => {
    await scroller.evaluate((list) => { list.scrollTop = list.scrollHeight; });
    await expect(row(page, 'news 179.')).toBeInViewport({ timeout: 200 });
  }).toPass();
  await expect(latest(page)).toBeHidden();

  // Where one left off, there is more: it is marked as read without being read.
  await missMany(page, 'Tea', 120, 'more');
  await expect(line(page)).toBeInViewport();
  await expect(row(page, 'more 0.')).toBeInViewport();
  await bar(page).getByRole('button', { name: 'Mark as read' }).click();
  await expect(bar(page)).toBeHidden();
  await expect(line(page)).toBeHidden();
  await expect(composer(page)).toBeFocused();
  await expect(row(page, 'more 0.')).toBeInViewport();
  await page.reload();
  await ready(page);
  await expect(row(page, 'more 0.')).toBeInViewport();
  await expect(room(page, 'Tea')).not.toHaveAccessibleName(/unread/);
});
