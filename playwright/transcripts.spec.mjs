// Exporting the messages of a room, or those that a search finds.
import { readFile } from 'node:fs/promises';
import { findViolations } from './accessibility.mjs';
import { putRecords, readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { ready } from './helpers.mjs';
import { begin, row, write } from './steps.mjs';

const dialog = (page) => page.getByRole('dialog', { name: 'Export messages' });

async function openDialog(page) {
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Export messages…' }).click();
  await expect(dialog(page).getByRole('radio', { name: /Web page/ })).toBeFocused();
}

/** Presses Export; gives the name and the text of the file. */
async function save(page) {
  const downloading = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Export', exact: true }).click();
  const download = await downloading;
  return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')];
}

/** Puts many messages into the room. */
async function fill(page, count) {
  const { rooms: [{ id: roomId }] } = await readRecords(page, 'Ada', 'rooms');
  const messages = Array.from({ length: count }, (_, n) => ({
    id: `m${n}`, roomId, channelId: 'general', senderId: 'bob', senderName: 'Bob Brown', content: `message ${n}.`,
    timestamp: Date.UTC(2020, 0, 1, 12) + n * 600_000, replyToId: n % 10 ? undefined : `m${n >> 1}`,
  }));
  await putRecords(page, 'Ada', { messages });
  await page.reload();
  await ready(page);
  await expect(row(page, `message ${count - 1}.`)).toBeInViewport();
}

test('a room becomes a page that runs nothing and shows everything', async ({ page }) => {
  await begin(page);
  await write(page, '<img src=x onerror="document.title = \'run\'"> & tea');
  await openDialog(page);
  expect(await findViolations(page)).toEqual([]);
  await expect(dialog(page)).toContainText('All messages in Tea');
  const [name, html] = await save(page);
  expect(name).toMatch(/^Tea \d{4}-\d\d-\d\d\.html$/);
  await expect(dialog(page).getByText(/^Exported 1 message, [\d.]+ kB\.$/)).toBeVisible();
  await expect(dialog(page).getByRole('group', { name: 'File type' })).toBeHidden();
  await expect(dialog(page).getByRole('button', { name: 'Close' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Room menu' })).toBeFocused();

  const other = await page.context().newPage();
  const told = [];
  other.on('console', (message) => told.push(message.text()));
  await other.setContent(html);
  await expect(other.getByRole('heading', { name: 'Tea', level: 1 })).toBeVisible();
  await expect(other.getByText('<img src=x onerror="document.title = \'run\'"> & tea')).toBeVisible();
  expect(await other.title()).toBe('Tea');
  expect(await other.locator('img').count()).toBe(0);
  const today = new Date().toLocaleDateString('en-US', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });
  await expect(other.getByRole('heading', { name: today })).toBeVisible();
  expect(await findViolations(other)).toEqual([]);
  expect(told).toEqual([]);
  await other.close();
});

test('what a search finds becomes a text', async ({ page }) => {
  await begin(page);
  await write(page, 'green tea');
  await write(page, 'coffee');
  await page.keyboard.press('Control+f');
  await page.getByRole('combobox', { name: 'Search messages' }).fill('tea');
  const search = page.getByRole('region', { name: 'Search messages' });
  await search.getByRole('button', { name: 'Export…' }).click();
  await expect(dialog(page)).toContainText('All results for “tea” in Tea');
  await dialog(page).getByRole('radio', { name: /Plain text/ }).check();
  const [name, text] = await save(page);
  expect(name).toMatch(/^Search results for tea \d{4}-\d\d-\d\d\.txt$/);
  expect(text).toMatch(/^Search results for tea\nExported from Roomkeep on .*\n\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Ada: green tea\n$/);
});

test('all of a long room is exported, unless one cancels it', async ({ page }) => {
  await begin(page);
  await fill(page, 5_000);
  await openDialog(page);
  const [, html] = await save(page);
  expect(html.match(/<article>/g)).toHaveLength(5_000);
  expect(html.match(/<blockquote/g)).toHaveLength(500);
  await page.keyboard.press('Escape');
  await openDialog(page);
  await dialog(page).getByRole('button', { name: 'Export', exact: true }).click();
  await dialog(page).getByRole('button', { name: 'Cancel export' }).click();
  await expect(dialog(page)).toContainText('Export canceled. No file was saved.');
});

test.describe('360 pixels wide', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('the dialog fits', async ({ page }) => {
    await begin(page);
    await openDialog(page);
    const { x, width } = await dialog(page).boundingBox();
    expect([x >= 0, x + width <= 360]).toEqual([true, true]);
    for (const button of await dialog(page).getByRole('button').all()) {
      const box = await button.boundingBox();
      expect(box.x + box.width).toBeLessThanOrEqual(360);
    }
    expect(await findViolations(page)).toEqual([]);
  });
});
