// What people do on the homeserver that `python3 src/tools test sync` runs, with accounts for Ada and Ben.
import process from 'node:process';
import { expect } from '@playwright/test';

export const { ROOMKEEP_HOMESERVER: server, ROOMKEEP_PASSWORD: password } = process.env;

/** Signs in, at the place of the page that has the form. */
export async function signIn(page, place, name, { address = server } = {}) {
  await place.getByText('Sign in to a homeserver').click();
  await place.getByLabel('Homeserver', { exact: true }).fill(address);
  await place.getByLabel('User name').fill(name);
  await place.getByLabel('Password').fill(password);
  await place.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('button', { name: new RegExp(`^Account: @?${name}`, 'i') })).toBeVisible();
}

/** Creates a room that anyone on the homeserver can use, and opens it. */
export async function createSharedRoom(page, name) {
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Room name').fill(name);
  await page.getByRole('radio', { name: /^Anyone on/ }).check();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

/** Finds a room of the homeserver, joins and opens it. */
export async function joinRoom(page, name) {
  await page.getByRole('button', { name: 'Find rooms' }).click();
  await page.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: 'Join' }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}
