import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { launchOptions } from './browser.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const inBuild = (path) => fileURLToPath(new URL(`../.build/${path}`, import.meta.url));

// `python3 src/tools test` serves the built site and passes its URL and the browser.
const { ROOMKEEP_URL: baseURL } = process.env;
if (!baseURL) throw new Error('Run these tests by `npm test`, or alone by `python3 src/tools test playwright`.');

export default defineConfig({
  testDir: root + 'playwright',
  reporter: 'list',
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // The window is no browser that Playwright starts: its tests are a project of their own. Each is a run of its own,
  // which empties its folder.
  projects: [
    { name: 'browser', testIgnore: ['desktop*.spec.mjs', 'homeserver*.spec.mjs'] },
    { name: 'homeserver', testMatch: 'homeserver*.spec.mjs' },
    { name: 'desktop', testMatch: 'desktop*.spec.mjs' },
  ].map((project) => ({ ...project, outputDir: inBuild(`test-results/${project.name}`) })),
  use: {
    baseURL,
    actionTimeout: 20_000,
    browserName: 'chromium',
    // It would answer in the place of what a test puts in; `offline.spec.mjs` has it.
    serviceWorkers: 'block',
    // Recording every step takes as long again as the steps.
    trace: 'off',
    // What moves has come to rest before a person would click it; a test need not wait for that.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions,
  },
});
