// Every screen, light and dark, wide and narrow: no rule of accessibility is broken. `npm run screenshots` keeps pictures.
import AxeBuilder from '@axe-core/playwright';
import process from 'node:process';
import { expect, test } from './fixtures.mjs';
import { tour, tourOfSamples } from './tour.mjs';

const { ROOMKEEP_SCREENSHOTS: pictures } = process.env;
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } };
// Dark differs from light in its colours alone.
const rules = { light: undefined, dark: ['color-contrast'] };

for (const [size, viewport] of Object.entries(sizes)) {
  for (const [name, screens] of Object.entries({ 'of one\'s own rooms': tour, 'of the sample rooms': tourOfSamples })) {
    test.describe(`${size}, ${name}`, () => {
      // What moves would be caught half-way, in colours that nobody reads.
      test.use({ viewport });

      test('no screen breaks a rule of accessibility', async ({ page }) => {
        test.slow();
        for await (const screen of screens(page)) {
          for (const [colorScheme, runOnly] of Object.entries(rules)) {
            await page.emulateMedia({ colorScheme });
            if (pictures) await page.screenshot({ path: `${pictures}/${screen}-${size}-${colorScheme}.png` });
            // The app has no frames, so the way without them will do; it takes half the time.
            const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'], runOnly });
            const { violations } = await axe.analyze();
            const told = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}\n${failureSummary}`));
            expect.soft(told, `${screen}, ${colorScheme}`).toEqual([]);
          }
          await page.emulateMedia({ colorScheme: 'light' });
        }
      });
    });
  }
}
