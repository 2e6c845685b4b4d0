// Opens the page that measures the store and prints what it says. Argument: the page's URL.
import process from 'node:process';
import { chromium } from '@playwright/test';
import { launchOptions } from '../../playwright/browser.mjs';

const browser = await chromium.launch(launchOptions);
const page = await browser.newPage();
const ended = new Promise((resolve, reject) => {
  page.on('console', (message) => {
    if (message.type() === 'error') reject(new Error(message.text()));
    else if (message.text() === 'done') resolve();
    else if (message.type() === 'info') console.log(message.text());
  });
});
try {
  await page.goto(process.argv[2]);
  await ended;
} finally {
  await browser.close();
}
