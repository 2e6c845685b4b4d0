// How a conversation looks to who reads and writes in it.
import { openApp } from './helpers.mjs';
import { begin, composer, pick, row, write } from './steps.mjs';
import { expect, freshTest, test } from './fixtures.mjs';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const NOTES = { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') };

/** Tells which buttons that one can see an element lies over. */
const buttonsUnder = (element) => element.evaluate((node) => {
  const box = node.getBoundingClientRect();
  const meets = (one) => one.left < box.right && one.right > box.left && one.top < box.bottom && one.bottom > box.top;
  const seen = [...document.querySelectorAll('button')].filter((one) => one.checkVisibility({ visibilityProperty: true }));
  return seen.filter((one) => meets(one.getBoundingClientRect())).map((one) => one.ariaLabel ?? one.textContent);
});

for (const [what, viewport] of [['wide', { width: 1280, height: 720 }], ['narrow', { width: 360, height: 740 }]]) {
  test.describe(what, () => {
    test.use({ viewport });

    test('a copied text is told of for a moment, and over no button', async ({ page }) => {
      await begin(page);
      await write(page, 'to be copied');
      await row(page, 'to be copied').focus();
      await page.keyboard.press('c');
      const said = page.getByRole('status').getByText('Message copied.');
      await expect(said).toBeVisible();
      expect(await buttonsUnder(said.locator('..').locator('..'))).toEqual([]);
      await expect(said).toBeHidden({ timeout: 5_000 });
    });
  });
}

test('an editor stands above the files of its message, as the text does', async ({ page }) => {
  await begin(page);
  await pick(page, NOTES);
  await write(page, 'the notes');
  const message = row(page, 'the notes');
  await expect(message).toContainText('8 bytes · PDF document');
  await expect(composer(page)).toBeFocused();
  await composer(page).press('ArrowUp');
  const editor = page.getByRole('textbox', { name: 'Edit the message' });
  await expect(editor).toBeFocused();
  const [text, file] = [await editor.boundingBox(), await page.getByText('notes.pdf').boundingBox()];
  expect(text.y + text.height).toBeLessThanOrEqual(file.y);
});

freshTest('a new person can type a name at once', async ({ page }) => {
  await openApp(page);
  await expect(page.getByLabel('Your name')).toBeFocused();
  await page.keyboard.type('Ada\n');
  await expect(page.getByRole('button', { name: 'Account: Ada' })).toBeVisible();
});
