// The layout of a conversation for people who read and write in it.
import { putRecords, readRecords } from './database.mjs';
import { openApp, ready } from './helpers.mjs';
import { begin, composer, createRoom, log, openAccounts, pick, row, signUp, write } from './steps.mjs';
import { expect, test } from './fixtures.mjs';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const NOTES = { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') };

/** Tells which buttons that one can see an element lies over. */
const buttonsUnder = (element) => element.evaluate((node) => {
  const box = node.getBoundingClientRect();
  const meets = (one) => one.left < box.right && one.right > box.left && one.top < box.bottom && one.bottom > box.top;
  const seen = [...document.querySelectorAll('button')].filter((one) => one.checkVisibility({ visibilityProperty: true }));
  return seen.filter((one) => meets(one.getBoundingClientRect())).map((one) => one.ariaLabel ?? one.textContent);
});

test('a copied text is told of for a moment, and over no button', async ({ page }) => {
  await begin(page);
  await write(page, 'to be copied');
  const said = page.getByRole('status').getByText('Message copied');
  const look = async () => {
    await row(page, 'to be copied').focus();
    await page.keyboard.press('c');
    await expect(said).toBeVisible();
    expect(await buttonsUnder(said.locator('..').locator('..'))).toEqual([]);
  };
  await look();
  await expect(said).toBeHidden({ timeout: 5_000 });
  await page.setViewportSize({ width: 360, height: 740 });
  await look();
});

test('an editor stands above the files of its message, as the text does', async ({ page }) => {
  await begin(page);
  await pick(page, NOTES);
  await write(page, 'the notes');
  const message = row(page, 'the notes');
  await expect(message).toContainText('8 bytes · PDF document');
  await expect(composer(page)).toBeFocused();
  await composer(page).press('ArrowUp');
  const editor = page.getByRole('textbox', { name: 'Edit message' });
  await expect(editor).toBeFocused();
  const [text, file] = [await editor.boundingBox(), await page.getByText('notes.pdf').boundingBox()];
  expect(text.y + text.height).toBeLessThanOrEqual(file.y);
});

test('the emoji one means is found first, and those used last are the account\'s own', async ({ page }) => {
  await begin(page);
  const picker = page.getByRole('dialog', { name: 'Emoji' });
  const first = () => picker.getByRole('menu', { name: 'Recently used' }).getByRole('menuitem').first();
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await picker.getByRole('combobox', { name: 'Search' }).fill('party');
  await expect(picker.getByRole('option').first()).toHaveAccessibleName(/^🎉/);
  await expect(first()).toBeHidden();
  await picker.getByRole('option').first().click();
  await expect(composer(page)).toHaveValue('🎉');
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await expect(first()).toHaveAccessibleName(/^🎉/);
  await page.keyboard.press('Escape');

  await (await openAccounts(page)).getByRole('button', { name: 'Sign out' }).click();
  await signUp(page, 'Bob');
  await createRoom(page, 'Cake');
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await expect(first()).not.toHaveAccessibleName(/^🎉/);
});

/** Brings in what Bob wrote: some messages from each day, so many days ago, the last ones of today. */
async function hearOfDays(page, days, each) {
  const { rooms: [{ id }] } = await readRecords(page, 'Ada', 'rooms');
  const messages = days.flatMap((ago) => Array.from({ length: each }, (_, n) => {
    const time = new Date();
    time.setHours(0, 0, 0, 0);
    time.setDate(time.getDate() - ago);
    return {
      id: `${ago} days ago, ${n}`, roomId: id, channelId: 'general', senderId: 'bob', senderName: 'Bob',
      content: `${ago} days ago, ${n}`, timestamp: time.getTime() + n, isDeleted: false, reactions: [],
    };
  }));
  await putRecords(page, 'Ada', { messages });
  await page.reload();
  await ready(page);
}

test('days have names, and the one at the top floats there while one scrolls', async ({ page }) => {
  await begin(page);
  await hearOfDays(page, [9, 1, 0], 30);
  const date = page.locator('#floating-date');
  await expect(row(page, '0 days ago, 29')).toBeInViewport();
  await expect(log(page).getByRole('heading', { name: 'Today', exact: true })).toBeAttached();
  await expect(date).toBeHidden();
  await log(page).hover();
  await expect(async () => {
    await page.mouse.wheel(0, -300);
    await expect(date).toHaveText('Yesterday', { timeout: 100 });
  }).toPass();
  await expect(date).toBeVisible();
  await expect(log(page).getByRole('heading', { name: 'Yesterday', exact: true })).toBeAttached();
  await expect(date).toBeHidden();
  await expect(async () => {
    await page.mouse.wheel(0, -600);
    await expect(date).toHaveText(/day, .*20\d\d/, { timeout: 100 });
  }).toPass();
  await expect(date).toBeHidden();
});

test('the floating date leaves what is new to be seen', async ({ page }) => {
  await begin(page);
  await write(page, 'read until here');
  await hearOfDays(page, [-1], 60);
  const banner = page.getByRole('group', { name: 'New messages' });
  await expect(banner).toBeVisible();
  const date = page.locator('#floating-date');
  await log(page).hover();
  await expect(async () => {
    await page.mouse.wheel(0, 40);
    await expect(date).toBeVisible({ timeout: 100 });
  }).toPass();
  await expect(banner).toBeVisible();
  const [above, below] = [await banner.boundingBox(), await date.boundingBox()];
  expect(below.y).toBeGreaterThanOrEqual(above.y + above.height);
});

test('a long message is folded; it is unfolded by a button, by going to it, and by editing it', async ({ page }) => {
  await begin(page);
  const text = Array.from({ length: 60 }, (_, n) => `line ${n + 1}`).join('\n');
  await composer(page).fill(text);
  await composer(page).press('Enter');
  const long = row(page, 'line 60');
  const more = long.getByRole('button', { name: 'Show more' });
  const less = long.getByRole('button', { name: 'Show less' });
  const height = async () => (await long.boundingBox()).height;
  await expect(more).toHaveAttribute('aria-expanded', 'false');
  const folded = await height();
  expect(folded).toBeLessThan(600);

  // Its top stays where it is, and the focus on the button.
  await more.focus();
  const { y } = await long.boundingBox();
  await page.keyboard.press('Enter');
  await expect(less).toBeFocused();
  expect(await height()).toBeGreaterThan(2 * folded);
  expect(Math.abs((await long.boundingBox()).y - y)).toBeLessThan(20);
  // Another channel is looked at, and all of it is still shown.
  await createRoom(page, 'Cake');
  await page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: /^Tea / }).click();
  await expect(less).toBeVisible();
  await less.click();
  await expect(more).toBeInViewport();
  expect(await height()).toBeCloseTo(folded, 0);

  await long.getByText('line 1').first().hover();
  await long.getByRole('button', { name: 'Reply', exact: true }).click();
  await write(page, 'an answer');
  await row(page, 'an answer').getByRole('button', { name: /^In reply to/ }).click();
  await expect(less).toBeVisible();
  await less.click();
  await expect(more).toBeVisible();

  // What the browser scrolls to, as it does for a text one searches for, comes to be seen.
  await long.evaluate((node) => {
    node.querySelector('[data-part="content"]').scrollTop = 300;
  });
  await expect(less).toBeVisible();
  await less.click();

  await long.focus();
  await page.keyboard.press('e');
  await expect(page.getByRole('textbox', { name: 'Edit message' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(less).toBeVisible();
});
