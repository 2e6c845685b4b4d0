// The desktop app as people use it: page, bridge, main process and SQLite.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from './desktop.mjs';
import { ready } from './helpers.mjs';
import { composer, createRoom, log, openAccounts, row, signUp, write } from './steps.mjs';
import { HAND, startAgain } from './window.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Tells whether any of the folder's databases waits for what its journal holds. */
async function hasJournals(folder) {
  const files = await readdir(path.join(folder, 'accounts'), { recursive: true });
  return files.some((name) => name.endsWith('-wal'));
}

test('what is written is there after a restart, and the window where it was', async ({ start, folder }) => {
  let window = await start({ module: HAND });
  let { page } = window;
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'Earl Grey');
  await row(page, 'Earl Grey').hover();
  await row(page, 'Earl Grey').getByRole('button', { name: 'React with 🎉' }).click();
  const picture = path.join(root, 'docs', 'app-narrow.png');
  const text = path.join(root, 'LICENSE');
  await page.locator('input[type=file]:not([accept])').first().setInputFiles([picture, text]);
  await write(page, 'two files');
  await expect(row(page, 'two files').getByRole('img', { name: /app-narrow/ })).toBeVisible();
  await expect(row(page, 'two files').getByRole('button', { name: 'Download LICENSE' })).toBeVisible();
  await window.ask('size', 720, 600);
  await window.ask('choose', 'View', 'Zoom in');
  await window.ask('choose', 'File', 'Quit');
  expect(await window.ended).toBe(0);
  expect(await hasJournals(folder)).toBe(false);

  window = await start({ module: HAND });
  ({ page } = window);
  await expect(page.getByRole('heading', { name: 'Tea', level: 1 })).toBeVisible();
  await expect(row(page, 'Earl Grey').getByRole('button', { name: /^🎉 1 reaction/ })).toBeVisible();
  await expect(row(page, 'two files').getByRole('img', { name: /app-narrow/ })).toBeVisible();
  expect(await window.ask('size')).toEqual([720, 600]);
  expect(await page.evaluate(() => window.innerWidth)).toBe(Math.round(720 / 1.1));

  await row(page, 'two files').getByRole('button', { name: 'Download LICENSE' }).click();
  await expect.poll(() => window.ask('dialog')).toBe('Save file');
  const saved = path.join(folder, 'saved.txt');
  expect(await window.ask('save_as', saved)).toBe('LICENSE');
  await expect.poll(() => readFile(saved).catch(() => null)).toEqual(await readFile(text));

  await writeFile(path.join(folder, 'dropped.txt'), 'dropped on the window');
  await page.evaluate(() => { addEventListener('dragover', () => { window.isOver = true; }, { once: true }); });
  await window.ask('drag', path.join(folder, 'dropped.txt'), 500, 300);
  await page.waitForFunction(() => window.isOver);
  await window.ask('drop', 500, 300);
  await expect(page.getByText('dropped.txt')).toBeVisible();
});

test('windows follow each other, and a second start joins the first', async ({ start, folder }) => {
  const window = await start();
  const { page, context } = window;
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  const opened = context.waitForEvent('page');
  expect(await startAgain(folder, '--new-window')).toBe(0);
  const other = await opened;
  await ready(other);
  await write(other, 'from the other window');
  await expect(row(page, 'from the other window')).toBeVisible();
  await row(page, 'from the other window').hover();
  await row(page, 'from the other window').getByRole('button', { name: 'React with 👍' }).click();
  await expect(row(other, 'from the other window').getByRole('button', { name: /^👍 1 reaction/ })).toBeVisible();
  await createRoom(other, 'Cake');
  await expect(page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: 'Cake' })).toBeVisible();

  expect(await startAgain(folder)).toBe(0);
  expect(context.pages()).toHaveLength(2);

  let dialog = await openAccounts(page);
  await dialog.getByLabel('New account name').fill('Grace');
  await dialog.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('No rooms yet')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain('from the other window');
  await write(other, 'for Ada alone');
  dialog = await openAccounts(page);
  await dialog.getByRole('button', { name: 'Ada', exact: true }).click();
  await page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: 'Cake' }).click();
  await expect(log(page).getByText('for Ada alone')).toBeVisible();
  expect(await window.stop()).toBe(0);
});

test('what a closed window has sent is kept', async ({ start, folder }) => {
  let window = await start({ module: HAND });
  await signUp(window.page, 'Ada');
  await window.page.evaluate(async () => {
    const { result: account } = JSON.parse(await window.roomkeepDesktop.command('{"type":"open-account","payload":{"userId":"Ada"}}'));
    for (let n = 0; n < 300; n += 1) {
      const message = { id: `m${n}`, roomId: 'r', senderId: 'Ada', senderName: 'Ada', content: `${n}`, timestamp: n };
      window.roomkeepDesktop.command(JSON.stringify({ type: 'save-message', account, payload: { message } }));
    }
  });
  await window.ask('close_window');
  expect(await window.ended).toBe(0);
  expect(await hasJournals(folder)).toBe(false);

  window = await start({ early: true });
  const count = await window.page.evaluate(async () => {
    const { result: account } = JSON.parse(await window.roomkeepDesktop.command('{"type":"open-account","payload":{"userId":"Ada"}}'));
    return JSON.parse(await window.roomkeepDesktop.query(JSON.stringify({ type: 'count-messages', account, payload: { roomId: 'r' } }))).result;
  });
  expect(count).toBe(300);
});

test('what was typed last is there after a restart, however soon one quits', async ({ start }) => {
  let window = await start({ module: HAND });
  await signUp(window.page, 'Ada');
  await createRoom(window.page, 'Tea');
  await composer(window.page).pressSequentially('half a thought');
  await window.ask('choose', 'File', 'Quit');
  expect(await window.ended).toBe(0);

  window = await start();
  await expect(composer(window.page)).toHaveValue('half a thought');
});
