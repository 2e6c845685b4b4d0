// The chat, used as people use it, on real IndexedDB.
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp, ready, startApp } from './helpers.mjs';
import { composer, createRoom, editedMark, log, openAccounts, row, signUp, startImport, write } from './steps.mjs';

function archive(count, change = (line) => line) {
  const lines = Array.from({ length: count }, (_, n) => change({
    id: `m${n}`, roomId: `room-${n % 2}`, channelId: 'general', senderId: `s${n % 9}`, senderName: `Sender ${n % 9}`,
    content: `message ${n}`, timestamp: 1_100_000_000_000 + n * 60_000, replyToId: null,
  }, n));
  return lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
}

async function chooseArchive(page, content, name = 'archive.jsonl') {
  const dialog = page.getByRole('dialog', { name: /import/i });
  if (!await dialog.isVisible()) await page.getByRole('button', { name: 'Import messages' }).click();
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
  await page.getByLabel('Archive file').setInputFiles(file);
  return dialog;
}

async function importArchive(page, content, name) {
  const dialog = await chooseArchive(page, content, name);
  await startImport(page);
  return dialog;
}

/** What the database of the signed-in account holds: how many records in each store. */
async function countRecords(page, account) {
  const { messages, rooms, users } = await readRecords(page, account, 'messages', 'rooms', 'users');
  return { messages: messages.length, rooms: rooms.length, users: users.length };
}

test('a first visit: account, room, message, reaction, edit, deletion, reload', async ({ page }) => {
  await openApp(page);
  await expect(page.getByRole('heading', { name: 'Welcome to Roomkeep' })).toBeVisible();
  await signUp(page, 'Ada');
  await page.getByRole('button', { name: 'Create a room' }).click();
  await page.getByLabel('Room name').fill('Tea');
  await page.getByLabel('Room name').press('Enter');
  await expect(page.getByText('Send the first message.')).toBeVisible();
  await write(page, 'one');
  await write(page, 'two');
  await write(page, 'three');

  await row(page, 'one').hover();
  await row(page, 'one').getByRole('button', { name: 'React with 🎉' }).click();
  const chip = row(page, 'one').getByRole('button', { name: '🎉 1 reaction, including yours' });
  await expect(chip).toHaveAttribute('aria-pressed', 'true');

  await row(page, 'two').hover();
  await row(page, 'two').getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Edit message' }).fill('two and a half');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(editedMark(page, 'two and a half')).toBeVisible();

  await row(page, 'three').hover();
  await row(page, 'three').getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete message?' });
  await expect(dialog).toContainText('three');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(row(page, 'three')).toBeVisible();
  await row(page, 'three').hover();
  await row(page, 'three').getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(row(page, 'Message deleted')).toBeVisible();
  await expect(row(page, 'three')).toHaveCount(0);

  await page.reload();
  await ready(page);
  await expect(page.getByRole('heading', { name: 'Tea', level: 1 })).toBeVisible();
  await expect(editedMark(page, 'two and a half')).toBeVisible();
  await expect(row(page, 'Message deleted')).toBeVisible();
  await chip.click();
  await expect(chip).toHaveCount(0);
});

test('the keyboard alone does it', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await composer(page).focus();
  await page.keyboard.type('first');
  await page.keyboard.press('Enter');
  await page.keyboard.type('a line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('another');
  await page.keyboard.press('Enter');
  await expect(row(page, 'another')).toBeVisible();

  await page.keyboard.press('ArrowUp');
  const editor = page.getByRole('textbox', { name: 'Edit message' });
  await expect(editor).toHaveValue('a line\nanother');
  await page.keyboard.press('Escape');
  await expect(editor).toHaveCount(0);
  await expect(composer(page)).toBeFocused();
  await row(page, 'another').focus();
  await page.keyboard.press('ArrowUp');
  await expect(row(page, 'first')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(row(page, 'first').getByRole('button', { name: 'Ada' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(row(page, 'first').getByRole('button', { name: '👍 1 reaction, including yours' })).toBeVisible();
  await row(page, 'first').getByRole('button', { name: 'Delete' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Message deleted')).toBeFocused();
});

test('an unfinished word of an input method is not sent', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await composer(page).fill('にほん');
  await composer(page).evaluate((field) => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));
  });
  await composer(page).press('Enter');
  await expect(row(page, 'にほん')).toHaveCount(1);
});

test('a message shows in the other tab, and so do its changes', async ({ page, context }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  const other = await context.newPage();
  await openApp(other);
  await write(other, 'from the other tab');
  await expect(row(page, 'from the other tab')).toBeVisible();
  await page.bringToFront();
  await row(page, 'from the other tab').hover();
  await row(page, 'from the other tab').getByRole('button', { name: 'React with 👍' }).click();
  await expect(row(other, 'from the other tab').getByRole('button', { name: /^👍 1 reaction/ })).toBeVisible();
  await other.bringToFront();
  await createRoom(other, 'Cake');
  await expect(page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: 'Cake' })).toBeVisible();
});

