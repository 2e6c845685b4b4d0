import { expect } from '@playwright/test';
import { addressOf } from './texts.mjs';

const started = new WeakSet();

/** Marks a page in which the app runs and looks freshly started. */
export const markAsStarted = (page) => started.add(page);

/** Opens the app, unless it already runs in the page and looks freshly started. */
export async function openApp(page) {
  if (!started.delete(page)) await startApp(page);
}

/** Starts the app in a page, and waits until it has replaced the splash screen. */
export async function startApp(page, path = '/') {
  await page.goto(addressOf(path));
  await ready(page);
}

/** Waits until the app has replaced the splash screen. */
export async function ready(page) {
  // Not at each frame: a tab behind another one draws none. A start is no action; the test's own time limits it.
  const options = { polling: 100, timeout: 0 };
  await page.waitForFunction(() => performance.getEntriesByName('roomkeep-ready').length > 0, undefined, options);
  await expect(page.locator('#splash')).toHaveCount(0);
}

/** Collects a page's problems from now on, as sentences. Tests expect none. */
export function watchTrouble(page, origin, trouble = []) {
  page.on('console', (message) => {
    // Playwright itself warns of the service worker that the tests keep away.
    if (message.text() === 'Service Worker registration blocked by Playwright') return;
    if (['error', 'warning'].includes(message.type())) trouble.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin: to } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && to !== origin) trouble.push(`foreign: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    // A page that goes away takes along what it still waits for.
    if (request.failure().errorText !== 'net::ERR_ABORTED') trouble.push(`failed: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()}: ${response.url()}`);
  });
  return trouble;
}
