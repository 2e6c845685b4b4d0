// Accessibility of every screen, light and dark, wide and narrow. `npm run screenshots` also saves pictures.
import process from 'node:process';
import { findViolations } from './accessibility.mjs';
import { expect, test } from './fixtures.mjs';
import { tour, tourOfSamples } from './tour.mjs';

const { ROOMKEEP_SCREENSHOTS: pictures } = process.env;
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } };
// Dark mode changes only colors, which do not depend on the width, so each mode is checked at one width.
// `localization.spec.mjs` also checks light mode at the other width, in its pseudo-language.
const schemes = { wide: 'light', narrow: 'dark' };

for (const [size, viewport] of Object.entries(sizes)) {
  for (const [name, screens] of Object.entries({ 'of one\'s own rooms': tour, 'of the sample rooms': tourOfSamples })) {
    test.describe(`${size}, ${name}`, () => {
      test.use({ viewport, colorScheme: schemes[size] });

      test('no screen breaks a rule of accessibility', async ({ page }) => {
        test.slow();
        for await (const screen of screens(page)) {
          for (const colorScheme of pictures ? ['light', 'dark'] : []) {
            await page.emulateMedia({ colorScheme });
            await page.screenshot({ path: `${pictures}/${screen}-${size}-${colorScheme}.png` });
          }
          await page.emulateMedia({ colorScheme: schemes[size] });
          expect.soft(await findViolations(page), screen).toEqual([]);
        }
      });
    });
  }
}
