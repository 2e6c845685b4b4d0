// Imports an archive into the app as a person does, opens its largest room, pages back, scrolls, goes to dates, writes, switches rooms, checks
// the storage, exports a room and everything, and restores; prints how long each takes and how long the page was ever busy. Arguments: the app's URL, or `window` for the desktop's window, and
// the archive (else one of 100,000 messages is made up).
import process from 'node:process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { launchOptions } from '../playwright/browser.mjs';
import { ready as started } from '../playwright/helpers.mjs';
import { composer, log, openAdvanced, openStorage, row, signUp } from '../playwright/steps.mjs';
import { Window } from '../playwright/window.mjs';

const MADE_UP = 100_000;
const PAGES_BACK = 20;
const ROUNDS = 4;
const WHEEL_TURNS = 60;
const TEXT = 'What one writes while the archive lies below, one key after the other. ';

const [url, given] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roomkeep-bench-'));
const archive = given ?? makeUp();

function makeUp() {
  const lines = Array.from({ length: MADE_UP }, (_, n) => JSON.stringify({
    id: `m${n}`, roomId: `room ${n % 3 ? n % 5 : 0}`, channelId: 'general', senderId: `s${n % 2000}`, senderName: `Sender ${n % 2000}`,
    content: `message ${n} `.repeat(1 + (n % 9)), timestamp: 1_100_000_000_000 + n * 1000, replyToId: null,
  }));
  const file = path.join(folder, 'made-up.jsonl.gz');
  fs.writeFileSync(file, gzipSync(lines.join('\n')));
  return file;
}

