// Measures from navigation to a performance mark, in turns, each profile on disk: the cache of a private window is too small
// for the files, and keeps no compiled code. Arguments: the URL of the stock page to compare with; then, twice, the URL of
// Roomkeep's page and the id of the process that serves it. One is made to hang now and then; the other is ended.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';

const WARM_UPS = 3;
const ROUNDS = 10;
const COLD_ROUNDS = 5;
/** 10 Mbit/s and 40 ms. */
const NETWORK = { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 1_250_000 };

const [stock, ours, serverId, lost, lostId] = process.argv.slice(2);
const STOCK = { name: 'Stock PyScript, to the first line of Python', url: stock, mark: 'first-line' };
const ROOMKEEP = { name: 'Roomkeep, to the app being ready', url: ours, mark: 'roomkeep-ready' };
const LOST = { ...ROOMKEEP, name: 'Roomkeep with the server stopped', url: lost };
// A process that is stopped takes connections, by its system, and never answers.
const HANGING = { ...ROOMKEEP, name: 'Roomkeep with the server hanging', hangs: true };

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const tell = (name, times) => {
  const [least, most] = [Math.min(...times), Math.max(...times)].map(Math.round);
  console.log(`  ${name}: median ${Math.round(median(times))} (${least} to ${most})`);
};

async function withProfile(use) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'roomkeep-bench-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.ROOMKEEP_CHROMIUM,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    return await use(context);
  } finally {
    await context.close();
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Opens a page in a new tab; gives the milliseconds until its mark. */
async function measure(context, { url, mark, hangs }, network) {
  const page = await context.newPage();
  if (hangs) process.kill(Number(serverId), 'SIGSTOP');
  if (network) {
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', network);
  }
  await page.goto(url, { waitUntil: 'commit', timeout: 120_000 });
  const find = (name) => performance.getEntriesByName(name)[0]?.startTime;
  const time = await page.waitForFunction(find, mark, { polling: 50, timeout: 120_000 });
  const milliseconds = await time.jsonValue();
  await page.close();
  if (hangs) process.kill(Number(serverId), 'SIGCONT');
  return milliseconds;
}

/** Measures pages in turns; gives their times, in their order. */
async function inTurns(context, pages, rounds) {
  const times = pages.map(() => []);
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const [number, page] of pages.entries()) {
      const time = await measure(context, page);
      if (round >= 0) times[number].push(time);
    }
  }
  return times;
}

/** Opens a page, and waits until its service worker has kept it and answers for it. */
async function kept(context, { url }) {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated', undefined, { polling: 200, timeout: 120_000 });
  await page.close();
}

console.log('In Chromium, from navigation, in ms.');

const cold = [[], []];
for (let round = 0; round < COLD_ROUNDS; round += 1) {
  for (const [number, page] of [ROOMKEEP, STOCK].entries()) {
    cold[number].push(await withProfile((context) => measure(context, page, NETWORK)));
  }
}
console.log(`Cold, at 10 Mbit/s and 40 ms, ${COLD_ROUNDS} rounds in turns:`);
tell(ROOMKEEP.name, cold[0]);
tell(`${STOCK.name}, not compressed`, cold[1]);

await withProfile(async (context) => {
  for (const page of [ROOMKEEP, LOST]) await kept(context, page);
  process.kill(Number(lostId), 'SIGKILL');
  const pages = [ROOMKEEP, HANGING, LOST, STOCK];
  const [warm, hanging, stopped, stockWarm] = await inTurns(context, pages, ROUNDS);
  console.log(`Warm, ${ROUNDS} rounds in turns:`);
  for (const [number, times] of [warm, hanging, stopped, stockWarm].entries()) tell(pages[number].name, times);
  const more = (times) => Math.round(median(times) - median(warm));
  console.log(`  ${more(hanging)} more where the server hangs, ${more(stopped)} more where it has stopped.`);
  console.log(`  Roomkeep takes ${(median(warm) / median(stockWarm)).toFixed(2)} of the time of the stock page.`);
});
