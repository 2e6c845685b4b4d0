// Attachments: every way to send one, viewing, downloading, and storage.
import { readFile, writeFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { begin, composer, createRoom, openAccounts, openBehind, pending, pick, row, write } from './steps.mjs';

/** A picture of one colour. */
function png(width, height, [red, green, blue]) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([red, green, blue]))]);
  const lines = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)));
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', lines), chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc(bytes) {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

const RED = { name: 'red.png', mimeType: 'image/png', buffer: png(60, 40, [200, 30, 40]) };
const BLUE = { name: 'blue.png', mimeType: 'image/png', buffer: png(40, 60, [30, 60, 200]) };
const NOTES = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('bring tea\n') };

const send = (page) => page.getByRole('button', { name: 'Send', exact: true });
const lightbox = (page, name) => page.getByRole('dialog', { name });

/** Drags files over the conversation; drops them, or leaves again. */
async function drag(page, files, end = 'drop') {
  const transfer = await page.evaluateHandle((many) => {
    const made = new DataTransfer();
    for (const { name, mimeType, bytes } of many) made.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }));
    return made;
  }, files.map(({ name, mimeType, buffer }) => ({ name, mimeType, bytes: [...buffer] })));
  const target = page.getByRole('main');
  await target.dispatchEvent('dragenter', { dataTransfer: transfer });
  await target.dispatchEvent('dragover', { dataTransfer: transfer });
  await expect(page.getByText('Drop to attach')).toBeVisible();
  await target.dispatchEvent(end, { dataTransfer: transfer });
  await expect(page.getByText('Drop to attach')).toBeHidden();
}

/** The picture in a row, once it can be seen. */
async function seen(page, text, name) {
  const image = row(page, text).getByRole('button', { name: `Open picture ${name}` }).locator('img');
  await expect(image).toBeVisible();
  await expect.poll(() => image.evaluate((img) => img.naturalWidth)).toBeGreaterThan(0);
  return image;
}

async function download(page, button) {
  const starting = page.waitForEvent('download');
  await button.click();
  const got = await starting;
  return { name: got.suggestedFilename(), bytes: await readFile(await got.path()) };
}

/** What the database holds of attachments. */
async function stored(page) {
  const { attachments } = await readRecords(page, 'Ada', 'attachments');
  return attachments.map(({ filename, size, mime, bytes }) => ({ filename, size, mime, bytes }));
}

