// A user's actions in the app, through roles and labels.
import { expect } from '@playwright/test';
import { openApp } from './helpers.mjs';
import { beginning, text } from './texts.mjs';

export const log = (page) => page.getByRole('log', { name: text('chat.messages') });
export const row = (page, hasText) => log(page).getByRole('listitem').filter({ has: page.locator('.message'), hasText });
/** The mark of a message whose edit is saved. */
export const editedMark = (page, hasText) => row(page, hasText).getByText(text('message.edited'));
export const composer = (page) => page.getByRole('textbox', { name: beginning('composer.message_to') });
export const pending = (page) => page.getByRole('list', { name: text('files.to_send') }).getByRole('listitem');

/** Creates an account on the first screen. */
export async function signUp(page, name) {
  await page.getByLabel(text('welcome.name')).fill(name);
  await page.getByRole('button', { name: text('account.create') }).click();
  await expect(page.getByRole('button', { name: `${text('sidebar.account')} ${name}` })).toBeVisible();
}

/** Imports what the preview in the import dialog shows. */
export async function startImport(page) {
  await page.getByRole('dialog').getByRole('button', { name: /^Import [\d,]+ messages?$/ }).click();
}

/** Creates a room and opens it. */
export async function createRoom(page, name) {
  await page.getByRole('button', { name: text('room.new') }).click();
  await page.getByLabel(text('room.name')).fill(name);
  await page.getByRole('button', { name: text('room.create') }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

/** Opens the app as a new user, in a new room. */
export async function begin(page) {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
}

/** Picks files to send with the message being written. */
export async function pick(page, ...files) {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: text('files.attach') }).click();
  await (await choosing).setFiles(files);
}

/** Writes a message in the open room. */
export async function write(page, content) {
  await composer(page).fill(content);
  await composer(page).press('Enter');
  await expect(row(page, content)).toBeVisible();
}

/** Opens the app in another tab, and returns to the first. Background tabs draw only once per second. */
export async function openBehind(page) {
  const other = await page.context().newPage();
  await openApp(other);
  await page.bringToFront();
  return other;
}

/** Opens the list of accounts. */
export async function openAccounts(page) {
  await page.getByRole('button', { name: text('sidebar.account') }).click();
  return page.getByRole('dialog', { name: text('account.title') });
}

/** Opens the advanced part of the storage page. */
export const openAdvanced = (storage) => storage.getByText(text('storage.advanced'), { exact: true }).click();

/** Opens the storage page. */
export async function openStorage(page) {
  await (await openAccounts(page)).getByRole('button', { name: text('storage.title') }).click();
  return page.getByRole('dialog', { name: text('storage.title') });
}