function roomsBySize() {
  const bytes = fs.readFileSync(archive);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  const counts = new Map();
  for (const line of text.trim().split('\n')) {
    const { roomId } = JSON.parse(line);
    counts.set(roomId, (counts.get(roomId) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Opens a room; gives the ms from the click to the first frame with its messages, as the page measures them. */
function open(page, name) {
  return page.getByRole('button', { name: new RegExp(`^${name}\\b`) }).first().evaluate((button, title) => new Promise((resolve) => {
    const start = performance.now();
    const last = () => [...document.querySelectorAll('.message')].at(-1)?.textContent;
    const before = last();
    const look = () => {
      const isThere = document.querySelector('#room-name').textContent === title;
      if (isThere && last() !== undefined && last() !== before) resolve(performance.now() - start);
      else requestAnimationFrame(look);
    };
    button.click();
    requestAnimationFrame(look);
  }), name);
}

/** Goes to the first or the latest message of the open room; gives the ms from the click to the first frame with it. */
async function jump(page, choice) {
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Go to date…' }).click();
  return page.getByRole('button', { name: choice }).evaluate((button) => new Promise((resolve) => {
    const start = performance.now();
    const before = document.querySelector('.row[data-lit]')?.dataset.id;
    const look = () => {
      const lit = document.querySelector('.row[data-lit]');
      if (lit && lit.dataset.id !== before) resolve(performance.now() - start);
      else requestAnimationFrame(look);
    };
    button.click();
    requestAnimationFrame(look);
  }));
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const since = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
const tell = (what, text) => console.log(`${what.padEnd(52)} ${text}`);

/** Opens an empty page of a browser, or of the desktop's window; gives it, and what ends it. */
async function begin() {
  if (url === 'window') {
    const window = await Window.start(path.join(folder, 'data'), { early: true });
    return [window.page, () => window.stop()];
  }
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    ...launchOptions, viewport: { width: 1280, height: 800 },
  });
  return [await context.newPage(), () => context.close()];
}

const [page, end] = await begin();
try {
  await page.addInitScript(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' });
  });
  const longTasks = async () => {
    const tasks = await page.evaluate(() => globalThis.tasks.splice(0));
    return `${tasks.length} tasks over 50 ms, the longest ${Math.round(Math.max(0, ...tasks))} ms`;
  };
  await page.goto(url === 'window' ? 'app://roomkeep/' : url);
  await started(page);
  await signUp(page, 'Bench');
  await longTasks();

  const sizes = roomsBySize();
  const rooms = sizes.map(([name]) => name);
  const [room, messages] = sizes[0];
  await page.getByRole('button', { name: 'Import messages' }).first().click();
  const importing = performance.now();
  await page.getByLabel('Archive file').setInputFiles(archive);
  // A person would look at the preview; here its button is pressed as soon as it is there.
  await page.getByRole('dialog').getByRole('button', { name: /^Import [\d,]+ messages?$/ }).click({ timeout: 600_000 });
  // Into the window, the script hands the file over as text, which the page decodes: that is not the app's work.
  if (url === 'window') await longTasks();
  await page.getByText(/^Imported [\d,]+ messages from/).waitFor({ timeout: 600_000 });
  tell('import', `${since(importing)}; ${await longTasks()}`);
  await page.keyboard.press('Escape');

  tell(`open a room of ${messages.toLocaleString('en')} messages`, `${Math.round(await open(page, room))} ms; ${await longTasks()}`);

  const times = [];
  for (let n = 0; n < PAGES_BACK; n += 1) {
    times.push(await log(page).evaluate((scroller) => new Promise((resolve) => {
      const first = scroller.querySelector('.message')?.textContent;
      const start = performance.now();
      const look = () => {
        if (scroller.querySelector('.message')?.textContent !== first) resolve(performance.now() - start);
        else requestAnimationFrame(look);
      };
      scroller.scrollTop = 0;
      requestAnimationFrame(look);
    })));
  }
  tell(`page back ${PAGES_BACK} times`, `median ${Math.round(median(times))} ms, the longest ${Math.round(Math.max(...times))} ms; ${await longTasks()}`);

  await page.getByRole('button', { name: 'Jump to latest' }).click();
  const box = await log(page).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await longTasks();
  for (let n = 0; n < WHEEL_TURNS; n += 1) {
    await page.mouse.wheel(0, -400);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  tell(`scroll back by ${WHEEL_TURNS} turns of the wheel`, await longTasks());

  const jumps = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    for (const choice of ['First message', 'Latest message']) jumps.push(await jump(page, choice));
  }
  tell(`go to a date ${jumps.length} times`, `median ${Math.round(median(jumps))} ms, the longest ${Math.round(Math.max(...jumps))} ms; ${await longTasks()}`);

  for (let n = 0; n < ROUNDS; n += 1) await composer(page).pressSequentially(TEXT);
  tell(`type ${ROUNDS * TEXT.length} characters`, await longTasks());
  await composer(page).press('Enter');
  await row(page, TEXT.trim()).waitFor();
  tell('send that', await longTasks());

  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Export messages…' }).click();
  await longTasks();
  const writing = performance.now();
  const saving = page.waitForEvent('download', { timeout: 600_000 });
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  await saving;
  tell('export the room as a web page', `${since(writing)}; ${await longTasks()}`);
  await page.keyboard.press('Escape');

  const switches = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    for (const name of [...rooms.slice(1), room]) switches.push(await open(page, name));
  }
  tell(`switch rooms ${switches.length} times`, `median ${Math.round(median(switches))} ms, the longest ${Math.round(Math.max(...switches))} ms; ${await longTasks()}`);

  await page.getByRole('button', { name: 'People', exact: true }).click();
  await page.getByRole('region', { name: /^People/ }).getByRole('listitem').first().waitFor();
  tell('show the people of the room', await longTasks());
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').pressSequentially(room.slice(0, 6));
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Escape');
  tell('look for a room by keyboard', await longTasks());

  await page.reload();
  const ready = await page.waitForFunction(() => performance.getEntriesByName('roomkeep-ready')[0]?.startTime);
  tell('reload with all that kept, to ready', `${Math.round(await ready.jsonValue())} ms`);

  const storage = await openStorage(page);
  await openAdvanced(storage);
  await longTasks();
  const checking = performance.now();
  await storage.getByRole('button', { name: 'Check now' }).click();
  await storage.getByText(/^No problems found/).waitFor({ timeout: 600_000 });
  tell('check the storage', `${since(checking)}; ${await longTasks()}`);
  const exporting = performance.now();
  const downloading = page.waitForEvent('download', { timeout: 600_000 });
  await storage.getByRole('button', { name: 'Export everything…' }).click();
  const exported = path.join(folder, 'export.jsonl.gz');
  await (await downloading).saveAs(exported);
  tell('export everything', `${since(exporting)}; ${await longTasks()}`);
  await storage.getByRole('button', { name: 'Delete everything in this account…' }).click();
  await storage.getByLabel('To confirm, type Bench').fill('Bench');
  await storage.getByRole('button', { name: 'Delete everything', exact: true }).click();
  await page.getByText('No rooms yet').waitFor({ timeout: 600_000 });
  tell('delete everything', await longTasks());
  for (const [what, done] of [['restore it', /^Restored/], ['restore it once more', /already here/]]) {
    await page.getByRole('button', { name: 'Import messages' }).first().click();
    const again = page.getByRole('button', { name: 'Import another file' });
    if (await again.isVisible()) await again.click();
    const restoring = performance.now();
    await page.getByLabel('Archive file').setInputFiles(exported);
    await page.getByRole('dialog').getByText(done).waitFor({ timeout: 600_000 });
    tell(what, `${since(restoring)}; ${await longTasks()}`);
    await page.keyboard.press('Escape');
  }
} finally {
  await end();
  fs.rmSync(folder, { recursive: true, force: true });
}
