// Every screen, light and dark, wide and narrow: no rule of accessibility is broken. `npm run screenshots` keeps pictures.
import AxeBuilder from '@axe-core/playwright';
import process from 'node:process';
import { expect, test } from './fixtures.mjs';
import { tour } from './tour.mjs';

const { ROOMKEEP_SCREENSHOTS: pictures } = process.env;
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } };

for (const colorScheme of ['light', 'dark']) {
  for (const [size, viewport] of Object.entries(sizes)) {
    test.describe(`${colorScheme}, ${size}`, () => {
      // What moves would be caught half-way, in colours that nobody reads.
      test.use({ colorScheme, viewport, reducedMotion: 'reduce' });

      test('no screen breaks a rule of accessibility', async ({ page }) => {
        test.slow();
        for await (const screen of tour(page)) {
          if (pictures) await page.screenshot({ path: `${pictures}/${screen}-${size}-${colorScheme}.png` });
          const { violations } = await new AxeBuilder({ page }).analyze();
          const told = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}\n${failureSummary}`));
          expect.soft(told, screen).toEqual([]);
        }
      });
    });
  }
}
