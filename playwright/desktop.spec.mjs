// Roomkeep's window, as a person uses it: page, bridge, main process and SQLite.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test as base } from '@playwright/test';
import { ready } from './helpers.mjs';
import { composer, createRoom, log, openAccounts, row, signUp, write } from './steps.mjs';
import { Window } from './window.mjs';

const test = base.extend({
  folder: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-window-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  /** Starts the program on the test's data folder; what it says on the way is trouble. */
  start: async ({ folder }, use) => {
    const trouble = [];
    const windows = [];
    await use(async (options) => {
      const window = await Window.start(folder, { trouble, ...options });
      windows.push(window);
      return window;
    });
    await Promise.all(windows.map((window) => window.kill()));
    expect(trouble, 'what went wrong in the program').toEqual([]);
  },
});

test('what is written is there after a restart', async ({ start }) => {
  let window = await start();
  let { page } = window;
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'Earl Grey');
  await row(page, 'Earl Grey').hover();
  await row(page, 'Earl Grey').getByRole('button', { name: 'React with 🎉' }).click();
  expect(await window.stop()).toBe(0);

  window = await start();
  ({ page } = window);
  await expect(page.getByRole('heading', { name: 'Tea', level: 1 })).toBeVisible();
  await expect(row(page, 'Earl Grey').getByRole('button', { name: /^🎉 1 reaction/ })).toBeVisible();
});
