// Addresses, Back and Forward, keyboard focus, and remembered positions.
import { expect, freshTest, test } from './fixtures.mjs';
import { begin, composer, createRoom, log, openStorage, row, write } from './steps.mjs';

const fragment = (page) => decodeURIComponent(new URL(page.url()).hash);
const heading = (page, name) => page.getByRole('heading', { name, exact: true });

/** Fills the open channel with so many messages, one after the other. */
async function fill(page, count) {
  for (let n = 1; n <= count; n += 1) {
    await composer(page).fill(`line ${n}\n`.repeat(6).trim());
    await composer(page).press('Enter');
  }
  await expect(row(page, `line ${count}`)).toBeVisible();
}

test('Back and Forward go where one was', async ({ page }) => {
  await begin(page);
  const first = fragment(page);
  await createRoom(page, 'Cake');
  const second = fragment(page);
  expect(second).not.toBe(first);
  await page.goBack();
  await expect(heading(page, 'Tea')).toBeVisible();
  expect(fragment(page)).toBe(first);
  await page.goForward();
  await expect(heading(page, 'Cake')).toBeVisible();
  await page.reload();
  await expect(heading(page, 'Cake')).toBeVisible();
  expect(fragment(page)).toBe(second);
  await page.goBack();
  await expect(heading(page, 'Tea')).toBeVisible();
});

test.describe('links', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('a link to a message opens there, and one of another account opens nothing', async ({ page, trouble }) => {
  await begin(page);
  await fill(page, 12);
  const id = await row(page, 'line 2').getAttribute('data-id');
  await row(page, 'line 2').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Copy link' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await createRoom(page, 'Cake');
  await page.goto('about:blank');
  await page.goto(link);
  await expect(heading(page, 'Tea')).toBeVisible();
  await expect(row(page, 'line 2')).toBeFocused();
  expect(fragment(page)).toContain(id);

  await page.goto('about:blank');
  await page.goto(`${new URL('/', link)}#/nowhere/general`);
  await expect(page.getByRole('button', { name: 'New room' })).toBeVisible();
  await expect(heading(page, 'Tea')).toBeHidden();
  await expect(heading(page, 'Cake')).toBeHidden();
  expect(trouble).toEqual([]);
});
});

test('each room keeps its place, and a reload is where one was', async ({ page }) => {
  await begin(page);
  await fill(page, 20);
  await page.mouse.move(800, 300);
  await page.mouse.wheel(0, -900);
  const top = () => log(page).locator('xpath=..').evaluate((scroller) => {
    const edge = scroller.getBoundingClientRect().top;
    const first = [...scroller.querySelectorAll('.row')].find((one) => one.getBoundingClientRect().bottom > edge);
    return first && `${first.textContent.match(/line \d+/)} ${Math.round(first.getBoundingClientRect().top - edge)}`;
  });
  await expect.poll(top).not.toContain('line 20');
  const before = await top();
  await createRoom(page, 'Cake');
  await page.goBack();
  await expect.poll(top).toBe(before);
  await page.reload();
  await expect.poll(top).toBe(before);
  await page.goForward();
  await expect(heading(page, 'Cake')).toBeVisible();
  await page.reload();
  await expect(heading(page, 'Cake')).toBeVisible();
  await page.goBack();
  await expect.poll(top).toBe(before);
});

test('what is open over the conversation is in the address, and closes as one goes back', async ({ page }) => {
  await begin(page);
  await openStorage(page);
  await expect(page.getByRole('dialog', { name: 'Storage' })).toBeVisible();
  expect(fragment(page)).toMatch(/\?storage$/);
  await page.reload();
  await expect(page.getByRole('dialog', { name: 'Storage' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Storage' })).toBeHidden();
  await expect.poll(() => fragment(page)).not.toContain('?');
});

freshTest.describe('on a phone', () => {
  freshTest.use({ viewport: { width: 360, height: 740 }, hasTouch: true });

  freshTest('Back from a chat is the list of rooms', async ({ page }) => {
    await begin(page);
    await expect(heading(page, 'Tea')).toBeVisible();
    await page.goBack();
    await expect(page.getByRole('button', { name: 'New room' })).toBeVisible();
    await expect(heading(page, 'Tea')).toBeHidden();
    await page.goForward();
    await expect(heading(page, 'Tea')).toBeVisible();
    await page.reload();
    await expect(heading(page, 'Tea')).toBeVisible();
    await page.goBack();
    await expect(page.getByRole('button', { name: 'New room' })).toBeVisible();
  });
});

test('no frame is blank while one goes from room to room', async ({ page }) => {
  await begin(page);
  await fill(page, 12);
  await createRoom(page, 'Cake');
  await fill(page, 12);
  await page.evaluate(() => {
    globalThis.frames = [];
    const look = () => {
      const rows = document.querySelectorAll('#messages > .row').length;
      const older = document.getElementById('messages-older').checkVisibility();
      globalThis.frames.push(`${rows ? 'rows' : 'blank'}${older ? ', loading' : ''}`);
      requestAnimationFrame(look);
    };
    look();
  });
  for (const name of ['Tea', 'Cake', 'Tea']) {
    await page.getByRole('navigation').or(page.locator('#rooms')).getByRole('button', { name: new RegExp(`^${name}`) }).first().click();
    await expect(heading(page, name)).toBeVisible();
    await expect(composer(page)).toBeFocused();
  }
  expect(new Set(await page.evaluate(() => globalThis.frames))).toEqual(new Set(['rows']));
});

test('keys that no field takes go to the composer', async ({ page }) => {
  await begin(page);
  await write(page, 'clicked');
  await row(page, 'clicked').locator('.message').click({ position: { x: 200, y: 5 } });
  await page.keyboard.type('really?');
  await expect(composer(page)).toHaveValue('really?');
  await expect(page.getByText('Replying to')).toBeHidden();
  await composer(page).fill('');
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.keyboard.press('Escape');
  await page.keyboard.type('onward');
  await expect(composer(page)).toHaveValue('onward');
});
