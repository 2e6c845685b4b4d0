// Exporting an account to one file, and restoring it.
import { gunzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures.mjs';
import { openApp } from './helpers.mjs';
import { createRoom, openAdvanced, openStorage, row, signUp, write } from './steps.mjs';

const PICTURE = {
  name: 'dot.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
};

test('everything is exported into one file, and restored from it', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'first');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await choosing).setFiles([PICTURE]);
  await write(page, 'look at this');
  await expect(row(page, 'look at this').getByRole('button', { name: 'Open picture dot.png' })).toBeVisible();

  let storage = await openStorage(page);
  const downloading = page.waitForEvent('download');
  await storage.getByRole('button', { name: 'Export everything…' }).click();
  const download = await downloading;
  await expect(storage.getByRole('region', { name: 'Backup', exact: true }).getByText(/^Exported 2 messages, 1 file, [\d.]+ (bytes|kB)\.$/)).toBeVisible();
  await expect(storage.getByRole('button', { name: 'Export everything…' })).toBeFocused();
  expect(download.suggestedFilename()).toMatch(/^Roomkeep Ada \d{4}-\d\d-\d\d\.jsonl\.gz$/);
  const file = await readFile(await download.path());
  const [head, ...lines] = gunzipSync(file).toString().trim().split('\n').map((line) => JSON.parse(line));
  expect(head).toMatchObject({ format: 'roomkeep', version: 1, account: 'Ada' });
  expect(lines.find((line) => line.type === 'data').data).toBe(PICTURE.buffer.toString('base64'));

  await storage.getByRole('button', { name: 'Delete everything in this account…' }).click();
  await storage.getByLabel('To confirm, type Ada').fill('Ada');
  await storage.getByRole('button', { name: 'Delete everything', exact: true }).click();
  await expect(page.getByText('No rooms yet')).toBeVisible();
  await page.getByRole('button', { name: 'Import an archive' }).click();
  const restore = page.getByRole('dialog', { name: /Import messages|File restored/ });
  await restore.getByLabel('Archive file').setInputFiles({ name: 'export.jsonl.gz', mimeType: 'application/gzip', buffer: file });
  await expect(restore.getByText('Restored 2 messages and 1 file.')).toBeVisible();
  await expect(page.getByRole('dialog', { name: 'File restored' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Tea/ }).click();
  await expect(row(page, 'first')).toBeVisible();
  const picture = row(page, 'look at this').getByRole('button', { name: 'Open picture dot.png' });
  await expect.poll(() => picture.locator('img').evaluate((img) => img.naturalWidth)).toBe(1);

  storage = await openStorage(page);
  await openAdvanced(storage);
  await storage.getByRole('button', { name: 'Check now' }).click();
  await expect(storage.getByText('No problems found.')).toBeVisible();
});
