// Opens a page that runs pytest, and prints its reports as lines of JSON. Exits when its standard input ends.
import process from 'node:process';
import { chromium } from '@playwright/test';
import { launchOptions } from './browser.mjs';

const browser = await chromium.launch(launchOptions);
process.stdin.resume().on('end', async () => {
  await browser.close();
});
const page = await browser.newPage();
await page.exposeFunction('tellHost', (line) => process.stdout.write(line + '\n'));
page.on('console', (message) => process.stderr.write(`page: ${message.text()}\n`));
page.on('crash', () => process.stdout.write(JSON.stringify({ end: 'the page has crashed' }) + '\n'));
page.on('pageerror', (error) => process.stdout.write(JSON.stringify({ end: error.stack }) + '\n'));
await page.goto(process.argv[2]);
