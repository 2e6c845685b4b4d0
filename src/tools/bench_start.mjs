// Measures from navigation to a performance mark, in turns, in one browser with a warm disk cache.
// Arguments: the URL of Roomkeep's page, and of the stock page to compare with.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';

const WARM_UPS = 3;
const ROUNDS = 10;

const [ours, stock] = process.argv.slice(2);
const pages = [
  { name: 'Roomkeep, to the app being ready', url: ours, mark: 'roomkeep-ready', times: [] },
  { name: 'Stock PyScript, to the first line of Python', url: stock, mark: 'first-line', times: [] },
];

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

async function measure(context, { url, mark }) {
  const page = await context.newPage();
  await page.goto(url);
  const time = await page.waitForFunction((name) => performance.getEntriesByName(name)[0]?.startTime, mark);
  const milliseconds = await time.jsonValue();
  await page.close();
  return milliseconds;
}

// A profile on disk: the cache of a private window is too small for the files, and keeps no compiled code.
const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'roomkeep-bench-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.ROOMKEEP_CHROMIUM,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  for (let round = -WARM_UPS; round < ROUNDS; round += 1) {
    for (const page of pages) {
      const time = await measure(context, page);
      if (round >= 0) page.times.push(time);
    }
  }
} finally {
  await context.close();
  fs.rmSync(profile, { recursive: true, force: true });
}

console.log(`Chromium, warm, ${ROUNDS} rounds in turns; from navigation, in ms:`);
for (const { name, times } of pages) {
  const [least, most] = [Math.min(...times), Math.max(...times)].map(Math.round);
  console.log(`  ${name}: median ${Math.round(median(times))} (${least} to ${most})`);
}
const [ourMedian, stockMedian] = pages.map(({ times }) => median(times));
console.log(`Roomkeep takes ${(ourMedian / stockMedian).toFixed(2)} of the time of the stock page.`);
