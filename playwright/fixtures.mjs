import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test as base, chromium, expect } from '@playwright/test';
import { launchOptions } from './browser.mjs';
import { markAsStarted, startApp, watchTrouble } from './helpers.mjs';
import { describe, renew } from './running.mjs';

/**
 * A test that fails when anything goes wrong in its pages: an error or a warning in the console, an exception, a request
 * that fails or goes to another host. Where a test provokes that, `trouble.length = 0` says that it was expected.
 * Its browser context is its own, with all options that Playwright knows, and knows nothing of the app yet.
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
 * The same, in a browser profile that the tests of a worker share, one after the other, each beginning with no data. The
 * browser keeps the runtime that it has compiled, as a person's does: a page starts in half the time. More than that, a
 * test goes on with the page of the one before where that looks as if it had just started: `openApp` has nothing to do
 * then. Of the options of a context it heeds those below. Its pages are tabs of one window: what happens in one behind
 * another takes longer to show.
 */
export const test = freshTest.extend({
  profile: [async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-profile-'));
    const { ROOMKEEP_URL: baseURL } = process.env;
    const context = await chromium.launchPersistentContext(folder, { ...launchOptions, baseURL, serviceWorkers: 'block' });
    const trouble = [];
    context.on('page', (page) => watchTrouble(page, new URL(baseURL).origin, trouble));
    // The one that stays open, so that the browser does.
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

  // It depends on the context so that what becomes of the page after the test is no trouble of it.
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
