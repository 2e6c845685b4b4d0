// Going to a date: the dialog, the days between the messages, and both ways on from there.
import { findViolations } from './accessibility.mjs';
import { fill } from './dated-room.mjs';
import { expect, test } from './fixtures.mjs';
import { log, row } from './steps.mjs';

const dialog = (page) => page.getByRole('dialog', { name: 'Go to date' });

async function openMenu(page) {
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Go to date…' }).click();
  await expect(dialog(page).getByLabel('Date')).toBeFocused();
}

/** The text of the first message in view, and how far its row is from the top, in pixels. */
const atTop = (page) => log(page).evaluate((item) => {
  const { top } = item.getBoundingClientRect();
  const first = [...item.querySelectorAll('.row')].find((one) => one.getBoundingClientRect().bottom > top + 1);
  return [first.querySelector('.content').innerText.trim(), Math.abs(Math.round(first.getBoundingClientRect().top - top))];
});

test('goes to a day, to the next one with messages, and on both ways', async ({ page }) => {
  await fill(page);
  await openMenu(page);
  await dialog(page).getByLabel('Date').fill('2020-07-19');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeHidden();
  await expect(row(page, 'message 100.')).toBeFocused();
  expect(await atTop(page)).toEqual(['message 100.', 0]);
  await expect(row(page, 'message 100.').getByRole('heading', { name: 'Sunday, July 19, 2020' })).toBeVisible();
  await openMenu(page);
  await dialog(page).getByLabel('Date').fill('2021-01-02');
  await dialog(page).getByRole('button', { name: 'Go', exact: true }).click();
  await expect(row(page, 'message 184.')).toBeFocused();
  for (const [key, far] of [['ArrowUp', 100], ['ArrowDown', 290]]) {
    await expect(async () => {
      for (let n = 0; n < 30; n += 1) await page.keyboard.press(key);
      await expect(row(page, `message ${far}.`)).toBeVisible({ timeout: 100 });
    }).toPass();
  }
});

test('a date beyond an end leads to that end; so do the first and the latest message', async ({ page }) => {
  await fill(page);
  await openMenu(page);
  await dialog(page).getByLabel('Date').fill('1999-12-31');
  await page.keyboard.press('Enter');
  await expect(row(page, 'message 0.')).toBeFocused();
  await expect(page.getByText('This is the beginning of')).toBeVisible();
  await openMenu(page);
  await dialog(page).getByLabel('Date').fill('2999-12-31');
  await page.keyboard.press('Enter');
  await expect(row(page, 'message 499.')).toBeFocused();
  await expect(row(page, 'message 499.')).toBeInViewport();
  await openMenu(page);
  await dialog(page).getByRole('button', { name: 'First message' }).click();
  await expect(row(page, 'message 0.')).toBeFocused();
  await openMenu(page);
  await dialog(page).getByRole('button', { name: 'Latest message' }).click();
  await expect(row(page, 'message 499.')).toBeFocused();
  await expect(page.getByRole('button', { name: 'Jump to latest' })).toBeHidden();
});

test('a day among the messages opens the calendar at it', async ({ page }) => {
  await fill(page, 20);
  const day = row(page, 'message 18.').getByRole('button', { name: 'Thursday, February 6, 2020' });
  await day.click();
  await expect(dialog(page).getByLabel('Date')).toHaveValue('2020-02-06');
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await expect(day).toBeFocused();
});

test('the way back leads to where one was', async ({ page }) => {
  await fill(page);
  await openMenu(page);
  await dialog(page).getByLabel('Date').fill('2020-07-19');
  await page.keyboard.press('Enter');
  await expect(row(page, 'message 100.')).toBeFocused();
  await openMenu(page);
  await dialog(page).getByRole('button', { name: 'First message' }).click();
  await expect(row(page, 'message 0.')).toBeFocused();
  await page.goBack();
  await expect(row(page, 'message 100.')).toBeInViewport();
});

test.describe('360 pixels wide', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('the dialog fits, and every way out of it is large enough for a finger', async ({ page }) => {
    await fill(page, 60);
    await openMenu(page);
    for (const button of await dialog(page).getByRole('button').all()) {
      const { x, width, height } = await button.boundingBox();
      expect(height).toBeGreaterThanOrEqual(36);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(360);
    }
    await dialog(page).getByRole('button', { name: 'First message' }).click();
    await expect(row(page, 'message 0.')).toBeInViewport();
  });
});
