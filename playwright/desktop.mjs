// What the tests of the desktop's window share.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test as base } from '@playwright/test';
import { Window } from './window.mjs';

export { expect };

/** A test with a data folder of its own; it fails when the program says that anything goes wrong. */
export const test = base.extend({
  folder: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-window-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  },
  /** What the program says; where a test provokes it, `trouble.length = 0` says that it was expected. */
  trouble: async ({}, use) => {
    const trouble = [];
    await use(trouble);
    expect(trouble, 'what the program says').toEqual([]);
  },
  /** Starts the program on the test's data folder. */
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