test('picked files: shown before they are sent, removed, sent, seen large, downloaded, there after reload', async ({ page }) => {
  await begin(page);
  await expect(send(page)).toBeDisabled();
  await pick(page, RED, BLUE, NOTES);
  await expect(pending(page)).toHaveCount(3);
  await expect(pending(page).nth(0).locator('img')).toBeVisible();
  await expect(pending(page).nth(2)).toContainText('notes.txt');
  await expect(pending(page).nth(2)).toContainText('10 bytes');
  await page.getByRole('button', { name: 'Remove blue.png' }).click();
  await expect(pending(page)).toHaveCount(2);
  await expect(composer(page)).toBeFocused();
  await pick(page, BLUE);
  await expect(send(page)).toBeEnabled();
  await composer(page).fill('three files');
  await composer(page).press('Enter');
  await expect(pending(page)).toHaveCount(0);
  await seen(page, 'three files', 'red.png');
  await seen(page, 'three files', 'blue.png');
  expect(await stored(page)).toEqual(expect.arrayContaining([RED, BLUE, NOTES].map(({ name, mimeType, buffer }) => (
    { filename: name, size: buffer.length, mime: mimeType, bytes: buffer.length }))));

  await page.reload();
  await ready(page);
  await seen(page, 'three files', 'red.png');
  await expect(row(page, 'three files')).toContainText('10 bytes · Text document');
  const open = row(page, 'three files').getByRole('button', { name: 'Open picture red.png' });
  await open.press('Enter');
  const large = lightbox(page, 'red.png');
  await expect(large.getByRole('img', { name: 'red.png' })).toBeVisible();
  await expect(large.getByRole('button', { name: 'Close' })).toBeFocused();
  expect(await download(page, large.getByRole('button', { name: 'Download' }))).toEqual({ name: 'red.png', bytes: RED.buffer });
  await page.keyboard.press('ArrowRight');
  await expect(lightbox(page, 'blue.png').getByRole('img', { name: 'blue.png' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await lightbox(page, 'blue.png').getByRole('button', { name: 'Previous picture' }).click();
  await expect(large).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(large).toBeHidden();
  await expect(open).toBeFocused();
  const file = row(page, 'three files').getByRole('button', { name: 'Download notes.txt' });
  expect(await download(page, file)).toEqual({ name: 'notes.txt', bytes: NOTES.buffer });
});

test('dropped and pasted files', async ({ page }) => {
  await begin(page);
  await drag(page, [RED], 'dragleave');
  await expect(pending(page)).toHaveCount(0);
  await drag(page, [RED, NOTES]);
  await expect(pending(page)).toHaveCount(2);
  const paste = (text) => composer(page).evaluate((field, [bytes, words]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], 'image.png', { type: 'image/png' }));
    if (words) data.setData('text/plain', words);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, [[...BLUE.buffer], text]);
  await paste('');
  await expect(pending(page)).toHaveCount(3);
  await expect(pending(page).nth(2)).toContainText('Pasted picture.png');
  // A picture of the text, beside the text.
  await paste('words');
  await expect(pending(page)).toHaveCount(3);
  await send(page).click();
  await expect(pending(page)).toHaveCount(0);
  await seen(page, 'notes.txt', 'red.png');
  await seen(page, 'notes.txt', 'Pasted picture.png');
  await expect(page.getByText('This message is empty.')).toBeHidden();
});

test('a pasted text that is too long for a message goes with it as a file', async ({ page }) => {
  await begin(page);
  const long = 'All work and no play. '.repeat(50_000);
  const paste = (text) => composer(page).evaluate((field, words) => {
    const data = new DataTransfer();
    data.setData('text/plain', words);
    return field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
  await composer(page).fill('read this');
  expect(await paste('a'.repeat(8_000)), 'what a message can hold is the browser\'s to paste').toBe(true);
  expect(await paste(long)).toBe(false);
  await expect(page.getByText('This text is too long for a message, so it was attached as “Pasted text.txt”.')).toBeVisible();
  await expect(pending(page)).toHaveText(/Pasted text\.txt/);
  await expect(composer(page)).toHaveValue('read this');
  await composer(page).press('Enter');
  const file = row(page, 'read this').getByRole('button', { name: 'Download Pasted text.txt' });
  expect((await download(page, file)).bytes.equals(Buffer.from(long))).toBe(true);
});

test('limits are told before anything is sent', async ({ page }) => {
  await begin(page);
  await page.evaluate(() => {
    const files = document.querySelector('#composer-files');
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(25_000_001)], 'film.mov', { type: 'video/quicktime' }));
    data.items.add(new File([], 'nothing.txt'));
    for (let n = 0; n < 12; n += 1) data.items.add(new File(['x'], `../../etc/${'a'.repeat(300)}${n}.txt`));
    files.files = data.files;
    files.dispatchEvent(new Event('change', { bubbles: true }));
  });
  const said = page.getByRole('alert').filter({ hasText: 'film.mov' });
  await expect(said).toContainText('“film.mov” is 25.1 MB. The limit is 25 MB per file.');
  await expect(said).toContainText('“nothing.txt” is empty, so it can\'t be sent.');
  await expect(said).toContainText('You can send up to 10 files with a message. 2 files were left out.');
  await expect(pending(page)).toHaveCount(10);
  await expect(pending(page).first()).not.toContainText('etc');
  await said.getByRole('button', { name: 'Dismiss' }).click();
  await expect(said).toBeHidden();
  await composer(page).fill('ten');
  await send(page).click();
  await expect(pending(page)).toHaveCount(0);
  const { name } = await download(page, row(page, 'ten').getByRole('button', { name: /^Download/ }).first());
  expect(name).toMatch(/^a+….txt$/);
  expect(name.length).toBeLessThanOrEqual(120);
});

