// A start that is not empty.
import AxeBuilder from '@axe-core/playwright';
import process from 'node:process';
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { log, row, signUp } from './steps.mjs';

const begin = (page) => page.getByRole('region', { name: 'All yours, and still empty' });

async function makeSamples(page) {
  await openApp(page);
  await signUp(page, 'Ada');
  await begin(page).getByRole('button', { name: 'Try sample rooms' }).click();
  await expect(page.getByRole('heading', { name: 'Garden club', level: 1 })).toBeVisible();
}

test('with no rooms, there are three ways to begin', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await expect(begin(page)).toBeVisible();
  await begin(page).getByRole('button', { name: 'Import an archive' }).click();
  await expect(page.getByRole('dialog', { name: 'Import messages' })).toBeVisible();
  await page.keyboard.press('Escape');
  await begin(page).getByRole('button', { name: 'Create a room' }).press('Enter');
  await page.getByLabel('Name of the room').fill('Tea');
  await page.getByLabel('Name of the room').press('Enter');
  await expect(page.getByRole('heading', { name: 'Tea', level: 1 })).toBeVisible();
  await expect(begin(page)).toBeHidden();
});

test('sample rooms: three, with people, pictures, files and a ban, there after reload', async ({ page }) => {
  await makeSamples(page);
  const check = async () => {
    for (const name of ['Garden club', 'Ridge weekend', 'Library app']) {
      await expect(page.getByRole('button', { name }).first()).toBeVisible();
    }
    await expect(row(page, 'Welcome, Ada!')).toBeInViewport();
    await log(page).evaluate((list) => { list.scrollTop = 0; });
    const picture = row(page, 'Worth getting up for').getByRole('button', { name: 'Open picture Garden at dawn.png' });
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.locator('img').evaluate((img) => img.naturalWidth)).toBe(720);
    await expect(row(page, 'This message was deleted.')).toBeVisible();
    await expect(row(page, 'Have a look before I pin it').getByRole('button', { name: 'Download Watering.csv' })).toBeVisible();
  };
  await check();
  await page.reload();
  await ready(page);
  await check();
  await page.getByRole('button', { name: 'Ridge weekend' }).first().click();
  await expect(row(page, 'Stop unpacking')).toBeInViewport();
});

for (const colorScheme of ['light', 'dark']) {
  for (const [size, viewport] of [['wide', { width: 1280, height: 800 }], ['narrow', { width: 360, height: 740 }]]) {
    test.describe(`${colorScheme}, ${size}`, () => {
      test.use({ colorScheme, viewport, reducedMotion: 'reduce' });

      test('files and the start break no rule of accessibility', async ({ page }) => {
        test.slow();
        const { ROOMKEEP_SCREENSHOTS: pictures } = process.env;
        const look = async (screen) => {
          if (pictures) await page.screenshot({ path: `${pictures}/${screen}-${size}-${colorScheme}.png` });
          const { violations } = await new AxeBuilder({ page }).analyze();
          const told = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}\n${failureSummary}`));
          expect.soft(told, screen).toEqual([]);
        };
        await openApp(page);
        await signUp(page, 'Ada');
        await expect(begin(page)).toBeVisible();
        await look('start');
        await begin(page).getByRole('button', { name: 'Try sample rooms' }).click();
        await expect(row(page, 'Welcome, Ada!')).toBeInViewport();
        await look('sample-room');
        const picture = page.getByRole('button', { name: 'Open picture Garden at dawn.png' });
        await picture.scrollIntoViewIfNeeded();
        await expect(picture.locator('img')).toBeVisible();
        await look('pictures');
        await picture.click();
        await expect(page.getByRole('dialog').getByRole('img', { name: 'Garden at dawn.png' })).toBeVisible();
        await look('lightbox');
        await page.keyboard.press('Escape');
        await page.locator('#composer-files').setInputFiles([
          { name: 'Notes for Saturday.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(48_213) },
          { name: 'nothing.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
          { name: 'A very long name of a file that nobody would want to read.docx', mimeType: '', buffer: Buffer.alloc(1_200_000) },
        ]);
        await expect(page.getByRole('list', { name: 'Files to send' }).getByRole('listitem')).toHaveCount(2);
        await look('files-to-send');
        const transfer = await page.evaluateHandle(() => {
          const made = new DataTransfer();
          made.items.add(new File(['x'], 'x.txt'));
          return made;
        });
        await page.getByRole('main').dispatchEvent('dragover', { dataTransfer: transfer });
        await expect(page.getByText('Drop to attach')).toBeVisible();
        await look('drop');
      });
    });
  }
}
