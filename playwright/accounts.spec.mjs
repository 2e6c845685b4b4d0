// Accounts: shown by name and picture, and removed from every tab when they are deleted.
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, createRoom, openAccounts, openBehind, row, signUp, write } from './steps.mjs';

/** A picture file, drawn in the page. */
async function drawPicture(page) {
  const drawn = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
    canvas.getContext('2d').fillRect(8, 8, 40, 40);
    return canvas.toDataURL('image/png').split(',')[1];
  });
  return { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(drawn, 'base64') };
}

/** Everything that the browser keeps for the page, as one text: databases, their records, localStorage. */
function everythingKept(page) {
  return page.evaluate(async () => {
    const settle = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const kept = [JSON.stringify(localStorage)];
    for (const { name } of await indexedDB.databases()) {
      const database = await settle(indexedDB.open(name));
      kept.push(name);
      for (const store of database.objectStoreNames) {
        if (store === 'emoji') continue; // what the picker shows, the same for everyone
        const objects = database.transaction(store).objectStore(store);
        kept.push(`${name}/${store}`, JSON.stringify(await settle(objects.getAllKeys())), JSON.stringify(await settle(objects.getAll())));
      }
      database.close();
    }
    return kept.join('\n');
  });
}

test('accounts are listed by name and picture; one that is removed leaves nothing, in no tab', async ({ page }) => {
  test.slow();
  await openApp(page);
  await signUp(page, 'Ada');
  await (await openAccounts(page)).getByRole('button', { name: 'Edit profile' }).click();
  const form = page.getByRole('dialog', { name: 'Edit profile' });
  await form.getByLabel('Display name').fill('Countess of Lovelace');
  await form.getByLabel('Choose picture').setInputFiles(await drawPicture(page));
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();
  await createRoom(page, 'Tea');
  await composer(page).fill('warm ');
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await page.getByRole('dialog', { name: 'Emoji' }).getByRole('menuitem', { name: /^😀/ }).click();
  await expect(composer(page)).toHaveValue('warm 😀');
  await composer(page).press('Enter');
  await expect(row(page, 'warm 😀')).toBeVisible();

  // Signed in as another, and as nobody, also after reload.
  let accounts = await openAccounts(page);
  await accounts.getByLabel('New account name').fill('Grace');
  await accounts.getByRole('button', { name: 'Create account' }).click();
  await createRoom(page, 'Cake');
  accounts = await openAccounts(page);
  const countess = (of) => of.getByRole('button', { name: /^Countess of Lovelace @Ada/ });
  await expect(accounts.getByRole('listitem')).toHaveText([/Grace\s*Signed in/, /Countess of Lovelace\s*@Ada/], { useInnerText: true });
  await accounts.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
  await page.reload();
  await ready(page);
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
  await expect.poll(() => countess(page).locator('img').evaluate((img) => img.naturalWidth)).toBe(64);
  await countess(page).click();
  await expect(row(page, 'warm 😀')).toBeVisible();

  const other = await openBehind(page);
  await expect(row(other, 'warm 😀')).toBeVisible();
  await composer(other).fill('half a thought');
  accounts = await openAccounts(page);
  await accounts.getByRole('button', { name: 'Remove account Countess of Lovelace' }).click();
  const ask = page.getByRole('dialog', { name: 'Remove account “Countess of Lovelace”?' });
  await expect(ask).toContainText('This deletes 1 room, 1 message, and 0 attachments, along with its settings.');
  await ask.getByLabel('To confirm, type Countess of Lovelace').fill('Countess of Lovelace');
  await ask.getByRole('button', { name: 'Remove account' }).click();
  await expect(page.getByText('Account “Countess of Lovelace” removed.')).toBeVisible();

  for (const tab of [page, other]) {
    await expect(tab.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
    await expect(tab.getByRole('button', { name: 'Grace', exact: true })).toBeVisible();
    await expect(countess(tab)).toHaveCount(0);
  }
  await expect(other.getByRole('alert')).toContainText('Account “Countess of Lovelace” and its data were removed in another tab. Choose another account or create one.');
  const kept = await everythingKept(other);
  expect(kept).not.toMatch(/Ada|Lovelace|warm|thought|😀/);
  expect(kept).toContain('roomkeep::Grace');

  // Who comes back under that name begins anew.
  await other.bringToFront();
  await other.getByLabel('Your name').fill('Ada');
  await other.getByRole('button', { name: 'Create account' }).click();
  await expect(other.getByText('No rooms yet')).toBeVisible();
  await createRoom(other, 'Anew');
  await write(other, 'begun again');
  await other.reload();
  await ready(other);
  await expect(row(other, 'begun again')).toBeVisible();
});

test('who goes from account to account by the keyboard is never lost', async ({ page }) => {
  await openApp(page);
  const mine = (name) => page.getByRole('button', { name: `Account: ${name}` });
  await page.getByLabel('Your name').focus();
  await page.keyboard.type('Ada');
  await page.keyboard.press('Enter');
  await expect(mine('Ada')).toBeFocused();
  await page.keyboard.press('Enter');
  const accounts = page.getByRole('dialog', { name: 'Accounts on this device' });
  await accounts.getByLabel('New account name').focus();
  await page.keyboard.type('Grace');
  await page.keyboard.press('Enter');
  await expect(mine('Grace')).toBeFocused();
  await page.keyboard.press('Enter');
  await accounts.getByRole('button', { name: 'Sign out' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ada', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(mine('Ada')).toBeFocused();
});
