// Archives of other chat programs: the preview, the import, and undoing it.
import { fileURLToPath } from 'node:url';
import { findViolations } from './accessibility.mjs';
import { readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp } from './helpers.mjs';
import { row, signUp, startImport } from './steps.mjs';

const file = (name) => fileURLToPath(new URL(`../tests/data/archives/${name}`, import.meta.url));

/** A zip of one empty file, whose name leads out of it. */
function zipThatLeadsOut() {
  const name = Buffer.from('../_chat.txt');
  const entry = (magic, size) => {
    const head = Buffer.alloc(size);
    head.write(magic, 'latin1');
    return head;
  };
  const local = entry('PK\x03\x04', 30);
  local.writeUInt16LE(name.length, 26);
  const central = entry('PK\x01\x02', 46);
  central.writeUInt16LE(name.length, 28);
  const end = entry('PK\x05\x06', 22);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length, 16);
  return Buffer.concat([local, name, central, name, end]);
}

async function openImport(page) {
  await page.getByRole('button', { name: 'Import messages' }).click();
  return page.getByRole('dialog', { name: /import/i });
}

test('a chat of WhatsApp is looked at, imported as one\'s own, and undone', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  const dialog = await openImport(page);
  const chat = Buffer.from([
    '3/4/24, 9:05 AM - Messages are end-to-end encrypted.',
    '3/4/24, 9:06 AM - Ada: Hello from the top',
    '3/4/24, 9:07 AM - Bob: Hi there',
  ].join('\n'));
  await page.getByLabel('Archive file').setInputFiles({ name: 'WhatsApp Chat with Bob.txt', mimeType: 'text/plain', buffer: chat });
  await expect(dialog.getByText('Looks like WhatsApp')).toBeFocused();
  await expect(dialog).toContainText('1 notice, such as who joined');
  await expect(dialog.getByLabel('Which of these people are you?')).toHaveValue(/^whatsapp:/);
  await dialog.getByLabel('Time zone of the messages').selectOption('Pacific/Kiritimati');
  await expect(dialog).toContainText('March');
  await dialog.getByRole('radio', { name: 'April 3' }).check();
  await expect(dialog).toContainText('April');
  expect(await findViolations(page)).toEqual([]);
  await startImport(page);
  await expect(dialog).toContainText('Imported 2 messages from 2 people in 1 room. Not imported: 1 notice');
  const { messages } = await readRecords(page, 'Ada', 'messages');
  expect(messages.map(({ senderId, timestamp }) => [senderId === 'Ada', new Date(timestamp).toISOString()]).sort()).toEqual([
    [false, '2024-04-02T19:07:00.000Z'], [true, '2024-04-02T19:06:00.000Z'],
  ]);

  await dialog.getByRole('button', { name: 'Import another file' }).click();
  await dialog.getByRole('button', { name: 'Undo the import of WhatsApp Chat with Bob.txt…' }).click();
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expect(dialog).toContainText('This deletes what it added: 2 messages, along with reactions');
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Undo import', exact: true }).click();
  await expect(page.getByText('The import of “WhatsApp Chat with Bob.txt” was undone.')).toBeVisible();
  await expect(dialog.getByText('Your imports')).toBeHidden();
  expect(await readRecords(page, 'Ada', 'messages', 'rooms')).toEqual({ messages: [], rooms: [] });
});

test('chats of Telegram are imported together with what belongs to them', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openApp(page);
  await signUp(page, 'Ada');
  const dialog = await openImport(page);
  await page.getByLabel('Archive file').setInputFiles(file('telegram/account.json'));
  await expect(dialog.getByText('Looks like Telegram')).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await startImport(page);
  await expect(dialog).toContainText(/Imported \d+ messages/);
  const [, told] = (await dialog.innerText()).match(/Imported (\d+) messages/);
  expect((await readRecords(page, 'Ada', 'messages')).messages).toHaveLength(Number(told));
});

test('a file that is dropped on the dialog is read', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  const dialog = await openImport(page);
  const path = file('whatsapp/android-de.txt');
  const { x, y } = await dialog.getByRole('heading', { name: 'Import messages' }).boundingBox();
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await devtools.send('Input.dispatchDragEvent', { type, x: x + 5, y: y + 5, data });
  }
  await expect(dialog.getByText('Looks like WhatsApp')).toBeVisible();
});

test('a zip that leads out of itself is refused beside the field, and another file is taken', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  const dialog = await openImport(page);
  const field = page.getByLabel('Archive file');
  await field.setInputFiles({ name: 'chat.zip', mimeType: 'application/zip', buffer: zipThatLeadsOut() });
  await expect(dialog.getByRole('alert').first()).toContainText('The file contains a path that leads out of it: “../_chat.txt”. Nothing was imported.');
  await expect(field).toBeFocused();
  expect(await findViolations(page)).toEqual([]);
  expect((await readRecords(page, 'Ada', 'rooms')).rooms).toEqual([]);
  await field.setInputFiles(file('whatsapp/iphone-en.txt'));
  await startImport(page);
  await expect(dialog).toContainText(/Imported \d+ messages/);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: /iphone-en/ }).click();
  await expect(row(page, /./).first()).toBeVisible();
});
