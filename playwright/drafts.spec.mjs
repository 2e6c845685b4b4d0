// Drafts: typed text and picked files survive channel switches, reloads and storage failures.
import { readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { ready } from './helpers.mjs';
import { begin, composer, createRoom, openAccounts, pending, pick, row, write } from './steps.mjs';

const RED = {
  name: 'red.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64'),
};
const NOTES = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('bring tea\n') };

const alert = (page) => page.getByRole('alert');
const editor = (page) => page.getByRole('textbox', { name: 'Edit message' });
const room = (page, name) => page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: new RegExp(`^${name} `) });

/** What two stores of the account hold, as text. */
const kept = async (page) => JSON.stringify(await readRecords(page, 'Ada', 'meta', 'attachments'));

test('what was typed last is there after a reload, however soon that comes', async ({ page }) => {
  await begin(page);
  for (const text of ['half a thought', 'another one']) {
    await composer(page).fill('');
    await expect.poll(() => kept(page), 'all else is written').not.toContain('thought');
    await composer(page).pressSequentially(text);
    await page.reload();
    await ready(page);
    await expect(composer(page)).toHaveValue(text);
  }
});

test('an answer, a change and files that were begun are there in other channels and after a reload', async ({ page }) => {
  test.slow();
  await begin(page);
  await write(page, 'original');
  await row(page, 'original').focus();
  await page.keyboard.press('e');
  await editor(page).fill('half a change');
  await row(page, 'original').hover();
  await composer(page).fill('half an answer');
  await write(page, 'question');
  await row(page, 'question').focus();
  await page.keyboard.press('r');
  await composer(page).fill('half an answer');
  await pick(page, RED, NOTES);
  await expect(pending(page)).toHaveCount(2);
  for (const text of ['half a change', 'half an answer', 'replyToId', 'red.png', 'notes.txt']) {
    await expect.poll(() => kept(page)).toContain(text);
  }
  for (const away of ['another room', 'a reload']) {
    await test.step(away, async () => {
      if (away === 'a reload') {
        await page.reload();
        await ready(page);
      } else {
        await createRoom(page, 'Cake');
        await expect(editor(page)).toHaveCount(0);
        await expect(pending(page)).toHaveCount(0);
        await expect(composer(page)).toHaveValue('');
        await room(page, 'Tea').click();
      }
      await expect(editor(page)).toHaveValue('half a change');
      await expect(composer(page)).toHaveValue('half an answer');
      await expect(page.getByText('Replying to Ada question')).toBeVisible();
      await expect(pending(page)).toHaveCount(2);
      await expect(pending(page).filter({ hasText: 'red.png' }).locator('img')).toBeVisible();
    });
  }
  await page.getByRole('button', { name: 'Remove notes.txt' }).click();
  await composer(page).press('Enter');
  const answer = row(page, 'half an answer');
  await expect(answer.getByRole('button', { name: 'In reply to Ada question' })).toBeVisible();
  await expect(answer.getByRole('button', { name: 'Open picture red.png' }).locator('img')).toBeVisible();
  await editor(page).press('Enter');
  await expect(row(page, 'half a change')).toBeVisible();
  for (const text of ['draft:', 'half a', 'draftFiles', 'notes.txt']) {
    await expect.poll(() => kept(page)).not.toContain(text);
  }
});

test('where the storage is full or lost, one is told so each time, and keeps what one typed', async ({ page, context, baseURL, trouble }) => {
  test.slow();
  await begin(page);
  await write(page, 'original');
  const session = await context.newCDPSession(page);
  const limit = (quotaSize) => session.send('Storage.overrideQuotaForOrigin', { origin: new URL(baseURL).origin, quotaSize });
  await limit(1);
  const full = 'This browser\'s storage is full.';
  // For half a minute the browser trusts what it knew of the space.
  await expect(async () => {
    await composer(page).fill('is it full?');
    await composer(page).press('Enter');
    await expect(alert(page)).toContainText(full, { timeout: 1_000 });
  }).toPass();

  await row(page, 'original').focus();
  await page.keyboard.press('r');
  await composer(page).fill('precious');
  await composer(page).press('Enter');
  await expect(alert(page)).toContainText(`Couldn't send the message. ${full}`);
  await expect(page.getByText('Replying to Ada original')).toBeVisible();
  await expect(alert(page)).toContainText('Free up space');
  await expect(composer(page)).toHaveValue('precious');
  await expect(composer(page)).toBeFocused();

  await row(page, 'original').focus();
  await page.keyboard.press('e');
  await editor(page).fill('changed');
  await editor(page).press('Enter');
  await expect(alert(page)).toContainText(`Couldn't save your edit. ${full}`);
  await expect(editor(page)).toHaveValue('changed');

  await pick(page, NOTES);
  await expect(alert(page)).toContainText(`Couldn't save “notes.txt” for later. ${full}`);
  await expect(pending(page)).toContainText('Gone if you reload');

  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Room name').fill('Cake');
  await page.getByRole('button', { name: 'Create room' }).click();
  await expect(alert(page).filter({ hasText: 'Couldn\'t create the room' })).toContainText(full);
  await expect(page.getByLabel('Room name')).toHaveValue('Cake');
  await page.keyboard.press('Escape');

  const accounts = await openAccounts(page);
  await accounts.getByRole('button', { name: 'Edit profile' }).click();
  const profile = page.getByRole('dialog', { name: 'Edit profile' });
  await profile.getByRole('textbox', { name: 'About you' }).fill('Countess');
  await profile.getByRole('button', { name: 'Save' }).click();
  await expect(alert(page).filter({ hasText: 'Couldn\'t save your profile' })).toContainText(full);
  await expect(profile.getByRole('textbox', { name: 'About you' })).toHaveValue('Countess');
  await page.keyboard.press('Escape');

  await limit(undefined);
  await editor(page).press('Enter');
  await expect(row(page, 'changed')).toBeVisible();
  await composer(page).press('Enter');
  await expect(row(page, 'precious').getByRole('button', { name: 'Download notes.txt' })).toBeVisible();
  await expect(row(page, 'precious').getByRole('button', { name: 'In reply to Ada changed' })).toBeVisible();
  await expect(pending(page)).toHaveCount(0);
  await expect(alert(page)).not.toContainText('Couldn\'t send');

  await page.evaluate(() => {
    const { transaction } = IDBDatabase.prototype;
    globalThis.mend = () => { IDBDatabase.prototype.transaction = transaction; };
    IDBDatabase.prototype.transaction = function lost(stores, mode, ...options) {
      if (mode !== 'readwrite') return transaction.call(this, stores, mode, ...options);
      throw Object.assign(new DOMException('The database connection is closing.', 'InvalidStateError'), { stack: 'at transaction' });
    };
  });
  await composer(page).fill('as precious');
  await composer(page).press('Enter');
  await expect(alert(page)).toContainText('Couldn\'t send the message. The browser closed its storage. Try again.');
  await expect(composer(page)).toHaveValue('as precious');
  await page.evaluate(() => globalThis.mend());
  await composer(page).press('Enter');
  await expect(row(page, 'as precious')).toBeVisible();
  trouble.length = 0;
});
