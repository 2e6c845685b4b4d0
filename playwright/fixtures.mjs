import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test as base, chromium, expect } from '@playwright/test';
import { launchOptions } from './browser.mjs';
import { markAsStarted, startApp, watchTrouble } from './helpers.mjs';
import { describe, renew } from './running.mjs';

/**
 * A test with its own browser context, in which the app has never been open. All of Playwright's context options work.
 * The test fails if there is a problem in its pages: an error or warning in the console, an exception, or a request that
 * fails or goes to another host. A test that causes one on purpose clears them with `trouble.length = 0`.
 */
export const freshTest = base.extend({
  trouble: [async ({ context, baseURL }, use) => {
    const trouble = [];
    const watch = (page) => watchTrouble(page, new URL(baseURL).origin, trouble);
    context.on('page', watch);
    await use(trouble);
    context.off('page', watch);
    expect(trouble, 'what went wrong in the page').toEqual([]);
  }, { auto: true }],
});

/**
 * The same, in a browser profile that all tests of a worker share, each starting without data. The browser caches the
 * compiled runtime, which halves the start time. A test also reuses the page of the previous test if it looks freshly
 * started; `openApp` then does nothing. Only the context options used below work. Pages are tabs of one window, and
 * background tabs update more slowly.
 */
export const test = freshTest.extend({
  profile: [async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-profile-'));
    const { ROOMKEEP_URL: baseURL } = process.env;
    const context = await chromium.launchPersistentContext(folder, { ...launchOptions, baseURL, serviceWorkers: 'block' });
    const trouble = [];
    context.on('page', (page) => watchTrouble(page, new URL(baseURL).origin, trouble));
    // Stays open, to keep the browser open.
    const [blank] = context.pages();
    await use({ context, trouble, blank, page: undefined, likeNew: undefined });
    await context.close();
    // Processes of the browser may still write there for a moment after it has closed.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }, { scope: 'worker' }],

  context: async ({ profile, baseURL, permissions }, use, testInfo) => {
    const { context, blank } = profile;
    if (!profile.page) {
      const devtools = await context.newCDPSession(blank);
      await devtools.send('Storage.clearDataForOrigin', { origin: new URL(baseURL).origin, storageTypes: 'all' });
      await devtools.detach();
    }
    if (permissions) await context.grantPermissions(permissions);
    await use(context);
    await context.clearPermissions();
    for (const page of context.pages()) if (page !== blank && page !== profile.page) await page.close();
    if (profile.page && !(testInfo.status === 'passed' && await renew(profile.page, profile.likeNew))) {
      await profile.page.close();
      profile.page = undefined;
    }
  },

  // Depends on the context, so that the check ends before the page is reset.
  trouble: [async ({ context, profile: { trouble } }, use) => {
    trouble.length = 0;
    await use(trouble);
    expect(trouble, 'what went wrong in the page').toEqual([]);
  }, { auto: true }],

  page: async ({ context, profile, viewport, colorScheme, contextOptions: { reducedMotion } }, use) => {
    const isRunning = Boolean(profile.page);
    const page = profile.page ??= await context.newPage();
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion });
    if (isRunning) markAsStarted(page);
    else if (!profile.likeNew) {
      await startApp(page);
      profile.likeNew = await describe(page);
      markAsStarted(page);
    }
    await use(page);
  },
});

export { expect };