test('a file that cannot be saved waits to be tried again, and is told', async ({ page, trouble }) => {
  await begin(page);
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    globalThis.mend = () => { IDBObjectStore.prototype.put = put; };
    IDBObjectStore.prototype.put = function full(value, ...rest) {
      if (this.name === globalThis.fullStore && value.filename !== 'notes.txt') {
        // Like one of the browser's own, it has a stack.
        throw Object.assign(new DOMException('full', 'QuotaExceededError'), { stack: 'at put' });
      }
      return put.call(this, value, ...rest);
    };
    globalThis.fullStore = 'attachments';
  });
  await pick(page, RED, NOTES);
  await composer(page).fill('half of it');
  await send(page).click();
  await expect(page.getByRole('alert').filter({ hasText: 'red.png' })).toContainText(
    'Couldn\'t save “red.png”. This browser\'s storage is full. The message was sent without it.');
  await expect(pending(page)).toHaveCount(1);
  await expect(pending(page)).toContainText('Not saved. Send again.');
  await expect(row(page, 'half of it').getByRole('button', { name: 'Download notes.txt' })).toBeVisible();

  // The message itself fails: all stays where it is.
  await page.evaluate(() => { globalThis.fullStore = 'messages'; });
  await pick(page, BLUE);
  await composer(page).fill('lost?');
  await send(page).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Couldn\'t send the message' })).toBeVisible();
  await expect(composer(page)).toHaveValue('lost?');
  await expect(pending(page)).toHaveCount(2);

  await page.evaluate(() => globalThis.mend());
  await send(page).click();
  await expect(pending(page)).toHaveCount(0);
  await seen(page, 'half of it', 'red.png');
  await seen(page, 'lost?', 'blue.png');
  await page.reload();
  await ready(page);
  await seen(page, 'half of it', 'red.png');
  await seen(page, 'lost?', 'blue.png');
  trouble.length = 0;
});

test('what could run is never shown, whatever it calls itself', async ({ page, trouble }) => {
  await begin(page);
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>globalThis.ran = 1</script></svg>');
  const html = Buffer.from('<script>globalThis.ran = 1</script>');
  await pick(
    page,
    { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: svg },
    { name: 'page.html', mimeType: 'text/html', buffer: html },
    { name: 'mask.png', mimeType: 'image/png', buffer: html },
    { name: '<img src=x onerror=alert(1)>.txt', mimeType: 'text/plain', buffer: html },
  );
  await expect(pending(page).filter({ hasText: 'drawing.svg' }).locator('img')).toBeHidden();
  await composer(page).fill('harmless');
  await send(page).click();
  const said = row(page, 'harmless');
  await expect(said.getByRole('button', { name: 'Download drawing.svg' })).toBeVisible();
  await expect(said.getByText('Can\'t be shown')).toBeVisible();
  await page.evaluate(() => {
    const { createObjectURL } = URL;
    globalThis.types = [];
    URL.createObjectURL = (blob) => { globalThis.types.push(blob.type); return createObjectURL(blob); };
  });
  for (const [name, bytes] of [['drawing.svg', svg], ['page.html', html]]) {
    expect(await download(page, said.getByRole('button', { name: `Download ${name}` }))).toEqual({ name, bytes });
  }
  expect(await download(page, said.getByRole('button', { name: /^Download <img/ }))).toMatchObject({ name: '_img src=x onerror=alert(1)_.txt' });
  expect(await page.evaluate(() => globalThis.types)).toEqual(Array(3).fill('application/octet-stream'));
  expect(await page.evaluate(() => globalThis.ran)).toBe(undefined);
  expect(await page.locator('object, embed, iframe').count()).toBe(0);
  trouble.length = 0;
});