test('nothing of one account is left in the next', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Secret room');
  await write(page, 'secret message');
  await composer(page).fill('secret draft');
  let dialog = await openAccounts(page);
  await dialog.getByLabel('New account name').fill('ada');
  await dialog.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('alert')).toContainText('There\'s already an account “Ada” on this device');
  await dialog.getByLabel('New account name').fill('Grace');
  await dialog.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('No rooms yet')).toBeVisible();
  const left = await page.evaluate(() => [
    document.documentElement.outerHTML, ...Array.from(document.querySelectorAll('input, textarea'), (field) => field.value),
  ].join());
  expect(left.toLowerCase()).not.toContain('secret');

  dialog = await openAccounts(page);
  await dialog.getByRole('button', { name: 'Ada', exact: true }).click();
  await expect(row(page, 'secret message')).toBeVisible();
  await page.getByRole('button', { name: 'Room menu' }).click();
  await expect(page.getByRole('menuitem', { name: 'Edit room…' })).toBeFocused();
  await page.keyboard.press('Escape');
  dialog = await openAccounts(page);
  await dialog.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
  await page.reload();
  await ready(page);
  await page.getByRole('button', { name: 'Grace', exact: true }).click();
  await expect(page.getByText('No rooms yet')).toBeVisible();
});

test('markup is text', async ({ page }) => {
  const markup = '<img src=x onerror="globalThis.ran = true"><b>"bold"</b>';
  await openApp(page);
  await signUp(page, markup);
  await createRoom(page, markup);
  await write(page, markup);
  await importArchive(page, archive(1, (line) => ({ ...line, roomId: '<s>room</s>', senderName: markup, content: markup })));
  await expect(page.getByText('Imported 1 message')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: '<s>room</s>' }).click();
  await expect(row(page, markup)).toContainText(markup);
  expect(await page.evaluate(() => globalThis.ran)).toBeUndefined();
});

test('input that cannot be kept is named, and stays to be mended', async ({ page }) => {
  await openApp(page);
  const alert = page.getByRole('alert');
  await page.getByLabel('Your name').fill('   ');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(alert).toContainText('Enter a name.');
  await page.getByLabel('Your name').fill('x'.repeat(100_000));
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(alert).toContainText('The name has 100,000 characters. The limit is 80.');
  await expect(alert.getByRole('listitem')).toHaveCount(1);
  await signUp(page, 'Ada');
  await expect(alert).toBeEmpty();
  await createRoom(page, 'Tea');
  await composer(page).fill('y'.repeat(8_001));
  await expect(page.getByText('1 character over the limit.')).toBeVisible();
  await composer(page).press('Enter');
  await expect(composer(page)).toHaveValue('y'.repeat(8_001));
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
});

test('where nothing can be kept, the page says so and works', async ({ page, trouble }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      // Like one of the browser's own, it has a stack.
      throw Object.assign(new DOMException('Denied', 'SecurityError'), { stack: 'at open' });
    };
  });
  await startApp(page);
  await expect(page.getByText('Nothing is saved in this browser')).toBeVisible();
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'for now');
  await expect(page.getByText('Nothing is saved in this browser')).toBeVisible();
  trouble.length = 0;
});

test('data of a newer version are left alone, and the page says what to do', async ({ page, trouble }) => {
  await page.goto('/static/icon.svg');
  const make = (version) => page.evaluate((number) => new Promise((resolve, reject) => {
    const request = indexedDB.open('roomkeep-anonymous', number);
    request.onsuccess = () => resolve(request.result.close());
    request.onerror = () => reject(request.error);
  }), version);
  await make(99);
  await startApp(page);
  await expect(page.getByRole('main').getByRole('alert')).toContainText('Your data was saved by a newer version of Roomkeep');
  await page.evaluate(() => new Promise((resolve) => {
    indexedDB.deleteDatabase('roomkeep-anonymous').onsuccess = resolve;
  }));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Welcome to Roomkeep' })).toBeVisible();
  trouble.length = 0;
});

