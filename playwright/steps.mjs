// What a person does in the app, through roles and labels.
import { expect } from '@playwright/test';
import { openApp } from './helpers.mjs';

export const log = (page) => page.getByRole('log', { name: 'Messages' });
export const row = (page, text) => log(page).getByRole('listitem').filter({ has: page.locator('.message'), hasText: text });
export const composer = (page) => page.getByRole('textbox', { name: /^Message / });
export const pending = (page) => page.getByRole('list', { name: 'Files to send' }).getByRole('listitem');

/** Creates an account on the first screen. */
export async function signUp(page, name) {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('button', { name: `Account: ${name}` })).toBeVisible();
}

/** Creates a room and opens it. */
export async function createRoom(page, name) {
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Room name').fill(name);
  await page.getByRole('button', { name: 'Create room' }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

/** Opens the app as a new user, in a room of one's own. */
export async function begin(page) {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
}

/** Picks files to send with what one writes. */
export async function pick(page, ...files) {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await choosing).setFiles(files);
}

/** Writes a message in the open room. */
export async function write(page, text) {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await expect(row(page, text)).toBeVisible();
}

/** Opens the app in another tab, and comes back: a tab that lies behind draws once in a second. */
export async function openBehind(page) {
  const other = await page.context().newPage();
  await openApp(other);
  await page.bringToFront();
  return other;
}

/** Opens the list of accounts. */
export async function openAccounts(page) {
  await page.getByRole('button', { name: 'Account:' }).click();
  return page.getByRole('dialog', { name: 'Accounts on this device' });
}

/** Opens the part of the storage page for who wants to know more. */
export const openAdvanced = (storage) => storage.getByText('Advanced', { exact: true }).click();

/** Opens the storage page. */
export async function openStorage(page) {
  await (await openAccounts(page)).getByRole('button', { name: 'Storage' }).click();
  return page.getByRole('dialog', { name: 'Storage' });
}
