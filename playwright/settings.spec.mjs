// Launch settings, and deleting accounts.
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { createRoom, openAccounts, openBehind, row, signUp, write } from './steps.mjs';

const DARK = 'rgb(20, 21, 28)';
const LIGHT = 'rgb(255, 255, 255)';
const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

async function openSettings(page) {
  const accounts = await openAccounts(page);
  await accounts.getByRole('button', { name: 'Settings' }).click();
  return page.getByRole('dialog', { name: 'Settings' });
}

test('the theme holds at once, after reload before anything is drawn, and for one account', async ({ page, context }) => {
  await openApp(page);
  await signUp(page, 'Ada (1)');
  expect(await ground(page)).toBe(LIGHT);
  let dialog = await openSettings(page);
  await expect(dialog.getByLabel('System')).toBeChecked();
  await dialog.getByLabel('Dark').check();
  expect(await ground(page)).toBe(DARK);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Account: Ada (1)' })).toBeFocused();

  // The splash, long before Python runs.
  const other = await context.newPage();
  await other.route('**/vendor/pyscript/core.js', () => {});
  await other.goto('/', { waitUntil: 'commit' });
  await expect(other.getByRole('heading', { name: 'Roomkeep' })).toBeVisible();
  expect(await other.locator('#splash').evaluate((splash) => getComputedStyle(splash).backgroundColor)).toBe(DARK);
  await other.close();

  await page.reload();
  await ready(page);
  expect(await ground(page)).toBe(DARK);
  const accounts = await openAccounts(page);
  await accounts.getByLabel('New account name').fill('Grace');
  await accounts.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('button', { name: 'Account: Grace' })).toBeVisible();
  expect(await ground(page)).toBe(LIGHT);
  dialog = await openSettings(page);
  await expect(dialog.getByLabel('System')).toBeChecked();
});

test('messages stand closer, the colours change, and another tab follows', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'one');
  const other = await openBehind(page);
  const height = (tab) => row(tab, 'one').locator('.message').evaluate((message) => message.offsetHeight);
  const before = await height(page);
  const dialog = await openSettings(page);
  await dialog.getByLabel('Compact').check();
  expect(await height(page)).toBeLessThan(before);
  await expect.poll(() => height(other)).toBeLessThan(before);
  await dialog.getByLabel('Dark').check();
  await expect.poll(() => ground(other)).toBe(DARK);
});

test('one begins where one left off, or not', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await page.reload();
  await ready(page);
  await expect(page.getByRole('heading', { name: 'Tea', level: 1 })).toBeVisible();
  const dialog = await openSettings(page);
  await dialog.getByLabel('Reopen my last chat').uncheck();
  // An address says where to go; without one there is only where one was.
  await openApp(page);
  await expect(page.getByText('No room selected')).toBeVisible();
});

test('settings that the browser does not keep are told', async ({ page, trouble }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  const dialog = await openSettings(page);
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw Object.assign(new DOMException('Full', 'QuotaExceededError'), { stack: 'at setItem' });
    };
  });
  await dialog.getByLabel('Dark').check();
  await expect(dialog.getByRole('alert')).toContainText('Your settings weren\'t saved. They apply until you close this page.');
  expect(await ground(page)).toBe(DARK);
  trouble.length = 0;
});

test('an account goes with its data, and the others stay', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'secret');
  let accounts = await openAccounts(page);
  await accounts.getByLabel('New account name').fill('Grace');
  await accounts.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('button', { name: 'Account: Grace' })).toBeVisible();

  // One that is not signed in.
  accounts = await openAccounts(page);
  await accounts.getByRole('button', { name: 'Remove account Ada' }).click();
  let dialog = page.getByRole('dialog', { name: 'Remove account “Ada”?' });
  await expect(dialog).toContainText('This deletes all its rooms, messages, and attachments, along with its settings.');
  await expect(dialog.getByRole('button', { name: 'Remove account' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(accounts.getByRole('button', { name: 'Remove account Ada' })).toBeFocused();
  await accounts.getByRole('button', { name: 'Remove account Ada' }).click();
  await dialog.getByLabel('To confirm, type Ada').fill('Ada');
  await dialog.getByRole('button', { name: 'Remove account' }).click();
  await expect(accounts.getByText('Account “Ada” removed.')).toBeVisible();
  await expect(accounts.getByRole('button', { name: 'Remove account Ada' })).toHaveCount(0);
  const left = await page.evaluate(async () => [
    ...(await indexedDB.databases()).map(({ name }) => name), ...Object.keys(localStorage),
  ].join());
  expect(left).not.toContain('Ada');
  expect(left).toContain('Grace');
});
