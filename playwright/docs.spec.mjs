// The documentation's site, read from the file system: it is accessible, and fits a small window.
import { readdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { findViolations } from './accessibility.mjs';

const site = new URL('../.build/docs/', import.meta.url);

/** The pages of a folder of the site, by their paths. */
const pagesOf = (folder) => readdirSync(new URL(folder, site)).filter((name) => name.endsWith('.html')).map((name) => folder + name);

test('every page is accessible and fits a window 360 pixels wide', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  const pages = [...pagesOf('./'), ...pagesOf('indexeddb/'), 'gallery/index.html'];
  for (const [at, path] of pages.entries()) {
    // What differs between these is the style sheet's, which is the same for all pages.
    await page.emulateMedia({ colorScheme: ['light', 'dark'][at % 2] });
    await page.setViewportSize({ width: [360, 1280][(at >> 1) % 2], height: 740 });
    await page.goto(new URL(path, site).href);
    expect(await findViolations(page), path).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(360);
  }
  expect(asked.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
});
