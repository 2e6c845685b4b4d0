// The space that files take, and deleting the oldest on request.
import { readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { ready, startApp } from './helpers.mjs';
import { createRoom, openStorage, pick, row, signUp, write } from './steps.mjs';

test('the oldest files are removed when asked, and their messages stay', async ({ page }) => {
  await page.addInitScript(() => {
    StorageManager.prototype.estimate = async () => ({ usage: 83, quota: 100 });
  });
  await startApp(page);
  await expect(page.getByText('83% of the space for Roomkeep is used.')).toBeVisible();
  await expect(page.getByText('To free up space, remove old files in Storage.')).toBeVisible();
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  for (const [name, size] of [['old.txt', 4_000], ['new.txt', 6_000]]) {
    await pick(page, { name, mimeType: 'text/plain', buffer: Buffer.alloc(size, 'x') });
    await write(page, `with ${name}`);
    // A file is as old as its bytes, which may be saved after the message shows.
    await expect.poll(async () => {
      const { attachments } = await readRecords(page, 'Ada', 'attachments');
      return attachments.filter(({ messageId }) => !messageId.startsWith('draft:')).map(({ filename }) => filename);
    }).toContain(name);
  }
  const files = (await openStorage(page)).getByRole('region', { name: 'Clean up files' });
  await expect(files.getByText('2 files, 10 kB')).toBeVisible();
  await files.getByRole('button', { name: 'Remove…' }).click();
  await expect(files.getByText('Remove the oldest files (1 file, 4 kB)?')).toBeVisible();
  await expect(files.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(files.getByRole('button', { name: 'Remove…' })).toBeFocused();
  await expect(files.getByText('2 files, 10 kB')).toBeVisible();
  await page.keyboard.press('Enter');
  await files.getByRole('button', { name: 'Remove files' }).click();
  await expect(files.getByText('1 file, 6 kB')).toBeVisible();
  await expect(files.getByRole('button', { name: 'Remove…' })).toBeFocused();

  await page.keyboard.press('Escape');
  await page.reload();
  await ready(page);
  await row(page, 'with old.txt').getByRole('button', { name: 'Download old.txt' }).click();
  await expect(page.getByText('“old.txt” isn\'t on this device.')).toBeVisible();
  const downloading = page.waitForEvent('download');
  await row(page, 'with new.txt').getByRole('button', { name: 'Download new.txt' }).click();
  await downloading;
});
