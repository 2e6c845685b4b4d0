// The sample rooms.
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { log, row, signUp } from './steps.mjs';

const begin = (page) => page.getByRole('region', { name: 'Get started' });

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
  await page.getByLabel('Room name').fill('Tea');
  await page.getByLabel('Room name').press('Enter');
  await expect(page.getByRole('heading', { name: 'Tea', level: 1 })).toBeVisible();
  await expect(begin(page)).toBeHidden();
});

test('sample rooms: three, with people, pictures, files and a ban, there after reload', async ({ page }) => {
  await makeSamples(page);
  const check = async (...names) => {
    await expect(page.locator('#rooms > li')).toHaveText(names.map((name) => new RegExp(name)));
    await row(page, 'Welcome, Ada!').scrollIntoViewIfNeeded();
    await log(page).evaluate((list) => { list.scrollTop = 0; });
    const picture = row(page, 'Worth getting up for').getByRole('button', { name: 'Open picture Garden at dawn.png' });
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.locator('img').evaluate((img) => img.naturalWidth)).toBe(720);
    await expect(row(page, 'Message deleted')).toBeVisible();
    await expect(row(page, 'Have a look before I pin it').getByRole('button', { name: 'Download Watering.csv' })).toBeVisible();
  };
  await check('Garden club', 'Ridge weekend', 'Library app');

  // One may go from a room that is somebody else's; it takes along what this device keeps of it.
  await page.getByRole('button', { name: 'Library app' }).first().click();
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Leave room…' }).click();
  const ask = page.getByRole('dialog', { name: 'Leave “Library app”?' });
  await expect(ask.getByRole('listitem')).toHaveText([
    /^\d\d messages and their reactions$/, /^\d files$/, '4 channels: general, code, design, and stand-up', 'The list of 5 members, and all bans',
  ]);
  await ask.getByRole('button', { name: 'Leave room' }).click();
  await expect(page.getByText('You left “Library app”. It was removed from this device.')).toBeVisible();
  await page.getByRole('button', { name: 'Garden club' }).first().click();
  await check('Garden club', 'Ridge weekend');
  await page.reload();
  await ready(page);
  await check('Garden club', 'Ridge weekend');
  await page.getByRole('button', { name: 'Ridge weekend' }).first().click();
  await expect(row(page, 'Stop unpacking')).toBeInViewport();
});
