// The apps of the gallery: each does what it says, is accessible, and fits a small window.
import { mkdir } from 'node:fs/promises';
import { expect, test as base } from '@playwright/test';
import { findViolations } from './accessibility.mjs';
import { addNote, addPicture, journeys, openApp, report, serveGallery } from './gallery.mjs';

const test = base.extend({
  site: async ({}, use) => { // eslint-disable-line no-empty-pattern
    const site = await serveGallery();
    await use(site);
    await site.stop();
  },
  newPage: async ({ context, site }, use) => {
    const errors = [];
    await use(async () => {
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('request', (request) => {
        if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(site.url)) errors.push(`asks ${request.url()}`);
      });
      return page;
    });
    expect(errors).toEqual([]);
  },
  folder: async ({}, use, { outputDir }) => { // eslint-disable-line no-empty-pattern
    await mkdir(outputDir, { recursive: true });
    await use(outputDir);
  },
});
test.use({ serviceWorkers: 'allow' });

for (const [name, journey] of Object.entries(journeys)) {
  test(name, ({ site, newPage, folder }) => journey({ site, newPage, folder }));
}

test('the apps are accessible, and fit a window 360 pixels wide', async ({ site, newPage, folder }) => {
  const page = await newPage();
  await page.setViewportSize({ width: 360, height: 740 });
  const fillIn = {
    notes: () => addNote(page, 'Water the plants and the beans. '.repeat(9).trim()),
    'photo-box': () => addPicture(page, folder, 3),
    'form-queue': async () => {
      site.replies.push('refuse', 'fail');
      await report(page, 'Dodo', 1);
      await report(page, 'Robin'.repeat(20), 3);
    },
  };
  for (const [name, fill] of Object.entries(fillIn)) {
    await openApp(page, `${site.url}${name}/`);
    await fill();
    await page.locator('li').first().waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      expect(await findViolations(page), `${name}, ${colorScheme}`).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(360);
  }
});
