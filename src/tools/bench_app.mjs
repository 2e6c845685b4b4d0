// Imports an archive into the app as a person does, opens its largest room, pages back, and prints how long each takes and
// how long the page was ever busy. Arguments: the app's URL, and the archive (else one of 100,000 messages is made up).
import process from 'node:process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { launchOptions } from '../../playwright/browser.mjs';
import { openApp } from '../../playwright/helpers.mjs';
import { log, signUp } from '../../playwright/steps.mjs';

const MADE_UP = 100_000;
const PAGES_BACK = 20;

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

function largestRoom() {
  const bytes = fs.readFileSync(archive);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  const counts = new Map();
  for (const line of text.trim().split('\n')) {
    const { roomId } = JSON.parse(line);
    counts.set(roomId, (counts.get(roomId) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0];
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const tell = (what, text) => console.log(`${what.padEnd(52)} ${text}`);

const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
  ...launchOptions, viewport: { width: 1280, height: 800 },
});
try {
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' });
  });
  const longTasks = async () => {
    const tasks = await page.evaluate(() => globalThis.tasks.splice(0));
    return `${tasks.length} tasks over 50 ms, the longest ${Math.round(Math.max(0, ...tasks))} ms`;
  };
  await openApp(page, url);
  await signUp(page, 'Bench');
  await longTasks();

  const [room, messages] = largestRoom();
  await page.getByRole('button', { name: 'Import messages' }).first().click();
  const started = performance.now();
  await page.getByLabel('Archive of messages').setInputFiles(archive);
  await page.getByText(/^Imported [\d,]+ messages of/).waitFor({ timeout: 600_000 });
  tell('import', `${((performance.now() - started) / 1000).toFixed(1)} s; ${await longTasks()}`);
  await page.keyboard.press('Escape');

  // Measured in the page: from the click to the first frame with messages.
  const opened = await page.getByRole('button', { name: new RegExp(`^${room}`) }).evaluate((button) => new Promise((resolve) => {
    const start = performance.now();
    const look = () => {
      if (document.querySelectorAll('.message').length > 20) resolve(performance.now() - start);
      else requestAnimationFrame(look);
    };
    button.click();
    requestAnimationFrame(look);
  }));
  tell(`open a room of ${messages.toLocaleString('en')} messages`, `${Math.round(opened)} ms; ${await longTasks()}`);

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

  await page.reload();
  const ready = await page.waitForFunction(() => performance.getEntriesByName('roomkeep-ready')[0]?.startTime);
  tell('reload with all that kept, to ready', `${Math.round(await ready.jsonValue())} ms`);
} finally {
  await context.close();
  fs.rmSync(folder, { recursive: true, force: true });
}
