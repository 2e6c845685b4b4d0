// Opens a page in a browser whose profile is on the disk, and prints what it says with console.info until it says "done".
// Argument: the page's URL.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { launchOptions } from '../../playwright/browser.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roomkeep-page-'));
const args = [...launchOptions.args, '--enable-precise-memory-info'];
const context = await chromium.launchPersistentContext(folder, { ...launchOptions, args });
try {
  const page = await context.newPage();
  // What the page's own thread has worked, in ms: unlike the clock, it does not count what else the machine does.
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.exposeFunction('taskTime', async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  });
  const ended = new Promise((resolve, reject) => {
    page.on('crash', () => reject(new Error('the page has crashed')));
    page.on('pageerror', reject);
    page.on('console', (message) => {
      if (message.type() === 'error') {
        // The first ends it; those that follow, such as a traceback's lines, may say why.
        console.error(message.text());
        reject(new Error('the page has reported an error'));
      } else if (message.text() === 'done') resolve();
      else if (message.type() === 'info') console.log(message.text());
    });
  });
  await page.goto(process.argv[2]);
  await ended;
} finally {
  await context.close();
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
