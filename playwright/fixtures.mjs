import { test as base, expect } from '@playwright/test';
import { watchTrouble } from './helpers.mjs';

/**
 * A test that fails when anything goes wrong in its pages: an error or a warning in the console, an exception, a request
 * that fails or goes to another host. Where a test provokes that, `trouble.length = 0` says that it was expected.
 */
export const test = base.extend({
  trouble: [async ({ context, baseURL }, use) => {
    const trouble = [];
    context.on('page', (page) => watchTrouble(page, new URL(baseURL).origin, trouble));
    await use(trouble);
    expect(trouble, 'what went wrong in the page').toEqual([]);
  }, { auto: true }],
});

export { expect };
