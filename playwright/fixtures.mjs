import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test as base, chromium, expect } from '@playwright/test';
import { launchOptions } from './browser.mjs';
import { watchTrouble } from './helpers.mjs';

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
 * browser keeps the runtime that it has compiled, as a person's does: a page starts in half the time. Of the options of a
 * context it heeds those below. Its pages are tabs of one window: what happens in one behind another takes longer to show.
 */
export const test = freshTest.extend({
  profile: [async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-profile-'));
    const context = await chromium.launchPersistentContext(folder, {
      ...launchOptions, baseURL: process.env.ROOMKEEP_URL, serviceWorkers: 'block',
    });
    await use(context);
    await context.close();
    // Processes of the browser may still write there for a moment after it has closed.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }, { scope: 'worker' }],

  context: async ({ profile, baseURL, permissions }, use) => {
    const blank = await profile.newPage();
    const devtools = await profile.newCDPSession(blank);
    for (const page of profile.pages()) if (page !== blank) await page.close();
    await devtools.send('Storage.clearDataForOrigin', { origin: new URL(baseURL).origin, storageTypes: 'all' });
    if (permissions) await profile.grantPermissions(permissions);
    await use(profile);
    await profile.clearPermissions();
  },

  page: async ({ context, viewport, colorScheme, contextOptions: { reducedMotion } }, use) => {
    const page = await context.newPage();
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion });
    await use(page);
  },
});

export { expect };
