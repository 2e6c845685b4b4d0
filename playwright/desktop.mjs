// Fixtures for the tests of the desktop window.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test as base } from '@playwright/test';
import { Window } from './window.mjs';

export { expect };

/** A test with its own data folder. It fails if the program reports a problem. */
export const test = base.extend({
  folder: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-window-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  },
  /** The problems that the program reports. A test that causes one on purpose clears them with `trouble.length = 0`. */
  trouble: async ({}, use) => {
    const trouble = [];
    await use(trouble);
    expect(trouble, 'what the program says').toEqual([]);
  },
  /** Starts the program with the test's data folder. */
  start: async ({ folder, trouble }, use) => {
    const windows = [];
    await use(async (options) => {
      const window = await Window.start(folder, { trouble, ...options });
      windows.push(window);
      return window;
    });
    await Promise.all(windows.map((window) => window.kill()));
  },
});
