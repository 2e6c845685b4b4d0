// Checking and repairing the storage.
import { putRecords, readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp } from './helpers.mjs';
import { createRoom, openAdvanced, openStorage, row, signUp, write } from './steps.mjs';

/** Puts records past the app, each made out of the first message. */
async function plant(page, ...changes) {
  const { messages: [message] } = await readRecords(page, 'Ada', 'messages');
  await putRecords(page, 'Ada', { messages: changes.map((change) => ({ ...message, ...change })) });
}

test('a check names what is amiss, and a repair mends what it can', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'one');
  const storage = await openStorage(page);
  await openAdvanced(storage);
  const check = storage.getByRole('button', { name: 'Check now' });
  await check.click();
  await expect(storage.getByText('No problems found.')).toBeVisible();
  await expect(check).toBeFocused();

  await plant(
    page,
    { id: 'broken', content: 42 },
    { id: 'dead', isDeleted: true, content: 'secret' },
    { id: 'named', content: 'two', reactions: [{ messageId: 'named', oderId: 'Ada', emoji: '🎉', timestamp: 5 }] },
  );
  await check.click();
  await expect(storage.getByText('3 problems found. 2 of them can be repaired. 1 record can\'t be read. It\'s listed below.')).toBeVisible();
  await expect(storage.getByRole('row', { name: 'Messages dead The message is deleted, but part of it is still stored.' })).toBeVisible();
  await expect(storage.getByRole('row', { name: 'Messages named The message and its reactions don\'t match.' })).toBeVisible();
  await expect(storage.getByRole('row', { name: 'Messages broken “content” should be text, but is a whole number.' })).toBeVisible();

  await storage.getByRole('button', { name: 'Repair…' }).click();
  await expect(storage.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(storage.getByRole('button', { name: 'Repair…' })).toBeFocused();
  await page.keyboard.press('Enter');
  await storage.getByRole('button', { name: 'Repair now' }).click();
  await expect(storage.getByText('2 problems repaired. 1 problem found. Nothing can be repaired')).toBeVisible();
  await expect(check).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(row(page, 'two').getByRole('button', { name: /^🎉 1 reaction/ })).toBeVisible();
});
