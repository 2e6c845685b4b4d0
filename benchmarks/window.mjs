// Measures the same page in the desktop's window and in Chromium, and prints a table. Arguments: the page's URL in Chromium,
// the folder of the site with the page in it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { launchOptions } from '../playwright/browser.mjs';
import { Window } from '../playwright/window.mjs';

const [url, site] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roomkeep-bench-'));

/** Opens the page that measures; gives the median ms by what was measured. */
async function measure(page, address) {
  const medians = new Map();
  const ended = new Promise((resolve, reject) => {
    page.on('console', (message) => {
      if (message.type() === 'error') reject(new Error(message.text()));
      else if (message.text() === 'done') resolve();
      else if (message.text().startsWith('["')) medians.set(...JSON.parse(message.text()));
    });
  });
  await page.goto(address);
  await ended;
  return medians;
}

const inWords = (ms) => (ms === undefined ? '' : ms.toFixed(ms < 1000 ? 2 : 0)).padStart(12);

try {
  const window = await Window.start(path.join(folder, 'data'), { args: ['--site', site], early: true });
  const ours = await measure(window.page, 'app://roomkeep/bench/index.html');
  await window.stop();
  const browser = await chromium.launchPersistentContext(path.join(folder, 'profile'), launchOptions);
  const theirs = await measure(await browser.newPage(), url);
  await browser.close();
  const width = Math.max(...[...ours.keys()].map(({ length }) => length)) + 2;
  console.log(`${'ms, median'.padEnd(width)}${'window'.padStart(12)}${'its bridge'.padStart(12)}${'Chromium'.padStart(12)}`);
  for (const [what, ms] of ours) {
    if (!what.startsWith('bridge: ')) {
      console.log(what.padEnd(width) + inWords(ms) + inWords(ours.get(`bridge: ${what}`)) + inWords(theirs.get(what)));
    }
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
