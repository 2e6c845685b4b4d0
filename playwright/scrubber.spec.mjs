// The scrubber of a long room: it shows the date, and goes to the one it is moved to, by a pointer or by keys.
import { findViolations } from './accessibility.mjs';
import { fill } from './dated-room.mjs';
import { expect, test } from './fixtures.mjs';
import { composer, log, row } from './steps.mjs';

const slider = (page) => page.getByRole('slider', { name: 'Date of the messages' });

/** The y of a place of the track, from 0 to 1. */
const yOf = (page, place) => page.locator('#scrubber-track').evaluate((track, share) => {
  const { top, height } = track.getBoundingClientRect();
  return top + share * height;
}, place);

async function drag(page, place) {
  const thumb = await page.locator('.scrubber-thumb').boundingBox();
  const x = thumb.x + thumb.width - 6;
  await page.mouse.move(x, thumb.y + thumb.height / 2);
  await page.mouse.down();
  await page.mouse.move(x, await yOf(page, place), { steps: 5 });
}

test('it is dragged to a date, and follows as one scrolls', async ({ page }) => {
  await fill(page, 900);
  await expect(slider(page)).toHaveAttribute('aria-valuetext', 'December 3, 2024');
  const before = await log(page).boundingBox();
  await drag(page, 0.5);
  await expect(page.locator('#scrubber-label')).toHaveText('Jun 2022');
  await expect(page.locator('#scrubber-label')).toBeVisible();
  await expect(page.locator('#scrubber-years')).toHaveText('2021202220232024');
  await page.mouse.up();
  await expect(row(page, 'message 450.')).toBeInViewport();
  expect(await log(page).boundingBox()).toEqual(before);
  await page.mouse.move(before.x + 300, before.y + 300);
  await page.mouse.wheel(0, -3_000);
  await expect(slider(page)).toHaveAttribute('aria-valuetext', /(May|April|March|February|January) \d+, 2022/);
  await drag(page, 1.2);
  await page.mouse.up();
  await expect(row(page, 'message 899.')).toBeInViewport();
  await drag(page, -0.2);
  await page.mouse.up();
  await expect(row(page, 'message 0.')).toBeInViewport();
});

test('keys move it by months and years, and it keeps the focus', async ({ page }) => {
  await fill(page, 900);
  await expect(slider(page)).toBeAttached();
  await slider(page).focus();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowUp');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', 'November 3, 2022');
  expect(await findViolations(page)).toEqual([]);
  await expect(row(page, 'message 519.')).toBeInViewport();
  await expect(slider(page)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', 'December 4, 2022');
  await page.keyboard.press('Home');
  await expect(row(page, 'message 0.')).toBeInViewport();
  await page.keyboard.press('End');
  await expect(row(page, 'message 899.')).toBeInViewport();
  await expect(slider(page)).toBeFocused();
});

test('a room of a few pages has none', async ({ page }) => {
  await fill(page, 200);
  await log(page).hover();
  await page.mouse.wheel(0, -300);
  await expect(slider(page)).toBeHidden();
  await expect(composer(page)).toBeVisible();
});

test.describe('360 pixels wide', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('it stays inside, and takes nothing from the messages', async ({ page }) => {
    await fill(page, 900);
    await expect(slider(page)).toBeAttached();
    const before = await log(page).boundingBox();
    await drag(page, 0.3);
    const { x, width } = await page.locator('#scrubber-label').boundingBox();
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(360);
    await page.mouse.up();
    await expect(row(page, 'message 270.')).toBeInViewport();
    expect(await log(page).boundingBox()).toEqual(before);
    expect(await findViolations(page)).toEqual([]);
  });
});