test('a narrow window shows one pane at a time, and all of it', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'A room with a name that is far too long to fit');
  await write(page, 'word'.repeat(100));
  await expect(page.getByRole('navigation', { name: 'Rooms', exact: true })).toBeHidden();
  await row(page, 'word').click();
  await expect(row(page, 'word').getByRole('button', { name: 'More' })).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.getByRole('button', { name: 'Back to rooms' }).click();
  await expect(page.getByRole('navigation', { name: 'Rooms', exact: true })).toBeVisible();
  await expect(log(page)).toBeHidden();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});

test.describe('import', () => {
  test('brings in rooms, people and messages, and one pages through them', async ({ page }) => {
    await openApp(page);
    await signUp(page, 'Ada');
    const dialog = await importArchive(page, gzipSync(archive(1_090)), 'archive.jsonl.gz');
    await expect(dialog).toContainText('Imported 1,090 messages from 9 people in 2 rooms.');
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(await countRecords(page, 'Ada')).toEqual({ messages: 1_090, rooms: 2, users: 10 });

    await page.getByRole('button', { name: 'room-1' }).click();
    await expect(row(page, /message 1089\b/)).toBeInViewport();
    const rows = page.locator('#messages > li');
    const scroller = log(page);
    const firstId = () => rows.first().getAttribute('data-id');
    let steps = 0;
    for (; steps < 60 && await page.getByText('This is the beginning of').isHidden(); steps += 1) {
      const before = await firstId();
      // What is in sight when a page comes in stays where it is.
      const anchor = await rows.first().evaluate((item, list) => {
        list.scrollTop = 5;
        return { id: item.dataset.id, top: item.getBoundingClientRect().top };
      }, await scroller.elementHandle());
      await expect.poll(firstId).not.toBe(before);
      const top = await page.locator(`[data-id="${anchor.id}"]`).evaluate((item) => item.getBoundingClientRect().top);
      expect(Math.abs(top - anchor.top)).toBeLessThanOrEqual(40);
      expect(await rows.count()).toBeLessThanOrEqual(300);
    }
    expect(steps).toBe(20);
    await expect(row(page, /message 1\b/)).toBeVisible();
    const lastId = () => rows.last().getAttribute('data-id');
    const before = await lastId();
    await scroller.evaluate((list) => { list.scrollTop = list.scrollHeight; });
    await expect.poll(lastId).not.toBe(before);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await expect(row(page, /message 1089\b/)).toBeInViewport();
    await expect(page.getByRole('button', { name: 'Jump to latest' })).toBeHidden();
    await write(page, 'an answer');
  });

  test('importing again changes nothing', async ({ page }) => {
    await openApp(page);
    await signUp(page, 'Ada');
    for (const told of ['Imported 300 messages', '300 messages were already here.']) {
      const dialog = await importArchive(page, archive(300, (line) => ({ ...line, extra: told })));
      await expect(dialog).toContainText(told);
      await expect(dialog).toContainText('300 entries with fields that Roomkeep doesn\'t import');
      await dialog.getByRole('button', { name: 'Close' }).click();
    }
    expect(await countRecords(page, 'Ada')).toEqual({ messages: 300, rooms: 2, users: 10 });
  });

  const broken = {
    'an empty file': ['', 'The file is empty.'],
    'a picture': [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), 'This isn\'t a chat archive that can be imported.'],
    'a missing field': [archive(900, (line, n) => (n === 811 ? { ...line, roomId: undefined } : line)), 'Line 812: roomId is missing.'],
    'an empty id': [archive(9, (line, n) => (n === 8 ? { ...line, id: '' } : line)), 'Line 9: id isn\'t valid (it\'s empty).'],
    'a wrong type': [archive(9, (line, n) => (n === 8 ? { ...line, timestamp: 'now' } : line)), 'Line 9: timestamp isn\'t valid'],
    'an absurd size': [archive(9, (line, n) => (n === 8 ? { ...line, content: 'x'.repeat(70_000) } : line)), 'Line 9: content isn\'t valid (it\'s longer than 65,536 characters).'],
    'a line without end': [archive(9) + 'x'.repeat(2_000_000), 'Line 9 is longer than 1,024 kB.'],
    'lists in lists': [archive(9, (line, n) => (n === 8 ? { ...line, content: [] } : line)).replace('[]', '['.repeat(200_000) + ']'.repeat(200_000)), 'Line 9 is nested too deeply.'],
    'a list': [`[${archive(3).replaceAll('\n', ',')}]`, 'This isn\'t a chat archive that can be imported.'],
    'a cut off file': [gzipSync(archive(2_000)).subarray(0, 9_000), '“archive.jsonl” is damaged and can\'t be unpacked.'],
    'a damaged file': [Buffer.concat([gzipSync(archive(20)).subarray(0, 60), Buffer.alloc(500, 0xee)]), '“archive.jsonl” is damaged and can\'t be unpacked.'],
    'a file that unpacks to gigabytes': [gzipSync(Buffer.alloc(60_000_000, 10)), 'This isn\'t a chat archive that can be imported.'],
  };
  test('a broken file is named, and nothing of it is written', async ({ page }) => {
    await openApp(page);
    await signUp(page, 'Ada');
    for (const [name, [content, said]] of Object.entries(broken)) {
      await test.step(name, async () => {
        const dialog = await chooseArchive(page, content);
        await expect(dialog).toContainText(said);
        await expect(dialog).toContainText('Nothing was imported.');
        await expect(page.getByLabel('Archive file')).toBeFocused();
      });
    }
    expect(await countRecords(page, 'Ada')).toEqual({ messages: 0, rooms: 0, users: 1 });
  });

  test('takes a file that is dropped on its field', async ({ page }, testInfo) => {
    await openApp(page);
    await signUp(page, 'Ada');
    await page.getByRole('button', { name: 'Import messages' }).click();
    const file = testInfo.outputPath('archive.jsonl');
    await writeFile(file, archive(4));
    const { x, y, height } = await page.getByLabel('Archive file').boundingBox();
    const devtools = await page.context().newCDPSession(page);
    const data = { items: [], files: [file], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
      await devtools.send('Input.dispatchDragEvent', { type, x: x + 20, y: y + height / 2, data });
    }
    await startImport(page);
    await expect(page.getByRole('dialog', { name: /import/i })).toContainText('Imported 4 messages');
  });

  /** Picks an archive from the disk, one that takes a while; bytes that are sent to the page would take as long again. */
  async function chooseLongArchive(page, testInfo) {
    const path = testInfo.outputPath('archive.jsonl');
    await writeFile(path, archive(40_000));
    await page.getByRole('button', { name: 'Import messages' }).click();
    await page.getByLabel('Archive file').setInputFiles(path);
    await startImport(page);
    const dialog = page.getByRole('dialog', { name: /import/i });
    await expect(dialog).toContainText(/Imported [\d,]+ of 40,000 messages/);
    return dialog;
  }

  test('can be stopped, and says how much stays', async ({ page }, testInfo) => {
    await openApp(page);
    await signUp(page, 'Ada');
    const dialog = await chooseLongArchive(page, testInfo);
    await dialog.getByRole('button', { name: 'Cancel import' }).click();
    await expect(dialog).toContainText(/Import canceled\. [\d,]+ of 40,000 messages were imported\./);
    const said = (await dialog.innerText()).match(/canceled\. ([\d,]+)/)[1].replaceAll(',', '');
    expect((await countRecords(page, 'Ada')).messages).toBe(Number(said));
  });

  test('leaves the page free to be used, and ends with the account', async ({ page }, testInfo) => {
    await openApp(page);
    await signUp(page, 'Ada');
    const dialog = await chooseLongArchive(page, testInfo);
    await dialog.getByRole('button', { name: 'Keep chatting' }).click();
    await expect(page.getByRole('button', { name: /^Importing… \d+%/ })).toBeVisible();
    await createRoom(page, 'Tea');
    await write(page, 'while it imports');

    const accounts = await openAccounts(page);
    await accounts.getByLabel('New account name').fill('Grace');
    await accounts.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByText('No rooms yet')).toBeVisible();
    await expect(page.getByRole('button', { name: /^Importing/ })).toBeHidden();
    const { messages } = await countRecords(page, 'Ada');
    expect(messages).toBeLessThan(40_000);
    expect(await countRecords(page, 'Grace')).toEqual({ messages: 0, rooms: 0, users: 1 });
  });
});