test('another tab sees them come and go; a deleted message loses them', async ({ page }) => {
  await begin(page);
  const other = await openBehind(page);
  await write(page, 'before');
  await expect(row(other, 'before')).toBeVisible();
  await pick(page, RED);
  await composer(page).fill('look');
  await send(page).click();
  await seen(other, 'look', 'red.png');
  await other.bringToFront();
  await row(other, 'look').getByRole('button', { name: 'Open picture red.png' }).click();
  await page.bringToFront();
  await row(page, 'look').hover();
  await row(page, 'look').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete message?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(lightbox(other, 'red.png')).toBeHidden();
  await expect(row(other, 'Message deleted').getByRole('button', { name: /picture/ })).toHaveCount(0);
  expect(await stored(page)).toEqual([]);
});

test('pictures take no place anew, and their URLs are let go', async ({ page }) => {
  await page.addInitScript(() => {
    const { createObjectURL, revokeObjectURL } = URL;
    globalThis.urls = new Set();
    URL.createObjectURL = (blob) => { const url = createObjectURL(blob); globalThis.urls.add(url); return url; };
    URL.revokeObjectURL = (url) => { globalThis.urls.delete(url); revokeObjectURL(url); };
    globalThis.shift = 0;
    new PerformanceObserver((list) => { for (const { value } of list.getEntries()) globalThis.shift += value; })
      .observe({ type: 'layout-shift', buffered: true });
  });
  await begin(page);
  for (let n = 0; n < 4; n += 1) {
    await pick(page, RED, BLUE);
    await composer(page).fill(`pictures ${n}`);
    await send(page).click();
    await seen(page, `pictures ${n}`, 'blue.png');
  }
  await page.reload();
  await ready(page);
  await seen(page, 'pictures 3', 'red.png');
  await seen(page, 'pictures 3', 'blue.png');
  expect(await page.evaluate(() => globalThis.shift)).toBeLessThan(0.01);
  await pick(page, RED);
  await expect(pending(page)).toHaveCount(1);
  expect(await page.evaluate(() => globalThis.urls.size)).toBeGreaterThan(2);
  await createRoom(page, 'Cake');
  await expect(pending(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Tea' }).click();
  await expect(pending(page)).toHaveCount(1);
  await seen(page, 'pictures 3', 'red.png');
  const accounts = await openAccounts(page);
  await accounts.getByLabel('New account name').fill('Grace');
  await accounts.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('button', { name: 'Account: Grace' })).toBeVisible();
  await expect.poll(() => page.evaluate(() => globalThis.urls.size)).toBe(0);
  await expect(page.locator('img[src^="blob:"]')).toHaveCount(0);
});

test('the bytes outlive the browser', async ({ playwright, baseURL }, testInfo) => {
  const { executablePath, args } = testInfo.project.use.launchOptions;
  const open = async () => {
    const browser = await playwright.chromium.launchPersistentContext(testInfo.outputPath('profile'), { executablePath, args, baseURL });
    return [browser, browser.pages()[0]];
  };
  const big = Buffer.alloc(3_000_000, 'roomkeep');
  const [dot, path] = [testInfo.outputPath('red.png'), testInfo.outputPath('big.bin')];
  await writeFile(dot, RED.buffer);
  await writeFile(path, big);
  let [browser, page] = await open();
  await begin(page);
  await pick(page, dot, path);
  await composer(page).fill('kept');
  await send(page).click();
  await seen(page, 'kept', 'red.png');
  await expect(pending(page)).toHaveCount(0);
  await browser.close();
  [browser, page] = await open();
  await openApp(page);
  await seen(page, 'kept', 'red.png');
  const got = await download(page, row(page, 'kept').getByRole('button', { name: 'Download big.bin' }));
  expect(got.name).toBe('big.bin');
  expect(got.bytes.equals(big)).toBe(true);
  await browser.close();
});
