// A tour through every screen of the app, one after the other.
import { openApp } from './helpers.mjs';
import { openAccounts, row, signUp, write } from './steps.mjs';
import { expect } from './fixtures.mjs';

/** Brings up each screen in turn and yields its name; goes on when it is asked for the next. */
export async function* tour(page) {
  const narrow = page.viewportSize().width < 600;
  await openApp(page);
  await expect(page.getByRole('heading', { name: 'Welcome to Roomkeep' })).toBeVisible();
  yield 'welcome';

  await signUp(page, 'Ada Lovelace');
  yield 'no-rooms';

  await page.getByRole('button', { name: 'Import messages' }).click();
  await expect(page.getByRole('dialog', { name: /import/i })).toBeVisible();
  yield 'import';
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Create a room' }).click();
  await expect(page.getByLabel('Name of the room')).toBeFocused();
  yield 'new-room';
  await page.getByLabel('Name of the room').fill('Engine room');
  await page.getByRole('button', { name: 'Create room' }).click();
  await expect(page.getByRole('heading', { name: 'Engine room', level: 1 })).toBeVisible();
  yield 'empty-room';

  await write(page, 'Good morning, everyone');
  await write(page, 'The engine can do whatever we know how to order it to perform.');
  await row(page, 'Good morning').hover();
  yield 'room';

  const openAccount = async () => {
    if (narrow) await page.getByRole('button', { name: 'Back to rooms' }).click();
    return openAccounts(page);
  };
  await openAccount();
  yield 'accounts';
  await page.keyboard.press('Escape');
}
