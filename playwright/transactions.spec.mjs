// The number of transactions for sending a message and opening a room, on real IndexedDB. Each one costs time.
import { expect, test } from './fixtures.mjs';
import { openApp } from './helpers.mjs';
import { createRoom, log, pick, pending, row, signUp, write } from './steps.mjs';

const room = (page, name) => page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: new RegExp(`^${name} `) });
const textFile = (name) => ({ name, mimeType: 'text/plain', buffer: Buffer.from('one') });

/** Opens the app with two rooms, and keeps the stores of each transaction that its page begins. */
async function begin(page) {
  await openApp(page);
  await page.evaluate(() => {
    window.transactions = [];
    window.transactionAt = 0;
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function counted(stores, mode, ...rest) {
      window.transactions.push(`${mode ?? 'readonly'} ${[stores].flat().join(' ')}`);
      window.transactionAt = performance.now();
      return transaction.call(this, stores, mode, ...rest);
    };
  });
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'about tea');
  await createRoom(page, 'Cake');
  await write(page, 'about cake');
}

/** Waits until no transaction has begun for longer than the page gathers what it writes and counts later. */
async function idle(page) {
  await page.waitForFunction(() => performance.now() - window.transactionAt > 1_000, undefined, { polling: 100 });
}

/** Does something in an idle page; returns the transactions that it took until the page is idle again. */
async function count(page, act) {
  await page.evaluate(() => { window.transactions.length = 0; });
  await act();
  await idle(page);
  return page.evaluate(() => window.transactions);
}

test('an Enter takes at most two transactions, a room four, and a message from another tab one to read', async ({ page, context }) => {
  await begin(page);
  const composer = page.getByRole('textbox', { name: /^Message / });
  await composer.fill('saved as a draft before it is sent');
  await idle(page);

  await test.step('an Enter', async () => {
    const plain = await count(page, async () => {
      await composer.press('Enter');
      await expect(row(page, 'saved as a draft')).toBeVisible();
    });
    expect(plain.length, plain.join('\n')).toBeLessThanOrEqual(2);

    const quick = await count(page, async () => {
      await composer.fill('typed and sent');
      await composer.press('Enter');
      await expect(row(page, 'typed and sent')).toBeVisible();
    });
    expect(quick.length, quick.join('\n')).toBeLessThanOrEqual(2);
  });

  await test.step('an Enter with files', async () => {
    await pick(page, textFile('a.txt'), textFile('b.txt'));
    await expect(pending(page)).toHaveCount(2);
    await idle(page);
    const withFiles = await count(page, async () => {
      await composer.fill('look');
      await composer.press('Enter');
      await expect(log(page).getByText('b.txt')).toBeVisible();
    });
    expect(withFiles.length, withFiles.join('\n')).toBeLessThanOrEqual(2);
    await expect(pending(page)).toHaveCount(0);
  });

  await test.step('the way into a room', async () => {
    const opened = await count(page, async () => {
      await room(page, 'Tea').click();
      await expect(row(page, 'about tea')).toBeVisible();
    });
    expect(opened.length, opened.join('\n')).toBeLessThanOrEqual(4);
  });

  await test.step('a message from another tab', async () => {
    const other = await context.newPage();
    await openApp(other);
    await expect(row(other, 'about tea')).toBeVisible();
    await idle(page);
    const heard = await count(page, async () => {
      await write(other, 'from there');
      await page.bringToFront();
      await expect(row(page, 'from there')).toBeVisible();
    });
    // The one is the look for its files.
    expect(heard.filter((one) => one.startsWith('readonly')).length, heard.join('\n')).toBeLessThanOrEqual(1);
  });
});
