// Repeatedly opens a page that writes constantly, kills the browser, and reopens it with the same profile. Prints one line
// of JSON per visit: the data the page found, and the writes that had been acknowledged.
// Arguments: the page's URL, the number of kills, and the profile folder.
import { appendFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { launchOptions } from './browser.mjs';

const [url, times, folder] = process.argv.slice(2);

/** Opens the page; gives what it found, and what it acknowledges as time goes on. */
async function open() {
  const context = await chromium.launchPersistentContext(folder, launchOptions);
  const page = await context.newPage();
  // What is waited for would never come.
  page.on('crash', () => { throw new Error('the page has crashed by itself'); });
  const acknowledged = [];
  let waiting = () => {};
  const errors = [];
  const found = new Promise((resolve, reject) => {
    page.on('pageerror', reject);
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      // A traceback comes line by line.
      if (!errors.length) setTimeout(() => reject(new Error(errors.join('\n'))), 500);
      errors.push(message.text());
    });
    page.exposeFunction('tellHost', (line) => {
      const told = JSON.parse(line);
      if (told.found) resolve(told);
      else acknowledged.push(told.acknowledged);
      waiting();
    }).then(() => page.goto(url)).catch(reject);
  });
  const reach = (count) => new Promise((resolve) => {
    waiting = () => { if (acknowledged.length >= count) resolve(); };
    waiting();
  });
  return { context, found: await found, acknowledged, reach };
}

/** Ends every process of the browser at once, as a crash or a dead battery does. */
async function kill(context) {
  const devtools = await context.browser().newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const closed = new Promise((resolve) => { context.on('close', resolve); });
  const pids = processInfo.sort((one) => (one.type === 'browser' ? -1 : 1)).map(({ id }) => id);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // it went with the one before
    }
  }
  await closed;
}

/** Has the browser's log end in the midst of a record, where one kill in a hundred leaves it. */
async function cutLog() {
  const databases = path.join(folder, 'Default', 'IndexedDB');
  const [database] = (await readdir(databases)).filter((name) => name.endsWith('.leveldb'));
  const logs = (await readdir(path.join(databases, database))).filter((name) => name.endsWith('.log'));
  const log = path.join(databases, database, logs.sort().at(-1));
  // https://github.com/google/leveldb/blob/main/doc/log_format.md: a header is 7 bytes, and never at a block's very end.
  const left = 32768 - ((await stat(log)).size % 32768);
  const header = Buffer.from([1, 2, 3, 4, 200, 0, 1]); // a checksum; 200 bytes that never came; a whole record
  await appendFile(log, Buffer.concat([Buffer.alloc(left < header.length ? left : 0), header]));
}

let before = [];
for (let n = 0; n <= Number(times); n += 1) {
  const { context, found, acknowledged, reach } = await open();
  console.log(JSON.stringify({ ...found, acknowledged: before }));
  if (n === Number(times)) {
    await context.close();
  } else {
    await reach(1 + Math.floor(Math.random() * 30));
    await kill(context);
    await cutLog();
    before = before.concat(acknowledged);
  }
}
